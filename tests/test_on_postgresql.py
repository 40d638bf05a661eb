"""What is promised of the record holds on PostgreSQL as it does on SQLite: the same tests, run on it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests import postgresql

# What has a question of its own for the database; the many examples of a property ask the same ones again and again.
ROOMS = [["incidents", "search"], ["importers", "postmortems", "publishing", "team"], ["subscribers"]]
LEFT_OUT = " and ".join(
    f"not {name}"
    for name in ("pdf", "real_documents", "slow_reference", "agrees_with", "hostile", "valid", "stays_small", "kill")
)


@pytest.mark.parametrize("rooms", ROOMS, ids=" ".join)
@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="These tests are running on DATABASE_URL already.")
def test_the_record_holds_on_postgresql(rooms):
    binaries = postgresql.find_binaries()
    if not binaries:
        assert not os.environ.get("CI"), "CI must have PostgreSQL: ./run test installs it."
        pytest.skip("PostgreSQL is not installed")
    root = Path(__file__).parent
    # Not below pytest's own directory: only its owner may enter that one.
    with tempfile.TemporaryDirectory() as directory, postgresql.running(binaries, Path(directory)) as url:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not browser", "-k", LEFT_OUT]
            + [str(root / room) for room in rooms],
            env={**os.environ, "DATABASE_URL": url},
            cwd=root.parent,
            capture_output=True,
            text=True,
        )
    assert run.returncode == 0, run.stdout[-6000:]
