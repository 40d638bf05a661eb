"""Readers get every word of the interface in their language, whatever was added since the last translation."""

from __future__ import annotations

import gettext
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import translation

from statuspage.publishing import times

LOCALE = settings.BASE_DIR / "statuspage" / "locale"
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
AT = datetime(2021, 2, 17, 1, 38, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def gettext_tools():
    if not shutil.which("xgettext"):
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("gettext is not there; ./run test installs it where it may.")


def attributes_of(catalogue: Path, *wanted: str) -> list[str]:
    """The entries of a catalogue that have an attribute, such as being untranslated."""
    return subprocess.run(["msgattrib", *wanted, catalogue], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def extracted(tmp_path_factory) -> Path:
    """A copy of the code whose catalogues were brought up to date with it."""
    copy = tmp_path_factory.mktemp("code")
    for name in ("statuspage", "postmortems", "templates", "tests/settings.py", "manage.py"):
        source = settings.BASE_DIR / name
        target = copy / name
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--all", "--settings=statuspage.settings"],
        cwd=copy,
        check=True,
        capture_output=True,
        env={**os.environ, "DATA_DIR": str(copy / "var")},
    )
    return copy / "statuspage" / "locale"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated(extracted, language):
    catalogue = extracted / language / "LC_MESSAGES" / "django.po"
    assert attributes_of(catalogue, "--untranslated", "--no-obsolete") == ""
    assert attributes_of(catalogue, "--only-fuzzy", "--no-obsolete") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_served_is_what_was_translated(language, tmp_path):
    source, served = (LOCALE / language / "LC_MESSAGES" / f"django.{ending}" for ending in ("po", "mo"))
    # Its own check: every placeholder of the original is in the translation too.
    subprocess.run(["msgfmt", "--check", "-o", tmp_path / "django.mo", source], check=True)
    ours, theirs = (
        gettext.GNUTranslations(path.open("rb"))._catalog  # no public way to list a catalogue
        for path in (tmp_path / "django.mo", served)
    )
    assert ours == theirs


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Feb 16, 2021 - 20:38 EST"),
        ("de", "16.02.2021, 20:38 EST"),
        ("fr", "16/02/2021, 20:38 EST"),
        ("es", "16/02/2021, 20:38 EST"),
        ("pt", "16/02/2021, 20:38 EST"),
        ("ja", "2021年2月16日 20:38 EST"),
    ],
)
def test_times_are_written_as_the_language_writes_them(language, written):
    with translation.override(language):
        assert times.full(AT, ZoneInfo("America/New_York")) == written
