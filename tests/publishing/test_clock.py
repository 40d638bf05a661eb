import json
import logging
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from statuspage.publishing import clock as clock_module
from statuspage.publishing.clock import Clock

HERE = "tests.publishing.test_clock"
calls = []


def note():
    calls.append("note")


def fail():
    calls.append("fail")
    raise RuntimeError("the disk is full")


def cut_off():
    raise OperationalError("connection refused")


class Hands:
    """Time that moves when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now

    def time(self):
        return self.now + 1_700_000_000


@pytest.fixture
def hands(monkeypatch):
    hands = Hands()
    monkeypatch.setattr(clock_module, "time", hands)
    return hands


@pytest.fixture
def make_clock(tmp_path, hands, db):
    calls.clear()

    def make(**schedule):
        entries = {
            name: {"task": task if "." in task else f"{HERE}.{task}", "schedule": interval}
            for name, (task, interval) in schedule.items()
        }
        return Clock(entries, memory=tmp_path / "clock.json")

    return make


def test_what_is_due_runs_at_once_and_then_after_each_interval(make_clock, hands):
    clock = make_clock(often=("note", 10.0))
    for passed in (0, 9, 1, 5, 5):
        hands.now += passed
        clock.tick()
    assert len(calls) == 3


def test_turns_that_were_missed_are_made_up_for_by_one(make_clock, hands):
    clock = make_clock(often=("note", 10.0))
    clock.tick()
    hands.now += 1000
    clock.tick()
    clock.tick()
    assert len(calls) == 2


def test_an_interval_may_be_a_timedelta(make_clock, hands):
    clock = make_clock(often=("note", timedelta(minutes=1)))
    for _ in range(3):
        clock.tick()
        hands.now += 30
    assert len(calls) == 2


def test_a_task_that_fails_is_logged_once_and_stops_nothing(make_clock, hands, caplog):
    clock = make_clock(bad=("fail", 1.0), good=("note", 1.0))
    for _ in range(3):
        clock.tick()
        hands.now += 1
    assert calls == ["fail", "note"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "“bad” failed and will be tried again: the disk is full"
    ]
    assert "RuntimeError" in caplog.text


def test_a_database_that_does_not_answer_is_one_line(make_clock, caplog):
    clock = make_clock(cut_off=("cut_off", 1.0))
    clock.tick()
    assert caplog.messages == ["“cut_off” failed and will be tried again: connection refused"]
    assert "Traceback" not in caplog.text


def test_a_task_that_recovers_says_so(make_clock, hands, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    clock = make_clock(moody=("fail", 1.0))
    clock.tick()
    clock.turns[0].call = note
    hands.now += 1
    clock.tick()
    assert caplog.messages[-1] == "“moody” works again"


@pytest.mark.parametrize("task", ["no.such.module.task", "statuspage.publishing.tasks.no_such_task"])
def test_a_task_that_does_not_exist_is_logged_and_left_out(make_clock, caplog, task):
    clock = make_clock(gone=(task, 1.0), good=("note", 1.0))
    clock.tick()
    assert calls == ["note"]
    assert caplog.messages[0].startswith("“gone” cannot be run: ")


def test_a_schedule_that_is_no_interval_is_logged_and_left_out(make_clock, caplog):
    clock = make_clock(odd=("note", "daily"), good=("note", 1.0))
    clock.tick()
    assert calls == ["note"]
    assert caplog.messages == ["“odd” has no plain interval, so the clock leaves it out: 'daily'"]


def test_a_daily_task_keeps_its_turn_across_restarts(make_clock, hands):
    day = 24 * 3600.0
    make_clock(daily=("note", day)).tick()
    assert calls == []
    hands.now += day / 2
    make_clock(daily=("note", day)).tick()
    assert calls == []
    hands.now += day / 2
    make_clock(daily=("note", day)).tick()
    assert calls == ["note"]
    make_clock(daily=("note", day)).tick()
    assert calls == ["note"]


def test_a_daily_task_waits_at_most_a_day_when_the_wall_clock_was_wrong(make_clock, hands, tmp_path):
    (tmp_path / "clock.json").write_text(json.dumps({"daily": hands.time() + 10 * 365 * 24 * 3600}))
    clock = make_clock(daily=("note", 24 * 3600.0))
    hands.now += 24 * 3600
    clock.tick()
    assert calls == ["note"]


def test_a_memory_that_cannot_be_read_is_begun_anew(make_clock, tmp_path):
    (tmp_path / "clock.json").write_text("{half")
    make_clock(daily=("note", 24 * 3600.0))
    assert "daily" in json.loads((tmp_path / "clock.json").read_text())


def test_while_the_database_file_is_gone_nothing_runs_and_none_is_made(
    make_clock, hands, caplog, monkeypatch, tmp_path
):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is no file")
    caplog.set_level(logging.INFO)
    file = tmp_path / "candor.sqlite3"
    clock = make_clock(often=("note", 1.0))
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    for _ in range(3):
        clock.tick()
        hands.now += 1
    assert calls == []
    assert not file.exists()
    file.touch()
    clock.tick()
    assert calls == ["note"]
    assert caplog.messages == [f"The database {file} is gone; waiting for it", f"The database {file} is back"]


def test_running_ends_when_told(make_clock, monkeypatch):
    monkeypatch.setattr(clock_module, "time", time)
    clock = make_clock(often=("note", 0.01))
    stopping = threading.Event()
    clock.turns[0].call = lambda: calls.append("note") or (len(calls) == 3 and stopping.set())
    clock.run(stopping)
    assert calls == ["note"] * 3


def test_every_entry_of_the_schedule_can_be_run(caplog, tmp_path):
    clock = Clock(settings.CELERY_BEAT_SCHEDULE, memory=tmp_path / "clock.json")
    assert caplog.messages == []
    assert {turn.name for turn in clock.turns} == set(settings.CELERY_BEAT_SCHEDULE)
