"""Making a data directory ready: the schema and the static files. Nothing happens where nothing has changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from statuspage.publishing import store
from statuspage.publishing.services import republish_soon

# By this file Django knows the hashed names; without it no page can be rendered.
MANIFEST = "staticfiles.json"
CODE = {".py", ".html", ".txt", ".css", ".xml"}


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Whoever else prepares the same data directory waits, and then finds it done."""
    with open(settings.DATA_DIR / ".lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare() -> None:
    """Bring the schema and the static files up to date with the code that runs.

    Hold `one_at_a_time` around it. After an upgrade every page stored is owed anew, since its templates or the names
    of its static files may be others; the old static files stay, so the old pages look right until then.
    """
    known = _known()
    # In a copied or moved data directory the database of old had another path.
    ours = Path(database_name()).parent == settings.DATA_DIR or known.get("database") == database_name()
    if known and ours and database_is_gone():
        raise ImproperlyConfigured(
            f"The database {database_name()} is gone, though {settings.DATA_DIR} was in use with it. "
            "Put it back; to begin anew, give an empty DATA_DIR."
        )
    _migrate()
    now = {"database": database_name(), "static": _static_digest(), "pages": _code_digest()}
    if now["static"] != known.get("static"):
        _collect()
    collect_if_gone()
    if {**known, "database": ""} != {**now, "database": ""} and store.find("/") is not None:
        republish_soon()
    if now != known:
        _stamp().write_text(json.dumps(now))


def collect_if_gone() -> None:
    """Bring the static files back where somebody took them away."""
    if not (settings.STATIC_ROOT / MANIFEST).exists():
        _collect()


def _collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


def database_is_gone() -> bool:
    """Whether the SQLite file is not there: to connect would put an empty one in its place."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or "mode=memory" in name:
        return False
    return not Path(unquote(urlsplit(name).path) if name.startswith("file:") else name).exists()


def never_make_a_database() -> None:
    """From here on this process opens the SQLite file only where there is one.

    Else a request or a task that comes while it is away would put an empty one in its place.
    """
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not name.startswith("file:"):
        connection.settings_dict["NAME"] = f"{Path(name).absolute().as_uri()}?mode=rw"


def database_name() -> str:
    """Which database this is, as an operator would recognise it; never its password."""
    config = settings.DATABASES["default"]
    host = ":".join(str(config[part]) for part in ("HOST", "PORT") if config.get(part))
    return f"{config['NAME']} on {host}" if host else str(config["NAME"])


def _migrate() -> None:
    # Hosts that share PostgreSQL start together after an upgrade; the store's lock spans them.
    with store.lock():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        # What is older than the search is found like all else from now on. Asked at each start, for whoever was killed
        # amid it left a schema behind that wants no migration; where nothing is missing, it is a few cheap questions.
        call_command("index_search", missing=True, verbosity=0)


def _static_digest() -> str:
    """Changes when a static file of ours or a dependency's may have changed."""
    ours = [path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*")]
    return _digest([settings.BASE_DIR / "requirements.lock", *ours])


def _code_digest() -> str:
    """Changes when a page may read otherwise than when it was stored."""
    folders = ("statuspage", "postmortems", "templates")
    return _digest(
        path for folder in folders for path in (settings.BASE_DIR / folder).rglob("*") if path.suffix in CODE
    )


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _stamp() -> Path:
    return settings.DATA_DIR / "prepared.json"


def _known() -> dict[str, str]:
    try:
        return dict(json.loads(_stamp().read_text()))
    except (OSError, ValueError):
        return {}
