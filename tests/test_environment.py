import os
import runpy
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from statuspage import environment

ROOT = Path(__file__).resolve().parent.parent
KEY = "k" * 40

# Each variable: a value, and the setting that it becomes.
VARIABLES = {
    "HOST": ("0.0.0.0", "HOST", "0.0.0.0"),
    "PORT": ("8123", "PORT", 8123),
    "SITE_URL": ("https://status.example.com/", "SITE_URL", "https://status.example.com"),
    "TRUSTED_PROXIES": ("2", "ALLAUTH_TRUSTED_PROXY_COUNT", 2),
    "REDIS_URL": ("redis://localhost:6379/1", "CELERY_BROKER_URL", "redis://localhost:6379/1"),
    "SECRET_KEY": (KEY, "SECRET_KEY", KEY),
    "DEBUG": ("yes", "DEBUG", True),
    "EMAIL_URL": ("smtp://mail.example.com:25", "EMAIL_HOST", "mail.example.com"),
    "MAIL_FROM": ("ops@example.com", "DEFAULT_FROM_EMAIL", "ops@example.com"),
    "WEBHOOK_ALLOW": ("10.1.0.0/16, fd00::/8", "WEBHOOK_ALLOW", [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]),
    "ADMIN_EMAIL": ("ops@example.com", "ADMIN_EMAIL", "ops@example.com"),
}
BROKEN = [
    ("PORT", "http"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "٣"),
    ("DEBUG", "perhaps"),
    ("SITE_URL", "status.example.com"),
    ("SITE_URL", "ftp://status.example.com"),
    ("SITE_URL", "https://status.example.com/page"),
    ("SITE_URL", "https://status.example.com#top"),
    ("SITE_URL", "https://me@status.example.com"),
    ("SITE_URL", "https://status example.com"),
    ("SITE_URL", "https://status.example.com:99999"),
    ("SITE_URL", "https://[::1"),
    ("TRUSTED_PROXIES", "10.0.0.1"),
    ("TRUSTED_PROXIES", "-1"),
    ("TRUSTED_PROXIES", "true"),
    ("REDIS_URL", "http://localhost"),
    ("REDIS_URL", "redis://localhost:port/0"),
    ("SECRET_KEY", "too short"),
    ("DATABASE_URL", "mysql://localhost/candor"),
    ("DATABASE_URL", "postgres://localhost"),
    ("DATABASE_URL", "postgres://localhost:port/candor"),
    ("DATABASE_URL", "postgres://[localhost/candor"),
    ("DATABASE_URL", "sqlite:///"),
    ("WEBHOOK_ALLOW", "10.1.0.1/16"),
    ("WEBHOOK_ALLOW", "10.1.0.0/33"),
    ("WEBHOOK_ALLOW", "10.1.0.0/16,"),
    ("WEBHOOK_ALLOW", "hooks.example.com"),
    ("EMAIL_URL", "mail.example.com"),
    ("EMAIL_URL", "gopher://mail.example.com"),
    ("DATA_DIR", "/dev/null"),
    ("DATA_DIR", "/dev/null/candor"),
]


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    """The settings as they would be with these variables and no others."""
    names = [*VARIABLES, "DATABASE_URL", "DATA_DIR"]
    for name in names:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def read(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        return runpy.run_path(str(ROOT / "statuspage" / "settings.py"))

    return read


def test_nothing_set_means_sqlite_no_broker_and_one_directory(settings_with, tmp_path):
    values = settings_with()
    assert values["DATABASES"]["default"]["NAME"] == str(tmp_path / "data" / "candor.sqlite3")
    assert values["CELERY_BROKER_URL"] is None
    assert (values["SITE_URL"], values["HOST"], values["PORT"]) == ("http://localhost:8000", "127.0.0.1", 8000)
    assert values["ADMIN_EMAIL"] == "admin@localhost"
    assert not values["DEBUG"]


def test_the_port_is_part_of_the_address_readers_use(settings_with):
    assert settings_with(PORT="8123")["SITE_URL"] == "http://localhost:8123"


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_reaches_its_setting(settings_with, name):
    value, setting, expected = VARIABLES[name]
    assert settings_with(**{name: value})[setting] == expected


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_can_stand_in_a_file(settings_with, name, tmp_path):
    value, setting, expected = VARIABLES[name]
    (tmp_path / "secret").write_text(f"{value}\n")
    assert settings_with(**{f"{name}_FILE": tmp_path / "secret"})[setting] == expected


def test_the_data_directory_can_stand_in_a_file(settings_with, monkeypatch, tmp_path):
    monkeypatch.delenv("DATA_DIR")
    (tmp_path / "where").write_text(f"{tmp_path / 'elsewhere'}\n")
    values = settings_with(DATA_DIR_FILE=tmp_path / "where")
    assert values["DATA_DIR"] == tmp_path / "elsewhere"
    assert values["DATA_DIR"].is_dir()


def test_the_database_can_stand_in_a_file(settings_with, tmp_path):
    (tmp_path / "secret").write_text("postgres://candor:pass%2Fword@db:5433/status\n")
    database = settings_with(DATABASE_URL_FILE=tmp_path / "secret")["DATABASES"]["default"]
    assert (database["NAME"], database["HOST"], database["PORT"]) == ("status", "db", 5433)
    assert database["PASSWORD"] == "pass/word"


def test_a_sqlite_file_can_lie_anywhere(settings_with):
    assert settings_with(DATABASE_URL="sqlite:////srv/c.db")["DATABASES"]["default"]["NAME"] == "/srv/c.db"


@pytest.mark.parametrize("name", [*VARIABLES, "DATABASE_URL", "DATA_DIR"])
def test_a_variable_and_its_file_together_are_refused(settings_with, name, tmp_path):
    value = VARIABLES.get(name, (str(tmp_path),))[0]
    (tmp_path / "secret").write_text(value)
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} and {name}_FILE are both set"):
        settings_with(**{name: value, f"{name}_FILE": tmp_path / "secret"})


@pytest.mark.parametrize("name", [*VARIABLES, "DATABASE_URL"])
def test_a_file_that_cannot_be_read_is_named(settings_with, name, tmp_path):
    with pytest.raises(ImproperlyConfigured, match=rf"^{name}_FILE names {tmp_path}/missing, which cannot be read"):
        settings_with(**{f"{name}_FILE": tmp_path / "missing"})


@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_a_broken_value_is_refused_with_its_name(settings_with, name, value):
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} .+\.$"):
        settings_with(**{name: value})


def test_a_refusal_is_one_sentence_on_the_command_line(tmp_path):
    env = {**os.environ, "DATA_DIR": str(tmp_path), "PORT": "http", "DJANGO_SETTINGS_MODULE": "statuspage.settings"}
    ended = subprocess.run([sys.executable, ROOT / "manage.py", "check"], env=env, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr == "candor: PORT is 'http': it must be a port number from 1 to 65535.\n"


def test_the_secret_key_is_made_once_and_kept_from_others(settings_with, tmp_path):
    first, second = settings_with()["SECRET_KEY"], settings_with()["SECRET_KEY"]
    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_the_secret_key(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: environment.secret_key(tmp_path), range(64)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
