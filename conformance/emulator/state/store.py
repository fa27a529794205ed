"""Write changes to a SQLite file, so that no acknowledged write is lost when the process is killed.

Changes of requests that are answered in the same turn of the event loop share one transaction.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

from conformance.emulator.errors import StateFileError
from conformance.emulator.state.state import State

_SCHEMA = """
create table if not exists records (
    place integer primary key,
    kind text not null,
    key text not null,
    value text not null,
    unique (kind, key)
);
create table if not exists secrets (name text primary key, value text not null);
"""
_PUT = """
insert into records (kind, key, value) values (?, ?, ?)
on conflict (kind, key) do update set value = excluded.value
"""


class Store:
    """A state file. ``committed`` is awaited before a response that acknowledges a write goes out."""

    def __init__(self, path: Path) -> None:
        """Open or create the file, readable by its owner only; raise :class:`StateFileError`."""
        try:
            path.touch(mode=0o600)
            self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._base.execute("pragma journal_mode = wal")
            self._base.execute("pragma synchronous = normal")
            self._base.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StateFileError(f"cannot use the state file {path}: {error}") from error
        self._changes: list[tuple[str, str, Any]] = []
        self._waiting: asyncio.Future[None] | None = None

    def secret(self, name: str) -> str | None:
        """Return a kept secret, for example the signing key."""
        row = self._base.execute("select value from secrets where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a secret over restarts."""
        self._base.execute("insert or replace into secrets values (?, ?)", (name, value))

    def restore(self, state: State) -> int:
        """Fill an empty state from the file and return the number of records."""
        rows = self._base.execute("select kind, value from records order by place").fetchall()
        for kind, value in rows:
            state.load(kind, json.loads(value))
        self._changes.clear()
        return len(rows)

    def note(self, kind: str, key: str, record: object | None) -> None:
        """Remember a change, with None for a record that is gone, until it is written."""
        self._changes.append((kind, key, record))

    def write(self) -> None:
        """Write the waiting changes in one transaction."""
        changes, self._changes = self._changes, []
        self._base.execute("begin")
        for kind, key, record in changes:
            if record is None:
                self._base.execute("delete from records where kind = ? and key = ?", (kind, key))
            else:
                self._base.execute(_PUT, (kind, key, json.dumps(vars(record))))
        self._base.execute("commit")

    def clear(self) -> None:
        """Forget every record and every waiting change; secrets stay."""
        self._changes.clear()
        self._base.execute("delete from records")

    async def committed(self) -> None:
        """Return once all changes noted so far are in the file."""
        if not self._changes:
            return
        if self._waiting is None:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            loop.call_soon(self._commit, self._waiting)
        await asyncio.shield(self._waiting)

    def _commit(self, waiting: asyncio.Future[None]) -> None:
        self._waiting = None
        try:
            self.write()
        except sqlite3.Error as error:
            self._base.execute("rollback") if self._base.in_transaction else None
            waiting.set_exception(error)
        else:
            waiting.set_result(None)

    def close(self) -> None:
        """Close the file."""
        self._base.close()
