"""Signing in and passwords: in our look, without an inline style or script, and nobody can sign up."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse

from statuspage.team.models import User

OPEN_TO_STRANGERS = ["login", "reset_password", "reset_password_done", "reset_password_from_key_done", "inactive"]
FOR_MEMBERS = ["logout", "change_password", "reauthenticate"]


def assert_ours(response):
    assert response.status_code == 200
    assert "css/desk.css" in response.text
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", response.text)


@pytest.mark.parametrize("name", OPEN_TO_STRANGERS)
def test_pages_for_strangers_are_ours(client, page, name):
    assert_ours(client.get(reverse(f"account_{name}")))


@pytest.mark.parametrize("name", FOR_MEMBERS)
def test_pages_for_members_are_ours(client, page, staff, name):
    client.force_login(staff)
    assert_ours(client.get(reverse(f"account_{name}")))


def test_a_member_without_a_password_chooses_one_on_a_page_of_ours(client, page):
    client.force_login(User.objects.create_user("new@example.com", is_staff=True))
    assert_ours(client.get(reverse("account_set_password")))


def test_nobody_can_sign_up(client, page):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert client.get("/accounts/signup/").status_code == 404
    assert "sign up" not in client.get(reverse("account_login")).text.lower()


def test_signing_in_leads_to_the_desk_or_back_to_where_one_was_going(client, page, staff):
    said = {"login": "Responder@Example.com", "password": "correct horse battery"}
    assert client.post(reverse("account_login"), said).url == "/desk/"
    client.post(reverse("account_logout"))
    assert client.post(reverse("account_login"), said | {"next": "/desk/declare/"}).url == "/desk/declare/"


def test_a_wrong_password_keeps_the_address_and_tells_nothing_of_the_account(client, page, staff):
    wrong, unknown = (
        client.post(reverse("account_login"), {"login": login, "password": "no"}).text
        for login in ("responder@example.com", "nobody@example.com")
    )
    sentence = "The email address and/or password you specified are not correct."
    assert sentence in wrong
    assert sentence in unknown
    assert "responder@example.com" in wrong


def test_signing_out_needs_a_post(client, page, staff):
    client.force_login(staff)
    client.get(reverse("account_logout"))
    assert client.get("/desk/").status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/desk/").status_code == 302


def test_a_forgotten_password_is_chosen_anew_by_the_link_in_the_mail(client, page, staff):
    client.post(reverse("account_reset_password"), {"email": staff.email})
    link = re.search(r"http://\S+", mail.outbox[0].body)[0]
    response = client.get(link, follow=True)
    assert_ours(response)
    new = "a battery that is correct"
    response = client.post(response.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert response.status_code == 302
    staff.refresh_from_db()
    assert staff.check_password(new)
    assert "no longer works" in client.get(link, follow=True).text


def test_an_unknown_address_is_answered_like_a_known_one(client, page):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert response.url == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_behind_a_proxy_a_stranger_who_guesses_does_not_lock_others_out(client, page, staff, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    cache.clear()
    login = reverse("account_login")
    for number in range(40):
        said = {"login": f"guess{number}@example.com", "password": "12345678"}
        stranger = client.post(login, said, headers={"X-Forwarded-For": "203.0.113.7"})
    assert stranger.status_code == 429
    said = {"login": staff.email, "password": "correct horse battery"}
    assert client.post(login, said, headers={"X-Forwarded-For": "198.51.100.4"}).url == "/desk/"
