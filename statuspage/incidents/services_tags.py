"""What is said of incidents by tags."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from statuspage.incidents.models import Incident, Tag
from statuspage.publishing.services import publish_soon
from statuspage.publishing.wording import is_visible, one_line

LONGEST, MOST = 40, 10


@transaction.atomic
def tag_incident(incident: Incident, *, names: str) -> list[Tag]:
    """Give an incident exactly the tags whose names stand here, with commas between them; new ones are the team's own.

    A tag keeps the spelling that it was first given. Raises ValidationError in the user's words.
    """
    wanted = _by_slug(names)
    # One at a time: of two who tag it at once, the second replaces what the first said, and no mixture stays.
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    before = incident.public_tags
    tags = [Tag.objects.get_or_create(slug=slug, defaults={"name": name})[0] for slug, name in wanted.items()]
    incident.tags.set(tags)
    if incident.public_tags != before:
        publish_soon(incident)
    return tags


def _by_slug(names: str) -> dict[str, str]:
    """The names that were typed, each once, by what the tag is known by."""
    typed = [name for name in map(one_line, names.split(",")) if name]
    wanted: dict[str, str] = {}
    for name in typed:
        slug = Tag.slug_of(name)
        if not is_visible(name) or not slug:
            raise ValidationError({"names": f"“{name}” is no tag that anybody could type again."})
        if len(name) > LONGEST:
            raise ValidationError({"names": f"“{name}” is too long for a tag: {LONGEST} characters at most."})
        wanted.setdefault(slug, name)
    if len(wanted) > MOST:
        raise ValidationError({"names": f"These are {len(wanted)} tags; {MOST} at most fit an incident."})
    return wanted
