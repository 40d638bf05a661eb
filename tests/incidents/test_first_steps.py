"""A new site tells its owner what to do first, and stops once it is done."""

import pytest

from tests.incidents.desk import url


@pytest.fixture
def owner(client, staff, page):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    return client


@pytest.fixture
def unnamed(page):
    page.name = page.UNNAMED
    page.save()
    return page


def test_a_new_site_asks_for_a_name_components_and_leads_there(owner, unnamed):
    text = owner.get(url("index")).text
    assert "First steps" in text
    for address in (
        f"/admin/publishing/statuspage/{unnamed.pk}/change/",
        "/admin/components/component/add/",
        url("declare"),
    ):
        assert f'<a href="{address}">' in text
        assert owner.get(address).status_code == 200


def test_what_is_done_is_ticked_off(owner, page):
    text = owner.get(url("index")).text
    assert '<span class="status">Done</span> Name the page' in text
    assert '<a href="/admin/components/component/add/">Add components</a>' in text


def test_a_site_with_name_and_components_is_past_its_first_steps(owner, page, make_component):
    make_component()
    assert "First steps" not in owner.get(url("index")).text


def test_whoever_may_not_take_them_is_not_told(desk, unnamed):
    assert "First steps" not in desk.get(url("index")).text
