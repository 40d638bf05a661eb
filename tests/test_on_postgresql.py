"""What is promised of the record holds on PostgreSQL as it does on SQLite: the same tests, run on it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests import postgresql

ROOMS = ["importers", "incidents", "postmortems", "publishing", "team"]


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="These tests are running on DATABASE_URL already.")
def test_the_record_holds_on_postgresql():
    binaries = postgresql.find_binaries()
    if not binaries:
        assert not os.environ.get("CI"), "CI must have PostgreSQL: ./run test installs it."
        pytest.skip("PostgreSQL is not installed")
    root = Path(__file__).parent
    # Not below pytest's own directory: only its owner may enter that one.
    with tempfile.TemporaryDirectory() as directory, postgresql.running(binaries, Path(directory)) as url:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not browser", "-k", "not pdf"]
            + [str(root / room) for room in ROOMS],
            env={**os.environ, "DATABASE_URL": url},
            cwd=root.parent,
            capture_output=True,
            text=True,
        )
    assert run.returncode == 0, run.stdout[-6000:]
