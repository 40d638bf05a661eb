"""The web server of the embedded installation: how it is run, and whether it answers."""

from __future__ import annotations

import http.client
import os
import signal
import socket
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from statuspage.publishing.preparing import never_make_a_database

WORKERS = 2
# More threads only wait for each other in one interpreter; fewer, and one slow desk request holds up readers.
THREADS_PER_WORKER = 2
# Requests that have begun get this long to end; less than the supervisor waits for all of it.
DRAIN_SECONDS = 15


class AddressError(Exception):
    """HOST and PORT cannot be listened on; the message is for the operator."""


def serve() -> None:
    """Serve until asked to stop. Workers are forked, so what is loaded already is loaded once."""
    never_make_a_database()
    # Until a worker has handlers of its own it has the server's, which would swallow the order to end.
    os.register_at_fork(after_in_child=_default_signals)
    Granian(
        settings.WSGI_APPLICATION,
        address=_address()[1][0],
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS_PER_WORKER,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
    ).serve(target_loader=_application, wrap_loader=False)


def _application() -> Any:
    return import_string(settings.WSGI_APPLICATION)


def _default_signals() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def check_address() -> None:
    """Refuse, with a sentence, an address that cannot be listened on."""
    try:
        family, address = _address()
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise AddressError(f"HOST is {settings.HOST!r}, which is no address of this machine.") from error
    except OSError as error:
        raise AddressError(
            f"Port {settings.PORT} on {settings.HOST} cannot be used: {os.strerror(error.errno or 0)}. "
            f"Choose another, for example: PORT={settings.PORT + 1} ./run"
        ) from error


def _address() -> tuple[socket.AddressFamily, tuple[Any, ...]]:
    """What HOST and PORT mean here; of several meanings, such as those of localhost, the IPv4 one."""
    found = socket.getaddrinfo(settings.HOST, settings.PORT, type=socket.SOCK_STREAM)
    family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, address


def answers() -> bool:
    """Whether readers get the home page."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104
    asked = http.client.HTTPConnection(host, settings.PORT, timeout=1)
    try:
        asked.request("GET", "/")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
