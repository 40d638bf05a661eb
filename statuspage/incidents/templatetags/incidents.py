from django import template
from django.template import Context
from django.utils.safestring import SafeString

from statuspage.incidents import affected, structured_data
from statuspage.incidents.models import Incident

register = template.Library()

register.filter("in_words", affected.in_words)


@register.simple_tag(takes_context=True, name="structured_data")
def structured_data_of(context: Context, incident: Incident) -> SafeString:
    """What search engines understand of an incident, as a block of data that no browser runs."""
    return structured_data.as_script(structured_data.of(incident, context["page"]))
