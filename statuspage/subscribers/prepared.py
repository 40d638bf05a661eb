"""A statement that is asked for each message: the way through Django's cursor would cost as much as its answer.

It goes to the driver's own connection, in whatever transaction that is in. PostgreSQL plans it once for each
connection, and is waited for when its answer is needed: what was handed to it is done, even if whoever asked is killed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from select import select
from typing import Any
from weakref import WeakSet

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

Value = int | str | None
Answer = Callable[[], list[int]]


class Prepared:
    """A statement that returns keys. Asking, and the answer, raise Django's own exceptions."""

    def __init__(self, name: str, statement: str) -> None:
        self.name, self.statement = name.encode(), statement
        self.known_to: WeakSet[psycopg.Connection] = WeakSet()

    def ask(self, *values: Value) -> Answer:
        """Hand it to the database; nothing else may be asked of it on this connection before the answer was heard."""
        database = connections[DEFAULT_DB_ALIAS]
        database.ensure_connection()
        with database.wrap_database_errors:
            if database.vendor != "postgresql":
                found = [key for (key,) in database.connection.execute(self.statement, values)]
                return lambda: found
            self._send(database.connection, values)
        return lambda: _answer(database)

    def _send(self, driver: psycopg.Connection, values: Sequence[Value]) -> None:
        server = driver.pgconn
        if driver not in self.known_to:
            _checked(server.prepare(self.name, self.statement.encode()))
            self.known_to.add(driver)
        server.send_query_prepared(self.name, [None if value is None else str(value).encode() for value in values])
        while server.flush():
            select([], [server.socket], [])


def _answer(database: Any) -> list[int]:
    server: PGconn = database.connection.pgconn
    with database.wrap_database_errors:
        while server.is_busy():
            select([server.socket], [], [])
            server.consume_input()
        results = list(iter(server.get_result, None))
        for result in results:
            _checked(result)
    return [int(result.get_value(row, 0) or 0) for result in results for row in range(result.ntuples)]


def _checked(result: PGresult) -> None:
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise psycopg.errors.error_from_result(result)
