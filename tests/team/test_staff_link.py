from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from statuspage.team.models import User

PASSWORD = "a-long-and-quiet-harbour"

pytestmark = pytest.mark.django_db


def link_for(email):
    said = StringIO()
    call_command("staff_link", email, stdout=said)
    name, _, link = said.getvalue().strip().partition(": ")
    return name, link.removeprefix(settings.SITE_URL)


def set_password(client, link):
    """Follow the link as a browser does; the address that takes the form, or None where the link is spent."""
    form = client.get(link, follow=True)
    sent = {"password1": PASSWORD, "password2": PASSWORD}
    return form, client.post(form.request["PATH_INFO"], sent)


def test_the_link_makes_an_account_that_may_do_everything(client):
    name, link = link_for("admin@localhost")
    user = User.objects.get()
    assert (name, user.email, user.is_staff, user.is_superuser) == ("admin@localhost", "admin@localhost", True, True)
    assert not user.has_usable_password()
    set_password(client, link)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_link_works_once(client):
    _, link = link_for("admin@localhost")
    set_password(client, link)
    client.logout()
    form, _ = set_password(client, link)
    assert "password1" not in form.content.decode()
    assert User.objects.get().check_password(PASSWORD)


def test_an_account_that_is_there_is_kept_as_it_is(client):
    mira = User.objects.create_user("mira@example.com", is_staff=True)
    name, link = link_for("Mira@Example.com")
    assert name == "mira@example.com"
    set_password(client, link)
    mira.refresh_from_db()
    assert mira.check_password(PASSWORD)
    assert not mira.is_superuser


def test_an_account_that_is_switched_off_gets_no_link():
    User.objects.create_user("mira@example.com", is_active=False)
    with pytest.raises(CommandError, match="is switched off"):
        call_command("staff_link", "mira@example.com")


def test_what_is_no_mail_address_is_refused():
    with pytest.raises(CommandError, match="“admin” is no mail address"):
        call_command("staff_link", "admin")
    assert not User.objects.exists()
