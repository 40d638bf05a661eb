"""Two components of one name: allowed, since groups may both have an “API”, and never to be mixed up at the desk."""

import html5lib
import pytest

from statuspage.components.models import Component
from tests.incidents.desk import url


def rows(response):
    tree = html5lib.parse(response.content, namespaceHTMLElements=False)
    heads = [head for head in tree.iter("th") if head.get("scope") == "row"]
    return [" ".join("".join(head.itertext()).split()) for head in heads]


@pytest.mark.parametrize("page_of_desk", ["declare", "components"])
def test_the_desk_tells_them_apart(desk, make_component, page_of_desk):
    make_component("API", group="Shop")
    make_component("api", group="Harbour", description="For ships")
    make_component("API")
    make_component("Website", group="Shop")
    told = rows(desk.get(url(page_of_desk)))
    assert sorted(told) == ["API Shop", "API outside any group", "Website", "api Harbour: For ships"]


@pytest.mark.parametrize(("name", "warns"), [("api", True), ("Berths", False)])
def test_the_settings_warn_of_the_second(client, staff, make_component, name, warns):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    make_component("API", group="Shop")
    text = client.post("/admin/components/component/add/", {"name": name, "position": "0"}, follow=True).text
    assert Component.objects.count() == 2
    assert ("There is another component named “API”, in Shop." in text) == warns
