"""The whole public site as a folder that any web server can carry."""

import fcntl
import gzip
from io import StringIO

import brotli
import pytest
from django.core.management import CommandError, call_command

from statuspage.publishing import export as export_of_site
from statuspage.publishing import store

# The store's lock spans the hosts that share PostgreSQL.
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "site"


@pytest.fixture(autouse=True)
def published(public):
    store.put("/", b"<p>All is well")
    store.put("/history", b"<p>The past")
    store.put("/history/2026-11", b"<p>November")
    store.put("/api/v2/status.json", b"{}")
    store.put("/404", b"<p>Nothing")
    (public / "static/css").mkdir(parents=True)
    (public / "static/css/candor.0123456789ab.css").write_text("p {}")


def export(*arguments):
    told = StringIO()
    call_command("export_site", *arguments, "--as-it-is", stdout=told)
    return told.getvalue()


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_public_file_is_there_byte_for_byte(folder, public):
    export(str(folder))
    ours = {name for name in files(public) if name != ".lock"}
    assert "history.html.gz" in ours
    assert files(folder) == ours | {".candor-export"}
    assert all((folder / name).read_bytes() == (public / name).read_bytes() for name in ours)


def test_pages_can_be_folders_for_servers_that_know_no_other_way(folder):
    export(str(folder), "--folders")
    found = files(folder)
    assert {"index.html", "history/index.html", "history/index.html.br", "history/2026-11/index.html"} <= found
    assert {"404.html", "api/v2/status.json", "static/css/candor.0123456789ab.css"} <= found
    assert "history.html" not in found


def test_a_second_export_takes_away_what_is_gone_and_copies_only_what_changed(folder):
    export(str(folder))
    untouched = (folder / "index.html").stat().st_ino, (folder / "index.html").stat().st_ctime_ns
    store.remove_all_but({"/", "/history", "/404", "/api/v2/status.json"}, older_than=float("inf"))
    store.put("/history", b"<p>A longer past")
    export(str(folder))
    assert not {name for name in files(folder) if "2026-11" in name}
    assert (folder / "history.html").read_bytes() == b"<p>A longer past"
    assert ((folder / "index.html").stat().st_ino, (folder / "index.html").stat().st_ctime_ns) == untouched


def test_a_link_that_only_candor_can_answer_stays_behind(folder, public, page):
    page.public_past = True
    page.save()
    for _ in range(2):
        call_command("export_site", str(folder), stdout=StringIO())
        assert b'href="/past"' in (public / "history.html").read_bytes()
        plain = (folder / "history.html").read_bytes()
        assert b'href="/past"' not in plain
        assert b"by the day on which they ended" in plain
        assert gzip.decompress((folder / "history.html.gz").read_bytes()) == plain
        assert brotli.decompress((folder / "history.html.br").read_bytes()) == plain
        assert not [name for name in files(folder) if b"live-only" in (folder / name).read_bytes()]


def test_somebody_elses_folder_is_left_alone(folder):
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(CommandError, match="holds files that no export made"):
        export(str(folder))
    assert files(folder) == {"thesis.txt"}


def test_what_is_half_written_stays_behind(folder, public):
    (public / ".tmp-abc").write_bytes(b"half")
    export(str(folder))
    assert ".tmp-abc" not in files(folder)


def test_a_reader_never_meets_half_a_copy(folder, monkeypatch):
    def fail(source, target):
        raise OSError("disk full")

    export(str(folder))
    store.put("/history", b"<p>A longer past")
    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(CommandError, match="not whole"):
        export(str(folder))
    assert (folder / "history.html").read_bytes() == b"<p>The past"
    assert not [name for name in files(folder) if ".tmp-" in name]


def test_nobody_who_publishes_waits_for_the_copying(folder, public, monkeypatch):
    written = []

    def write(path, body):
        with open(public / ".lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            written.append(path)

    monkeypatch.setattr("statuspage.publishing.export.store.write", write)
    monkeypatch.setattr("os.utime", lambda *_, **__: None)
    export(str(folder))
    assert folder / "index.html" in written


def test_what_goes_while_it_is_copied_is_not_in_the_copy(folder, public, monkeypatch):
    names = list(export_of_site._public_files())
    store.remove("/history")
    monkeypatch.setattr(export_of_site, "_public_files", lambda: iter(names))
    export(str(folder))
    assert "index.html" in files(folder)
    assert "history.html" not in files(folder)


def test_every_page_is_rendered_anew_unless_told_otherwise(folder, page, make_incident):
    incident = make_incident()
    call_command("export_site", str(folder), stdout=StringIO())
    assert incident.name.encode() in (folder / f"incidents/{incident.code}.html").read_bytes()
