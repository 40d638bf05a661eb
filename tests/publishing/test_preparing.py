import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from statuspage.publishing import preparing, store
from statuspage.publishing.models import Owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def commands(monkeypatch, settings, tmp_path):
    """The commands that preparing runs, in a data directory of its own; digests are what the test says."""
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_ROOT = tmp_path / "public"
    ran = []
    settings.STATIC_ROOT = settings.PUBLIC_ROOT / "static"

    def run(name, **options):
        ran.append(name)
        if name == "collectstatic":
            settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
            (settings.STATIC_ROOT / "staticfiles.json").touch()

    monkeypatch.setattr(preparing, "call_command", run)
    monkeypatch.setattr(preparing, "_static_digest", lambda: "s1")
    monkeypatch.setattr(preparing, "_code_digest", lambda: "c1")
    return ran


def everything_is_owed():
    return Owed.objects.filter(model="").exists()


def test_an_empty_directory_gets_its_static_files(commands):
    preparing.prepare()
    assert commands == ["index_search", "collectstatic"]
    assert not everything_is_owed()


def test_nothing_happens_where_nothing_has_changed(commands):
    preparing.prepare()
    store.put("/", b"<p>stored")
    commands.clear()
    preparing.prepare()
    assert commands == ["index_search"]
    assert not everything_is_owed()


def test_new_static_files_are_collected_and_every_page_is_owed(commands, monkeypatch):
    preparing.prepare()
    store.put("/", b"<p>stored")
    monkeypatch.setattr(preparing, "_static_digest", lambda: "s2")
    preparing.prepare()
    assert commands == ["index_search", "collectstatic"] * 2
    assert everything_is_owed()


def test_after_an_upgrade_every_page_is_owed(commands, monkeypatch):
    preparing.prepare()
    store.put("/", b"<p>stored")
    monkeypatch.setattr(preparing, "_code_digest", lambda: "c2")
    preparing.prepare()
    assert commands == ["index_search", "collectstatic", "index_search"]
    assert everything_is_owed()


def test_a_broken_note_of_the_last_time_means_doing_it_again(commands, tmp_path):
    (tmp_path / "prepared.json").write_text("{half")
    preparing.prepare()
    assert commands == ["index_search", "collectstatic"]
    assert set(json.loads((tmp_path / "prepared.json").read_text())) == {"database", "static", "pages"}


def test_a_database_that_was_there_and_is_gone_is_not_begun_anew(commands, monkeypatch):
    preparing.prepare()
    monkeypatch.setattr(preparing, "database_is_gone", lambda: True)
    with pytest.raises(ImproperlyConfigured, match=r"is gone, though .* was in use with it"):
        preparing.prepare()


def test_a_copied_directory_without_its_database_is_not_begun_anew(commands, monkeypatch, tmp_path):
    preparing.prepare()
    known = json.loads((tmp_path / "prepared.json").read_text())
    (tmp_path / "prepared.json").write_text(json.dumps(known | {"database": "/elsewhere/candor.sqlite3"}))
    monkeypatch.setattr(preparing, "database_is_gone", lambda: True)
    monkeypatch.setattr(preparing, "database_name", lambda: str(tmp_path / "candor.sqlite3"))
    with pytest.raises(ImproperlyConfigured, match="is gone"):
        preparing.prepare()


def test_static_files_that_somebody_removed_are_collected_again(commands, settings):
    preparing.prepare()
    (settings.STATIC_ROOT / "staticfiles.json").unlink()
    commands.clear()
    preparing.prepare()
    assert commands == ["index_search", "collectstatic"]


def test_another_database_may_begin_in_a_directory_that_was_in_use(commands, monkeypatch):
    preparing.prepare()
    monkeypatch.setattr(preparing, "database_is_gone", lambda: True)
    monkeypatch.setattr(preparing, "database_name", lambda: "/srv/another.sqlite3")
    preparing.prepare()


def test_digests_change_with_what_they_cover(settings, tmp_path):
    settings.BASE_DIR, settings.STATICFILES_DIRS = tmp_path, [tmp_path / "static"]
    for name in ("static", "templates", "statuspage", "postmortems"):
        (tmp_path / name).mkdir()
    (tmp_path / "requirements.lock").write_text("django==5\n")
    seen = {(preparing._static_digest(), preparing._code_digest())}
    for name in ("static/page.css", "templates/page.html", "statuspage/views.py", "requirements.lock"):
        (tmp_path / name).write_text("changed")
        seen.add((preparing._static_digest(), preparing._code_digest()))
    assert len(seen) == 5
