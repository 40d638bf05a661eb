"""Each Monday morning, whoever promised something that is overdue or soon due gets one letter about all of it."""

import smtplib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from postmortems.models import Mitigation, ReminderRound
from postmortems.reminders import LEASE, remind_owners
from postmortems.tasks import remind_owners as task
from statuspage.publishing.models import StatusPage

LISBON = ZoneInfo("Europe/Lisbon")
# A Monday; two measures of the draft are due on Tuesday, December 1.
MORNING = datetime(2026, 12, 7, 8, 0, tzinfo=LISBON)
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def promised(draft):
    """The measures of the draft: two are overdue, one due on Christmas Eve."""
    draft.mitigations.filter(owner="Works").update(owner_email="works@example.com")
    draft.mitigations.filter(owner="Harbour desk").update(owner_email="desk@example.com")
    return draft.mitigations


def to(address):
    return [one for one in mail.outbox if one.to == [address]]


def test_each_address_gets_one_letter_about_all_that_is_overdue_or_soon_due(promised):
    promised.filter(description__startswith="A second").update(
        due_on=date(2026, 12, 21), tracker_url="https://tracker.example/7"
    )
    assert remind_owners(MORNING) == 2
    assert [one.subject for one in to("desk@example.com")] == ["1 measure that you promised is overdue"]
    [letter] = to("works@example.com")
    html = letter.alternatives[0].content
    for part in ("sell the spare", "A second spare.", "Ships wait", "https://tracker.example/7", "6 days late"):
        assert part in letter.body
        assert part in html
    assert letter.body.index("6 days late") < letter.body.index("due Dec 21, 2026")
    assert "Tell the desk" not in letter.body
    assert letter.extra_headers["Message-ID"].startswith("<reminder.2026-12-07.")


def test_nobody_is_reminded_of_what_is_settled_or_far_away_or_has_no_day(promised):
    promised.filter(owner="Harbour desk").update(status="done")
    promised.filter(description__contains="sell").update(due_on=None)
    assert remind_owners(MORNING) == 0
    assert mail.outbox == []


def test_it_is_morning_by_the_clocks_of_the_page(promised):
    StatusPage.objects.update(time_zone="Asia/Tokyo")
    tokyo = datetime(2026, 12, 7, 8, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert remind_owners(tokyo - timedelta(minutes=1)) == 0
    assert remind_owners(tokyo) == 2


def test_however_often_somebody_looks_a_week_has_one_letter(promised):
    for at in (MORNING, MORNING, MORNING + HOUR, MORNING + 6 * DAY):
        remind_owners(at)
    assert len(mail.outbox) == 2
    remind_owners(MORNING + WEEK)
    assert len(mail.outbox) == 4


def test_an_address_that_is_added_on_thursday_waits_for_monday(draft):
    remind_owners(MORNING)
    draft.mitigations.update(owner_email="works@example.com")
    assert remind_owners(MORNING + 3 * DAY) == 0
    assert remind_owners(MORNING + WEEK) == 1


def test_where_nobody_kept_time_on_monday_the_letters_go_out_on_tuesday(promised):
    assert remind_owners(MORNING + DAY) == 2


def test_one_mailbox_written_in_two_ways_gets_one_letter(promised):
    promised.filter(owner="Harbour desk").update(owner_email="Works@Example.com")
    assert remind_owners(MORNING) == 1


@pytest.fixture
def trouble(monkeypatch):
    """What the mail server answers to letters for an address."""
    answers = {}
    send = EmailMultiAlternatives.send

    def refuse(letter, *args, **options):
        if answer := answers.get(letter.to[0]):
            raise answer
        return send(letter, *args, **options)

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    return answers


def test_a_letter_that_could_not_be_sent_is_sent_later_and_holds_up_no_other(promised, trouble, caplog):
    trouble["works@example.com"] = ConnectionRefusedError("nobody there")
    assert remind_owners(MORNING) == 1
    assert "could not be sent" in caplog.text
    row = ReminderRound.objects.get()
    assert (row.owed, row.error) == (["works@example.com"], "nobody there")
    trouble.clear()
    assert remind_owners(MORNING + timedelta(minutes=1)) == 0
    assert remind_owners(MORNING + HOUR) == 1
    row.refresh_from_db()
    assert (row.owed, row.error) == ([], "")
    assert len(mail.outbox) == 2


def test_an_address_that_does_not_exist_is_not_tried_again(promised, trouble, caplog):
    trouble["works@example.com"] = smtplib.SMTPRecipientsRefused({"works@example.com": (550, b"no such user")})
    remind_owners(MORNING)
    assert "refused" in caplog.text
    trouble.clear()
    assert remind_owners(MORNING + HOUR) == 0


def test_what_was_done_before_its_letter_could_be_sent_is_reminded_of_no_more(promised, trouble):
    trouble["works@example.com"] = OSError("away")
    remind_owners(MORNING)
    promised.update(status="done")
    trouble.clear()
    assert remind_owners(MORNING + HOUR) == 0
    assert ReminderRound.objects.get().owed == []


def test_while_one_process_sends_no_other_does(promised, monkeypatch):
    send, others = EmailMultiAlternatives.send, []

    def meanwhile(letter, *args, **options):
        others.append(remind_owners(MORNING))
        return send(letter, *args, **options)

    monkeypatch.setattr(EmailMultiAlternatives, "send", meanwhile)
    assert remind_owners(MORNING) == 2
    assert others == [0, 0]
    assert len(mail.outbox) == 2


def test_a_process_that_died_leaves_the_rest_to_the_next(promised):
    ReminderRound.objects.create(monday=MORNING.date(), owed=["works@example.com"], due_at=MORNING + LEASE)
    assert remind_owners(MORNING) == 0
    assert remind_owners(MORNING + LEASE) == 1
    assert [one.to for one in mail.outbox] == [["works@example.com"]]


def test_the_letter_speaks_the_language_of_the_page(promised):
    StatusPage.objects.update(locale="de")
    remind_owners(MORNING)
    [letter] = to("desk@example.com")
    assert letter.subject == "1 zugesagte Maßnahme ist überfällig"
    assert 'lang="de"' in letter.alternatives[0].content


def test_words_of_staff_are_words_in_a_letter_too(promised):
    Mitigation.objects.update(description="<b>x</b> & y\r\nBcc: all@example.com")
    remind_owners(MORNING)
    letter = mail.outbox[0]
    assert "<b>x" not in letter.alternatives[0].content
    assert "\n" not in letter.subject


def test_whoever_keeps_time_knows_of_it(promised, settings):
    assert "postmortems.tasks.remind_owners" in {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    task()
