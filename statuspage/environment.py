"""Reading the environment, loudly: a broken value refuses to start with a sentence."""

import contextlib
import importlib.util
import os
import secrets
import tempfile
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def read(name: str, default: str = "") -> str:
    """The value of NAME, or what the file that NAME_FILE names holds; `default` where neither is set."""
    value, file = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one of them.")
    if not file:
        return value or default
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE names {file}, which cannot be read: {error}.") from error


def read_bool(name: str) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off or nothing at all."""
    value = read(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: say true or false.")


def read_port(name: str, default: int) -> int:
    """A TCP port, 1 to 65535."""
    value = read(name, str(default))
    if not (value.isascii() and value.isdecimal()) or not 0 < int(value) < 65536:
        raise ImproperlyConfigured(f"{name} is {value!r}: it must be a port number from 1 to 65535.")
    return int(value)


def read_count(name: str) -> int:
    """A small number of things; none where nothing is said."""
    value = read(name, "0")
    if not (value.isascii() and value.isdecimal()) or int(value) > 9:
        raise ImproperlyConfigured(f"{name} is {value!r}: it must be a number from 0 to 9.")
    return int(value)


def read_mailbox(name: str, default: str = "") -> str:
    """A mail address, with or without a name before it; nothing where nothing is said."""
    value = read(name, default)
    if value and (len(value.split("\n")) > 1 or "@" not in parseaddr(value)[1]):
        raise ImproperlyConfigured(f"{name} is {value!r}: it must look like status@example.com or Name <status@…>.")
    return value


def read_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Networks, separated by commas; none where nothing is said."""
    value = read(name)
    try:
        return [ip_network(network.strip()) for network in value.split(",")] if value else []
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} is {value!r}: it must name networks such as 10.1.0.0/16, separated by commas ({error})."
        ) from error


def read_site_url(default: str) -> str:
    """Where readers find the page: scheme and host, no path, no slash at the end."""
    value = read("SITE_URL", default).rstrip("/")
    parts = _split("SITE_URL", value)
    beyond_host = parts.path or parts.query or parts.fragment or "@" in parts.netloc or len(value.split()) > 1
    if not parts.hostname or parts.scheme not in {"http", "https"} or beyond_host:
        raise ImproperlyConfigured(
            f"SITE_URL is {value!r}: it must look like https://status.example.com, without a path."
        )
    return value


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # only then is it checked
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be read: {error}.") from error
    return parts


def read_redis_url() -> str:
    """The broker's address, or nothing: then the clock finds due work in the database."""
    value = read("REDIS_URL")
    if value and _split("REDIS_URL", value).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return value


def read_database(data_dir: Path) -> dict:
    """Django's connection settings from DATABASE_URL; without it, one SQLite file in the data directory."""
    value = read("DATABASE_URL")
    parts = _split("DATABASE_URL", value)
    if not value or parts.scheme == "sqlite":
        name = parts.path.removeprefix("/") if value else str(data_dir / "candor.sqlite3")
        if not name:
            raise ImproperlyConfigured("DATABASE_URL names no SQLite file: write sqlite:////path/to/file.")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {
                "timeout": 20,
                # A reader that turns writer halfway through cannot wait its turn; asking first can.
                "transaction_mode": "IMMEDIATE",
                # Moved into the database file each 16 MB of the log, not each 4: senders wait for the disk then.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                "PRAGMA wal_autocheckpoint=4000",
            },
        }
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite:///.")
    try:
        config = environ.Env.db_url_config(value)
    except Exception as error:
        # django-environ raises whatever its parsing met; the operator needs the name of the variable.
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}.") from error
    if not config.get("NAME"):
        raise ImproperlyConfigured("DATABASE_URL names no database: write postgres://user@host/name.")
    return {**config, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def read_email() -> dict:
    """Django's mail settings from EMAIL_URL; without it, mails are printed where the server runs."""
    value = read("EMAIL_URL", "consolemail://")
    if value.startswith("anymail://"):
        return _anymail(value)
    try:
        return environ.Env.email_url_config(value)
    except Exception as error:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: {error}.") from error


def _anymail(url: str) -> dict:
    """`anymail://postmark?server_token=…`: the service, and its settings in django-anymail's names."""
    parts = _split("EMAIL_URL", url)
    service = parts.hostname or ""
    module = f"anymail.backends.{service}"
    if not service.isidentifier() or importlib.util.find_spec(module) is None:
        raise ImproperlyConfigured(f"EMAIL_URL names the service {service!r}, which django-anymail does not know.")
    settings = {f"{service}_{name}".upper(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    return {"EMAIL_BACKEND": f"{module}.EmailBackend", "ANYMAIL": settings}


def secret_key(data_dir: Path) -> str:
    """SECRET_KEY, or one made on the first start and kept in the data directory."""
    value = read("SECRET_KEY")
    if value:
        if len(value) < 32:
            raise ImproperlyConfigured("SECRET_KEY is too short: give at least 32 random characters.")
        return value
    path = data_dir / "secret_key"
    if not path.exists():
        # Several processes may start at once: the first to link its key wins, and nobody reads half of one.
        handle, name = tempfile.mkstemp(dir=data_dir, prefix=".secret_key-")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
        os.unlink(name)
    return path.read_text().strip()


def data_dir(default: Path) -> Path:
    """DATA_DIR, made if it is not there: the database, public files and uploads live in it."""
    path = Path(read("DATA_DIR", str(default))).expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR is {path}, which cannot be made: {error}.") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"DATA_DIR is {path}, which this user may not write to.")
    return path
