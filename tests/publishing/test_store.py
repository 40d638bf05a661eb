import fcntl
import gzip
import os
import stat
import subprocess
import sys
import time

import brotli
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from statuspage.publishing import store

SOON = time.time() + 3600


def names(public):
    return {str(path.relative_to(public)) for path in public.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("location", "file"),
    [
        ("/", "index.html"),
        ("/history", "history.html"),
        ("/history/2026-11", "history/2026-11.html"),
        ("/incidents/abc.json", "incidents/abc.json"),
        ("/api/v2/", "api/v2/index.html"),
    ],
)
def test_a_location_has_one_file(public, location, file):
    assert store.file_for(location) == public / file


@pytest.mark.parametrize(
    "location",
    [
        *("/../secret_key", "/a/../../b", "..", "/..", "/.lock", "/a/.hidden", "/.tmp-x/a"),
        *("/static/css/candor.css", "", "//", "history", "///etc/passwd/../../x", "/a\0b", "/a\\b"),
    ],
)
def test_a_location_that_leaves_the_directory_is_refused(public, location):
    with pytest.raises(ValueError, match="no public location"):
        store.file_for(location)


@given(st.text(alphabet="/.\\a~%\0 ", max_size=12))
def test_whatever_is_asked_for_stays_inside(location):
    try:
        path = store.file_for(location)
    except ValueError:
        return
    assert os.path.normpath(path) == str(path)
    assert path.is_relative_to(store.settings.PUBLIC_ROOT)
    assert path != store.settings.PUBLIC_ROOT


def test_what_is_put_is_found(public):
    store.put("/incidents/abc", b"<p>Hello")
    assert store.find("/incidents/abc") == b"<p>Hello"
    assert store.find("/incidents/other") is None


def test_compressed_variants_say_the_same(public):
    body = "Ação ".encode() * 500
    store.put("/history", body)
    assert names(public) == {"history.html", "history.html.gz", "history.html.br"}
    assert gzip.decompress((public / "history.html.gz").read_bytes()) == body
    assert brotli.decompress((public / "history.html.br").read_bytes()) == body


def test_what_is_compressed_already_is_stored_as_it_is(public):
    store.put("/incidents/abc/postmortem.pdf", b"%PDF")
    assert names(public) == {"incidents/abc/postmortem.pdf"}


def test_readers_of_any_account_may_read_it(public):
    store.put("/", b"home")
    assert stat.S_IMODE((public / "index.html").stat().st_mode) == 0o644


def test_the_same_body_leaves_the_file_untouched(public):
    store.put("/", b"home")
    before = (public / "index.html").stat()
    store.put("/", b"home")
    after = (public / "index.html").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_new_body_replaces_the_file_and_every_variant(public):
    store.put("/", b"old")
    store.put("/", b"new")
    assert store.find("/") == b"new"
    assert gzip.decompress((public / "index.html.gz").read_bytes()) == b"new"
    assert brotli.decompress((public / "index.html.br").read_bytes()) == b"new"


def test_a_reader_with_the_old_file_open_reads_it_to_its_end(public):
    store.put("/", b"old words")
    with open(public / "index.html", "rb") as reader:
        store.put("/", b"new")
        assert reader.read() == b"old words"


def test_a_write_that_fails_leaves_the_old_page_and_no_rubbish(public, monkeypatch):
    store.put("/", b"old")
    before = names(public)

    def full(descriptor):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.put("/", b"new")
    assert store.find("/") == b"old"
    assert names(public) == before


def test_the_plain_file_changes_last(public, monkeypatch):
    replaced = []
    real = os.replace
    monkeypatch.setattr(os, "replace", lambda source, target: (replaced.append(target.name), real(source, target)))
    store.put("/", b"home")
    assert replaced == ["index.html.gz", "index.html.br", "index.html"]


def test_remove_takes_the_variants_along_and_is_harmless_twice(public):
    store.put("/a", b"a")
    store.put("/b", b"b")
    store.remove("/a")
    store.remove("/a")
    assert names(public) == {"b.html", "b.html.gz", "b.html.br"}


def test_what_nobody_claims_is_removed(public):
    for location in ("/", "/kept", "/gone", "/deep/down/gone.json"):
        store.put(location, b"x")
    store.remove_all_but({"/", "/kept"}, older_than=SOON)
    assert {name for name in names(public) if name.endswith((".html", ".json"))} == {"index.html", "kept.html"}
    assert not any("gone" in name for name in names(public))


def test_a_page_that_came_meanwhile_is_left_alone(public):
    store.put("/new", b"x")
    store.remove_all_but(set(), older_than=(public / "new.html").stat().st_mtime)
    assert store.find("/new") == b"x"


def test_static_files_and_the_lock_belong_to_others(public, db):
    (public / "static" / "css").mkdir(parents=True)
    (public / "static" / "css" / "candor.css").write_text("a {}")
    with store.lock():
        store.remove_all_but(set(), older_than=SOON)
    assert names(public) == {"static/css/candor.css", ".lock"}


def test_what_a_killed_process_left_half_written_is_removed(public):
    store.put("/incidents/abc", b"x")
    (public / "incidents" / ".tmp-k1ll3d").write_bytes(b"hal")
    (public / ".tmp-k1ll3d").write_bytes(b"hal")
    (public / "incidents" / "gone.html.gz").write_bytes(b"orphan")
    store.remove_all_but({"/incidents/abc"}, older_than=SOON)
    assert names(public) == {"incidents/abc.html", "incidents/abc.html.gz", "incidents/abc.html.br"}


def test_only_one_is_inside_the_lock(public, db):
    with store.lock(), open(public / ".lock") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Hosts share a database only where it is PostgreSQL.")
def test_hosts_that_share_a_database_exclude_each_other(db):
    other = connection.copy()
    try:
        with store.lock(), other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [store.ADVISORY_LOCK])
            assert cursor.fetchone() == (False,)
    finally:
        other.close()


RACE = """
import sys
from pathlib import Path
import django
django.setup()
from statuspage.publishing import store

fact = Path(sys.argv[1])
for _ in range(15):
    # What a request does: commit, then render what is committed inside the lock.
    with open(fact, "ab") as file:
        file.write(b"x")
    with store.lock():
        committed = fact.stat().st_size
        assert int(store.find("/") or 0) <= committed
        store.put("/", str(committed).encode())
"""


def test_processes_that_race_never_leave_the_older_page(public, tmp_path):
    environment = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "statuspage.settings", "SECRET_KEY": "x" * 32}
    command = [sys.executable, "-c", RACE, str(tmp_path / "fact")]
    racers = [subprocess.Popen(command, env={**os.environ, **environment}) for _ in range(3)]
    assert [racer.wait(120) for racer in racers] == [0, 0, 0]
    assert store.find("/") == b"45"


def test_the_lock_is_free_again_after_a_failure(public, db):
    with pytest.raises(RuntimeError), store.lock():
        raise RuntimeError
    with store.lock():
        pass
