"""What a browser does with the long form: read what stands in it, change some of it, press a button."""

from __future__ import annotations

import html5lib
from django.urls import reverse


def url(incident, name="edit"):
    return reverse(f"postmortems:{name}", args=[incident.code])


def page_of(response):
    return html5lib.parse(response.content, namespaceHTMLElements=False)


def text_of(response):
    return " ".join(" ".join(page_of(response).find("body").itertext()).split())


def value_of(response, name):
    """What stands in the one field of that name."""
    [field] = [one for one in page_of(response).iter("input") if one.get("name") == name]
    return field.get("value")


def form_in(response):
    """What the browser would send: every field of the writing form with the value it shows."""
    form = next(form for form in page_of(response).iter("form") if form.get("id") == "postmortem-form")
    sent: dict[str, list[str]] = {}
    for field in form.iter():
        if field.tag not in {"input", "textarea", "select"}:
            continue
        if field.get("type") == "checkbox" and field.get("checked") is None:
            continue
        if field.tag == "textarea":
            value = "".join(field.itertext())
        elif field.tag == "select":
            options = list(field.iter("option"))
            value = next((one for one in options if one.get("selected") is not None), options[0]).get("value")
        else:
            value = field.get("value", "on" if field.get("type") == "checkbox" else "")
        sent.setdefault(field.get("name"), []).append(value)
    # Another one each time, and not asked for here.
    del sent["csrfmiddlewaretoken"]
    return sent


def press(client, incident, sent, **more):
    return client.post(url(incident), sent | more)
