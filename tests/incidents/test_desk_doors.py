"""Who may come in to the desk."""

import pytest
from django.urls import reverse

from statuspage.incidents.models import Incident
from statuspage.team.models import User
from tests.incidents.desk import DESK_PAGES, HTMX, declaration, url


@pytest.mark.parametrize("name", DESK_PAGES)
def test_strangers_are_sent_to_the_sign_in_page_and_back(client, page, name):
    response = client.get(url(name))
    assert response.status_code == 302
    assert response.url == f"{reverse('account_login')}?next={url(name)}"


@pytest.mark.parametrize("name", DESK_PAGES)
def test_accounts_outside_the_staff_get_a_clear_refusal(client, page, name):
    client.force_login(User.objects.create_user("guest@example.com", "correct horse battery"))
    response = client.get(url(name))
    assert response.status_code == 403
    assert "may not use the desk" in response.text


def test_whoever_was_signed_out_while_writing_gets_the_text_back(client, page):
    response = client.post(url("declare"), declaration(body="Nobody should\nwrite this twice."))
    assert response.status_code == 401
    assert "Nobody should\nwrite this twice." in response.text
    assert not Incident.objects.exists()


@pytest.mark.parametrize("written", ["我们正在调查登录失败的问题。", "Outage"])
def test_the_text_comes_back_also_where_it_has_no_blank(client, page, written):
    carried = {"form_key": "0123456789abcdef", "seen": "h4x8k2m9q1w3"}
    response = client.post(url("declare"), declaration(body=written) | carried)
    assert written in response.text
    assert not any(key in response.text for key in carried.values())


def test_with_htmx_only_a_notice_tells_that_one_is_signed_out(client, page):
    response = client.post(url("declare"), declaration(), **HTMX)
    assert response.status_code == 401
    assert response["HX-Retarget"] == "#notices"
    assert "<html" not in response.text


def test_a_page_and_a_part_of_it_at_one_address_are_told_apart_by_caches(desk, page):
    assert "HX-Request" in desk.get(url("index"))["Vary"]


@pytest.mark.parametrize("name", ["index", "declare", "components"])
def test_nobody_is_led_to_settings_that_would_refuse_them(desk, staff, page, name):
    assert "/admin/" not in desk.get(url(name)).text
    staff.is_superuser = True
    staff.save()
    assert "/admin/" in desk.get(url(name)).text
