"""Who was told, at the desk: before posting, while it can be taken back, while it goes out, and for ever after."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from statuspage.incidents.models import Incident
from statuspage.incidents.services import open_incident
from statuspage.subscribers import delivery
from statuspage.subscribers.models import Delivery, Notice, Subscriber
from statuspage.subscribers.services import suspend, unsubscribe
from statuspage.subscribers.tally import tallies

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(client, staff, page):
    """A browser without JavaScript in which somebody of the staff is signed in."""
    client.force_login(staff)
    return client


@pytest.fixture
def posted(make_incident, make_subscriber):
    """An incident whose first message is about to go to two people."""
    make_subscriber("a@example.com")
    make_subscriber("b@example.com")
    return make_incident()


def url(name, incident, *, rest=()):
    return reverse(f"subscribers:{name}", args=[incident.updates.first().code, *rest])


def tell():
    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        delivery.fan_out()
        delivery.drain_mail()


class TestBeforePosting:
    def test_the_form_says_whom_it_reaches(self, desk, posted, make_subscriber, make_component):
        api = make_component("API")
        make_subscriber("https://hooks.example.net/1", channel="webhook", contact="ops@example.com")
        form = desk.get(reverse("desk:incident", args=[posted.code])).text
        assert "Goes to 2 by email and 1 by webhook." in form
        chosen = desk.post(reverse("desk:reach"), {f"component_{api.code}": "major_outage", "notify": "on"}).text
        assert "Goes to 2 by email and 1 by webhook." in chosen

    def test_a_component_that_somebody_follows_counts_once_it_is_chosen(self, desk, make_component, make_subscriber):
        api = make_component("API")
        one = make_subscriber("a@example.com")
        Subscriber.objects.update(whole_page=False)
        one.components.add(api)
        assert "Goes to nobody." in desk.post(reverse("desk:reach"), {}).text
        assert "Goes to 1 by email." in desk.post(reverse("desk:reach"), {f"component_{api.code}": "major_outage"}).text

    def test_the_mail_can_be_read_before_it_is_sent(self, desk, make_component):
        api = make_component("API")
        typed = {"name": "Slow <b>", "status": "identified", "body": "A *queue* is full."}
        answer = desk.post(reverse("desk:letter"), typed | {f"component_{api.code}": "major_outage"})
        assert "Identified: Slow &lt;b&gt;" in answer.text
        assert "API: Major outage" in answer.text
        assert "sandbox" in answer.text
        assert "script-src" not in answer["Content-Security-Policy"]
        assert not Notice.objects.exists()
        assert not Incident.objects.exists()


class TestSecondThoughts:
    def test_what_was_posted_can_be_withdrawn_for_a_while_and_nobody_is_told(self, desk, posted):
        page = desk.get(reverse("desk:incident", args=[posted.code])).text
        assert "Goes to 2 by email in 10 s." in page or "Goes to 2 by email in 9 s." in page
        desk.post(url("tell", posted), {"act": "withdraw"})
        tell()
        assert not Delivery.objects.exists()
        assert "Withdrawn: nobody is told." in desk.get(reverse("desk:incident", args=[posted.code])).text
        assert posted.updates.count() == 1

    def test_afterwards_it_is_too_late(self, desk, posted):
        tell()
        answer = desk.post(url("tell", posted), {"act": "withdraw"}, follow=True)
        assert "Too late" in answer.text
        assert len(mail.outbox) == 2

    def test_it_is_too_late_for_all_of_it_once_some_are_written_down(self, desk, make_component, make_subscriber):
        """People and programs hear of one update by notices of their own; none is taken back alone."""
        make_subscriber("a@example.com")
        make_subscriber("https://hooks.example.net/1", channel="webhook", contact="ops@example.com")
        update = open_incident(
            name="Slow", status="investigating", body="x", affected={make_component(): "major_outage"}, author=None
        ).updates.get()
        first, later = Notice.objects.filter(cause=update.code)
        Notice.objects.filter(pk=first.pk).update(due_at=timezone.now())
        delivery.fan_out()
        answer = desk.post(reverse("subscribers:tell", args=[update.code]), {"act": "withdraw"}, follow=True)
        assert "Too late" in answer.text
        later.refresh_from_db()
        assert later.withdrawn_at is None

    def test_withdrawing_twice_is_no_too_late(self, desk, posted):
        for _click in range(2):
            answer = desk.post(url("tell", posted), {"act": "withdraw"}, follow=True)
            assert "Withdrawn: nobody is told." in answer.text
            assert "Too late" not in answer.text

    def test_whoever_is_sure_need_not_wait(self, desk, posted):
        delivery.fan_out()
        assert not Delivery.objects.exists()
        desk.post(url("tell", posted), {"act": "now"})
        delivery.fan_out()
        assert Delivery.objects.count() == 2


class TestTheLedger:
    def test_it_tells_each_persons_line_and_can_be_taken_home(self, desk, posted):
        tell()
        page = desk.get(url("ledger", posted)).text
        assert "a@example.com" in page
        assert "Told 2" in page
        assert "b@example.com" not in desk.get(url("ledger", posted), {"q": "a@"}).text
        first, *lines = desk.get(url("lines", posted)).text.splitlines()
        assert first == "channel,address,state,sent_at,attempts,last_error"
        assert [line.split(",")[:3] for line in lines] == [
            ["email", "a@example.com", "sent"],
            ["email", "b@example.com", "sent"],
        ]

    def test_whom_nobody_could_tell_come_first_and_whom_nobody_is_to_tell_last(self, desk, posted, make_subscriber):
        addresses = [f"{state}@example.com" for state in ("sent", "dropped", "pending", "failed")]
        Subscriber.objects.all().delete()
        lines = [
            Delivery(notice=Notice.objects.get(), subscriber=make_subscriber(one), channel="email") for one in addresses
        ]
        for line in lines:
            line.state = line.subscriber.address.partition("@")[0]
            line.sent_at = timezone.now() if line.state == "sent" else None
        Delivery.objects.bulk_create(lines)
        found = desk.get(url("ledger", posted)).context["found"]
        assert [line.state for line in found] == ["failed", "pending", "sent", "dropped"]

    def test_the_suspended_are_told_apart_from_those_who_left(self, desk, posted, make_subscriber):
        suspended, left = make_subscriber("c@example.com"), make_subscriber("d@example.com")
        Subscriber.objects.update(confirmed_at=posted.created_at)
        with time_machine.travel(timezone.now() + timedelta(seconds=20)):
            delivery.fan_out()
        suspend(suspended, Subscriber.Suspension.COMPLAINT)
        unsubscribe(left)
        sentence = "to go, 1 suspended, 1 unsubscribed"
        assert f"2 {sentence}" in desk.get(url("ledger", posted)).text
        delivery.drain_mail()
        delivery.fan_out()
        assert Notice.objects.get().counts == {"email": {"sent": 2, "dropped": 1, "suspended": 1}}
        page = desk.get(url("ledger", posted)).text
        assert "1 suspended, 1 unsubscribed" in page
        assert "For 4 by email." in page

    def test_looking_at_it_loads_no_letter(self, desk, posted):
        tell()
        with CaptureQueriesContext(connection) as asked:
            desk.get(url("ledger", posted))
        assert len([one for one in asked if '"subscribers_notice"."letters"' in one["sql"]]) == 1

    def test_only_those_who_were_missed_are_told_again(self, desk, posted):
        tell()
        missed, _told = Delivery.objects.order_by("pk")
        Delivery.objects.filter(pk=missed.pk).update(state="failed", sent_at=None, attempts=5, answers=5)
        mail.outbox.clear()
        desk.post(url("tell", posted), {"act": "retry"})
        delivery.drain_mail()
        assert [letter.to for letter in mail.outbox] == [[missed.subscriber.address]]
        assert Delivery.objects.filter(state="sent").count() == 2

    @pytest.mark.parametrize("away", [unsubscribe, lambda one: suspend(one, Subscriber.Suspension.BOUNCE)])
    def test_nobody_who_left_is_told_again(self, desk, posted, away):
        tell()
        Delivery.objects.update(state="failed", sent_at=None)
        away(Subscriber.objects.get(address="a@example.com"))
        mail.outbox.clear()
        desk.post(url("tell", posted), {"act": "retry"})
        delivery.drain_mail()
        assert [letter.to for letter in mail.outbox] == [["b@example.com"]]

    def test_books_are_closed_once_and_say_the_same_afterwards(self, posted, django_assert_num_queries):
        tell()
        cause = posted.updates.get().code
        before = tallies([cause])[cause]
        delivery.fan_out()
        assert Notice.objects.get().counts == {"email": {"sent": 2}}
        with django_assert_num_queries(1):
            after = tallies([cause])[cause]
        assert (before.told, before.pending, before.audience) == (after.told, after.pending, after.audience)
        assert after.audience == "2 by email"

    def test_strangers_see_none_of_it(self, client, posted):
        tell()
        for name in ("ledger", "told", "lines"):
            assert client.get(url(name, posted)).status_code == 302
        assert client.post(url("tell", posted), {"act": "retry"}).status_code == 401

    def test_a_button_leads_back_to_the_desk_and_nowhere_else(self, desk, posted):
        for where in ("https://evil.example", "//evil.example", "/desk/\\evil", "/elsewhere"):
            answer = desk.post(url("tell", posted), {"act": "now", "back": where})
            assert answer["Location"].startswith("/desk/")
            assert "\\" not in answer["Location"]


def test_the_desk_says_that_a_channel_rests_and_that_nobody_is_lost(desk, posted, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    tell()
    page = desk.get(reverse("desk:index")).text
    assert "Email rests since" in page
    assert "nobody is lost" in page
    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 0)}
