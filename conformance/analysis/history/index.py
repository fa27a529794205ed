"""The SQLite index beside the report folders: brought up to date before each question."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from conformance.analysis.history.reading import Digest, read
from conformance.errors import UsageError
from conformance.results.text import one_line, visible

NAME: Final = ".history.sqlite"
VERSION: Final = 1
WORTH_KEEPING: Final = 5
"""So many runs or more are read once and then kept in the index."""
MARKS: Final = ("run.json", "exchanges.ndjson", "ledger.ndjson")
"""A folder with one of these is, or was to become, the report of a run."""

UNWRITTEN: Final = (0, 0)
NO_RUN: Final = "no run.json: the run goes on still, or was killed before it could write one"

TABLES: Final = """
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, mtime INTEGER NOT NULL, size INTEGER NOT NULL,
  broken TEXT NOT NULL DEFAULT '', run_id TEXT, target TEXT, profile TEXT, selected TEXT, started TEXT,
  complete INTEGER, exit_code INTEGER, requests INTEGER, seconds REAL, leaks INTEGER, counts TEXT);
CREATE TABLE pairs (
  id INTEGER PRIMARY KEY, requirement TEXT NOT NULL, operation TEXT NOT NULL,
  UNIQUE (requirement, operation));
CREATE TABLE verdicts (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, pair INTEGER NOT NULL REFERENCES pairs,
  verdict TEXT NOT NULL, waived INTEGER NOT NULL, PRIMARY KEY (run, pair)) WITHOUT ROWID;
CREATE INDEX runs_in_order ON runs (target, started);
CREATE INDEX verdicts_of_a_pair ON verdicts (pair, run);
CREATE INDEX violations ON verdicts (run, pair) WHERE verdict IN ('FAIL', 'DEVIATION');
"""


@dataclass(frozen=True, slots=True)
class BrokenRun:
    """A folder that is no readable run, and why."""

    folder: Path
    reason: str


@contextmanager
def index(reports: Path) -> Iterator[sqlite3.Connection]:
    """Open the index of the folder, up to date; where it cannot be kept it lives in memory."""
    try:
        with closing(_opened(reports)) as connection:
            _refresh(connection, reports)
            yield connection
    except sqlite3.Error as error:
        raise UsageError(
            f"{reports / NAME}: {error}; another process may hold it, else remove the file: "
            "it is made again from the folders"
        ) from error


def rebuild(reports: Path) -> int:
    """Make the index again from the folders and return how many runs it has."""
    (reports / NAME).unlink(missing_ok=True)
    with index(reports) as connection:
        return int(connection.execute("SELECT count(*) FROM runs WHERE broken = ''").fetchone()[0])


def broken_runs(reports: Path) -> list[BrokenRun]:
    """Return the folders that were skipped, by name."""
    with index(reports) as connection:
        rows = connection.execute("SELECT folder, broken FROM runs WHERE broken <> '' ORDER BY folder")
        return [BrokenRun(reports / folder, broken) for folder, broken in rows]


def _opened(reports: Path) -> sqlite3.Connection:
    file = reports / NAME
    if not reports.is_dir() or not os.access(reports, os.W_OK) or not _is_worth_keeping(reports):
        return _with_tables(sqlite3.connect(":memory:"))
    try:
        return _with_tables(sqlite3.connect(file, timeout=20))
    except sqlite3.OperationalError:
        raise  # locked: it is somebody's
    except sqlite3.DatabaseError:
        # Damaged, or no database at all: nothing is lost, the folders are the truth.
        file.unlink(missing_ok=True)
        return _with_tables(sqlite3.connect(file, timeout=20))


def _is_worth_keeping(reports: Path) -> bool:
    """Tell whether the index saves time: for a few runs no file is left in what may be anybody's folder."""
    runs = sum(1 for _ in islice(_folders(reports), WORTH_KEEPING))
    return runs == WORTH_KEEPING or (reports / NAME).exists()


def _with_tables(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Prepare the connection; an index of another version is emptied."""
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if not _is_current(connection):
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                _make_tables(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_current(connection: sqlite3.Connection) -> bool:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(version == VERSION)


def _make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables anew, unless another process was faster."""
    if _is_current(connection):
        return
    for table in ("verdicts", "pairs", "runs"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _refresh(connection: sqlite3.Connection, reports: Path) -> None:
    """Read what is new or changed and forget what is gone."""
    present = dict(_folders(reports))
    known = {
        folder: (mtime, size)
        for folder, mtime, size in connection.execute("SELECT folder, mtime, size FROM runs")
    }
    stale = [folder for folder, stamp in known.items() if present.get(folder) != stamp]
    fresh = sorted(folder for folder, stamp in present.items() if known.get(folder) != stamp)
    if not stale and not fresh:
        return
    with connection:
        connection.executemany("DELETE FROM runs WHERE folder = ?", [(folder,) for folder in stale])
        for folder in fresh:
            _insert(connection, reports, folder, present[folder])


def _folders(reports: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the run folders with the stamp of their `run.json`; a link such as `latest` is no second run."""
    if not reports.is_dir():
        return
    with os.scandir(reports) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False) or visible(entry.name) != entry.name:
                continue
            folder = Path(entry.path)
            try:
                stat = (folder / "run.json").stat()
                yield entry.name, (stat.st_mtime_ns, stat.st_size)
            except OSError:
                if any((folder / mark).exists() for mark in MARKS[1:]):
                    yield entry.name, UNWRITTEN


def _insert(connection: sqlite3.Connection, reports: Path, folder: str, stamp: tuple[int, int]) -> None:
    reason = NO_RUN
    if stamp != UNWRITTEN:
        try:
            _insert_digest(connection, folder, stamp, read(reports / folder))
        except UsageError as error:
            reason = one_line(visible(str(error)))
        else:
            return
    connection.execute(
        "INSERT OR REPLACE INTO runs (folder, mtime, size, broken) VALUES (?, ?, ?, ?)",
        (folder, *stamp, reason),
    )


def _insert_digest(
    connection: sqlite3.Connection, folder: str, stamp: tuple[int, int], digest: Digest
) -> None:
    run = connection.execute(
        "INSERT OR REPLACE INTO runs (folder, mtime, size, run_id, target, profile, selected, started,"
        " complete, exit_code, requests, seconds, leaks, counts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            folder,
            *stamp,
            digest.run_id,
            digest.target,
            digest.profile,
            digest.selected,
            digest.started,
            digest.complete,
            digest.exit_code,
            digest.requests,
            digest.seconds,
            digest.leaks,
            digest.counts,
        ),
    ).lastrowid
    connection.executemany(
        "INSERT OR IGNORE INTO pairs (requirement, operation) VALUES (?, ?)",
        [(requirement, operation) for requirement, operation, _, _ in digest.rows],
    )
    connection.executemany(
        "INSERT INTO verdicts SELECT ?, id, ?, ? FROM pairs WHERE requirement = ? AND operation = ?",
        [
            (run, verdict, waived, requirement, operation)
            for requirement, operation, verdict, waived in digest.rows
        ],
    )
