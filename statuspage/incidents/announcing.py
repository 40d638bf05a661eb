"""What subscribers are told of an incident: its letters, and the documents that webhooks get."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.components.models import Component
from statuspage.components.status import Status as ComponentStatus
from statuspage.incidents import documents
from statuspage.incidents.affected import last_words
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate
from statuspage.incidents.overview import Overview, overview
from statuspage.publishing.codes import new_code
from statuspage.publishing.markdown import plain
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import prefix
from statuspage.subscribers import services
from statuspage.subscribers.marks import MANAGE, UNSUBSCRIBE, Moments, without_marks
from statuspage.subscribers.models import Channel, Kind, Notice, Subscriber

BRIEF = 600
# What is told of an incident besides its updates, by the word with which the keys of such notices begin.
BESIDES = {
    "change": gettext_lazy("Rescheduled"),
    "reminder": gettext_lazy("Starting soon"),
    "postmortem": gettext_lazy("Postmortem"),
}


@dataclass(frozen=True)
class News:
    """What a letter says, whatever its language: what happened to an incident, and in whose words."""

    incident: Incident
    # One word or two: the status, or what else happened.
    heading: Any
    body: str = ""
    body_html: str = ""
    # Components by name, each with its status; without one, where only what is touched is told.
    affected: Sequence[tuple[str, str]] = ()
    posted_at: datetime | None = None
    # Where readers find it; at the incident, unless it has a page of its own. And its PDF, where it has one.
    path: str = ""
    pdf_path: str = ""


def announce_update(update: IncidentUpdate) -> None:
    """Tell subscribers of an update; programs also of each component whose status it changed.

    What is told of components is what the page says of them now: the end of planned work is not the end of an outage.
    """
    if not update.notified:
        return
    incident, page = update.incident, StatusPage.objects.get()
    mentions = list(update.affected.select_related("component__group"))
    state = overview()
    news = News(
        incident,
        update.get_status_display,
        update.body,
        update.body_html,
        [(one.name, _now(one, state) if update.speaks else "") for one in mentions],
        update.display_at,
    )
    due_at = timezone.now() + timedelta(seconds=page.undo_seconds)
    notice = _notice(news, page, key=f"update:{update.code}", cause=update.code, due_at=due_at)
    notices = [notice]
    if _programs_listen():
        rows = documents.component_rows(state, page)
        notice.payload = _payload(incident, state, rows, page)
        changed = [one for one in mentions if one.old_status != _now(one, state) and update.speaks]
        notices += [_of_component(mention, update, state, rows, page, due_at=due_at) for mention in changed]
    services.announce(notices)


def announce_change(maintenance: Incident) -> None:
    """Tell subscribers that planned work has another window."""
    news = News(maintenance, BESIDES["change"], affected=_touched(maintenance))
    announce_besides("change", str(maintenance.version), news)


def remind(maintenance: Incident) -> None:
    """Tell subscribers that planned work begins soon; once for each beginning."""
    which = f"{maintenance.scheduled_for:%Y%m%d%H%M}"
    announce_besides("reminder", which, News(maintenance, BESIDES["reminder"], affected=_touched(maintenance)))


def announce_besides(what: str, which: str, news: News, *, undo: bool = False) -> None:
    """Tell subscribers of something that stands in no update of an incident; of each such thing once.

    At once, unless somebody posted it who may `undo` that for a while.
    """
    incident, page = news.incident, StatusPage.objects.get()
    due_at = timezone.now() + timedelta(seconds=page.undo_seconds if undo else 0)
    notice = _notice(news, page, key=key_of(what, incident, which), cause=new_code(), due_at=due_at)
    if _programs_listen():
        state = overview()
        notice.payload = _payload(incident, state, documents.component_rows(state, page), page)
    services.announce([notice])


def withdraw_besides(what: str, incident: Incident) -> bool:
    """Take back what was to be told of an incident by that word, where nobody was told yet; tells if there was any."""
    told = Notice.objects.filter(thread=incident.code, key__startswith=key_of(what, incident))
    untold = told.filter(fanned_out_at=None, withdrawn_at=None)
    return sum(services.withdraw(cause) for cause in untold.values_list("cause", flat=True)) > 0


def key_of(what: str, incident: Incident, which: str = "") -> str:
    """By what a notice of something besides the updates is known; without `which`, how the keys of all such begin."""
    return f"{what}:{incident.code}:{which}"


def told_besides(incident: Incident, *, at_most: int) -> list[tuple[str, Notice]]:
    """What was told of an incident and stands in no update of it: the word for it and its notice, the last first."""
    told = Q()
    for what in BESIDES:
        told |= Q(key__startswith=f"{what}:")
    found = Notice.objects.filter(told, thread=incident.code).only("key", "cause", "created_at")
    return [(str(BESIDES[one.key.partition(":")[0]]), one) for one in found.order_by("-created_at", "-pk")[:at_most]]


def letter_of(news: News, page: StatusPage, language: str, moments: Moments) -> dict[str, str]:
    """The letter in one language: subject, text, html, and brief."""
    with translation.override(language):
        heading = str(news.heading() if callable(news.heading) else news.heading)
        incident, body = news.incident, without_marks(news.body)
        name = without_marks(incident.name)
        subject = _("%(label)s: %(value)s") % {"label": heading, "value": name}
        window = _window(incident, moments)
        affected = [
            (without_marks(name), str(ComponentStatus(status).label) if status else "")
            for name, status in news.affected
        ]
        context = {
            "page": page,
            "language": language,
            "incident": incident,
            "name": name,
            "subject": subject,
            "heading": heading,
            "body": body,
            "body_html": mark_safe(without_marks(news.body_html)),  # noqa: S308 -- rendered and cleaned when it was saved
            "affected": affected,
            "window": window,
            "posted": moments.mark(news.posted_at) if news.posted_at else "",
            "prefix": prefix(page, language),
            "url": f"{page.url}{prefix(page, language)}{news.path or incident.path}",
            "pdf_url": f"{page.url}{news.pdf_path}" if news.pdf_path else "",
            "unsubscribe_url": f"{page.url}/subscriptions/unsubscribe/{UNSUBSCRIBE}",
            "manage_url": f"{page.url}/subscriptions/manage/{MANAGE}",
        }
        text = render_to_string("emails/incident.txt", context)
        return {
            "subject": subject,
            "text": text,
            "html": render_to_string("emails/incident.html", context),
            "brief": _brief(news, window, affected),
        }


def audience(*, kind: str, thread: str, components: Iterable[Component], at: datetime) -> dict[str, int]:
    """How many would be told on each channel of something that touches these components."""
    asked = Notice(kind=kind, thread=thread, component_ids=[component.pk for component in components], created_at=at)
    found = Subscriber.objects.interested_in(asked).order_by()
    return services.count_by_channel(found)


def _now(mention: AffectedComponent, state: Overview) -> str:
    """How a component is by now; of one that the page does not know any more, what was said of it."""
    return state.statuses.get(mention.component_id, ComponentStatus(mention.new_status))


def _touched(maintenance: Incident) -> list[tuple[str, str]]:
    """What planned work touches, by name."""
    said = last_words(maintenance.updates.prefetch_related("affected__component"))
    return [(mention.name, "") for mention in said.values()]


def _notice(news: News, page: StatusPage, *, key: str, cause: str, due_at: datetime) -> Notice:
    incident, moments = news.incident, Moments()
    return Notice(
        key=key,
        kind=Kind(incident.kind),
        thread=incident.code,
        cause=cause,
        component_ids=sorted(last_words(incident.updates.prefetch_related("affected__component"))),
        letters={language: letter_of(news, page, language, moments) for language in _languages(page)},
        moments=moments.told,
        url=f"{page.url}{news.path or incident.path}",
        due_at=due_at,
    )


def _of_component(
    mention: AffectedComponent,
    update: IncidentUpdate,
    state: Overview,
    rows: documents.Rows,
    page: StatusPage,
    *,
    due_at: datetime,
) -> Notice:
    component = mention.component
    changed = {
        "id": f"{update.code}-{component.code}",
        "component_id": component.code,
        "component_type": "Component",
        "old_status": mention.old_status,
        "new_status": _now(mention, state),
        "created_at": documents.stamp(update.created_at, page),
    }
    return Notice(
        key=f"component:{update.code}:{component.code}",
        kind=Kind.COMPONENT,
        thread=component.code,
        cause=update.code,
        component_ids=[component.pk],
        payload={
            "page": _page(state, page),
            "component_update": changed,
            "component": rows.get(component.code),
        },
        url=f"{page.url}{component.path}",
        due_at=due_at,
    )


def _payload(incident: Incident, state: Overview, rows: documents.Rows, page: StatusPage) -> dict[str, Any]:
    told = Incident.objects.with_documents().get(pk=incident.pk)
    return {"page": _page(state, page), "incident": documents.full_incident_document(told, rows, page)}


def _page(state: Overview, page: StatusPage) -> dict[str, str]:
    verdict = documents.status_document(state)
    return {
        "id": page.code,
        "status_indicator": verdict["indicator"],
        "status_description": verdict["description"],
    }


def _programs_listen() -> bool:
    """Whether documents are to be written: also for whoever is suspended now, and may be resumed before its time."""
    return Subscriber.objects.filter(channel=Channel.WEBHOOK, unsubscribed_at=None).exists()


def _languages(page: StatusPage) -> list[str]:
    """The page's own language first, then those of the others that somebody reads."""
    own, *others = page.languages
    return [own, *(code for code in others if Subscriber.objects.filter(locale=code).exists())]


def _window(incident: Incident, moments: Moments) -> str:
    if not incident.scheduled_for or not incident.scheduled_until:
        return ""
    start, end = moments.mark(incident.scheduled_for), moments.mark(incident.scheduled_until)
    return _("Planned from %(start)s until %(end)s.") % {"start": start, "end": end}


def _brief(news: News, window: str, affected: Iterable[tuple[str, str]]) -> str:
    """What a chat is told: when, the beginning of what was written, as plain words, and of which components."""
    written = without_marks(plain(news.body_html) if news.body_html else news.body)
    lines = [" ".join(line.split()) for line in written.splitlines()]
    text = "\n".join(filter(None, lines))
    text = text if len(text) <= BRIEF else f"{text[:BRIEF].rsplit(maxsplit=1)[0]} …"
    touched = [
        _("%(label)s: %(value)s") % {"label": name, "value": status} if status else name for name, status in affected
    ]
    return "\n".join(filter(None, [window, text, *touched]))
