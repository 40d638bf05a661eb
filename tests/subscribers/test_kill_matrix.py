"""A small run of the kill matrix: real senders, killed and frozen while they tell, miss nobody."""

import os
import shutil

import pytest

from benchmarks import kill_matrix
from tests import postgresql

RECIPIENTS = 400
SEED = 20261121


def needed(found, what):
    if not found:
        assert not os.environ.get("CI"), f"CI must have {what}: ./run test installs it."
        pytest.skip(f"{what} is not installed")


def play(stage, harms):
    for scenario, harm in harms.items():
        result = stage.play(scenario, harm)
        assert result.is_good, f"{result}\n{stage.programs.log.read_text()[-6000:]}"


def test_nobody_is_missed_on_sqlite_with_clocks():
    with kill_matrix.on_sqlite(RECIPIENTS, seed=SEED) as stage:
        play(stage, {"kill -9": kill_matrix.kills(3), "frozen past its lease": kill_matrix.frozen})


def test_nobody_is_missed_on_postgresql_with_workers():
    needed(postgresql.find_binaries(), "PostgreSQL")
    needed(shutil.which("redis-server"), "Redis")
    with kill_matrix.on_postgresql(RECIPIENTS, seed=SEED) as stage:
        play(
            stage,
            {
                "kill -9": kill_matrix.kills(3),
                "Redis emptied": kill_matrix.broker_emptied,
                "PostgreSQL restarted": kill_matrix.database_restarted,
            },
        )
