"""The settings in real Chromium: in the desk's colours, and with a name for every field."""

import pytest

from tests.browser import complaints, tab


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_settings_are_accessible(chromium, site, staff, client, make_component, scheme):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    component = make_component("Berths", group="Harbour")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
    # axe is injected from outside, which the policy rightly forbids.
    with tab(chromium, site, color_scheme=scheme, bypass_csp=True) as page:
        page.context.add_cookies([cookie])
        for address in (
            "/admin/",
            "/admin/components/component/",
            f"/admin/components/component/{component.pk}/change/",
            "/admin/components/componentgroup/add/",
            "/admin/publishing/statuspage/",
            "/admin/team/user/",
        ):
            page.goto(address)
            assert (address, complaints(page)) == (address, [])
        page.get_by_role("link", name="Candor").click()
        page.get_by_role("heading", name="Incidents", exact=True).wait_for()
