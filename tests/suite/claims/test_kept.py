"""What is kept in the cache folder is only ever what would be worked out again."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.claims import kept as module
from conformance.claims.kept import kept
from conformance.claims.openapi import load_documents
from conformance.claims.requirements import load_claims

VALUE = {"text": "ä\ud800", "number": 1.5, "none": None, "list": [True, {}], "day": date(2026, 1, 5)}


class Maker:
    """Makes a value and counts how often."""

    def __init__(self, value: Any) -> None:
        """Take the value."""
        self.value, self.times = value, 0

    def __call__(self) -> Any:
        """Return the value."""
        self.times += 1
        return self.value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache folder of this test, which does not exist yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "itwin-conformance"


def test_a_value_is_made_once_for_each_key(folder: Path) -> None:
    """The same value comes back for the same key, whatever JSON makes of its members."""
    make = Maker(VALUE)
    assert [kept("words", b"a", make), kept("words", b"a", make), kept("words", b"b", make)] == [VALUE] * 3
    assert make.times == 2
    assert len(list((folder / "words").iterdir())) == 2


@pytest.mark.parametrize(
    "value", [{1: "a"}, {"a": float("nan")}, {"$date": "today"}, {"a": (1,)}, {"a": {1}}], ids=repr
)
def test_what_json_would_change_is_not_kept(folder: Path, value: Any) -> None:
    """A value that would come back as another one is made each time."""
    make = Maker(value)
    assert kept("words", b"a", make) is kept("words", b"a", make) is value
    assert not list(folder.rglob("*.*"))


def truncate(file: Path) -> None:
    """Cut the file short."""
    file.write_bytes(file.read_bytes()[:-3])


def change(file: Path) -> None:
    """Let it hold another value."""
    file.write_bytes(file.read_bytes().replace(b"1.5", b"2.5"))


def empty(file: Path) -> None:
    """Leave nothing in it."""
    file.write_bytes(b"")


def replace_by_a_folder(file: Path) -> None:
    """Put a folder in its place."""
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("spoil", [truncate, change, empty, replace_by_a_folder])
def test_a_broken_file_is_made_again(folder: Path, spoil: Callable[[Path], None]) -> None:
    """Whatever happened to a file, its value is right."""
    kept("words", b"a", Maker(VALUE))
    spoil(next((folder / "words").iterdir()))
    make = Maker(VALUE)
    assert kept("words", b"a", make) == kept("words", b"a", make) == VALUE
    assert make.times == (2 if spoil is replace_by_a_folder else 1)


def test_a_file_of_somebody_else_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another user can write, what is kept may say anything."""
    kept("words", b"a", Maker("theirs"))
    assert folder.is_dir()
    monkeypatch.setattr(os, "getuid", lambda: 987_654, raising=False)
    assert kept("words", b"a", Maker("ours")) == "ours"


def test_a_cache_that_cannot_be_written_is_none(folder: Path) -> None:
    """Where no folder can be made every value is made anew, and nothing fails."""
    folder.parent.mkdir()
    folder.write_text("a file", encoding="utf-8")
    make = Maker(VALUE)
    assert kept("words", b"a", make) == kept("words", b"a", make) == VALUE
    assert make.times == 2


def test_writers_at_the_same_time_leave_whole_files(folder: Path) -> None:
    """Many processes or threads may write the same file; no reader sees half of it."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: kept("words", b"%d" % (number % 3), Maker(VALUE)), range(60)))
    assert found == [VALUE] * 60
    assert len(list((folder / "words").iterdir())) == 3


def test_the_oldest_files_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than so many files of a kind are kept, the newest."""
    monkeypatch.setattr(module, "MOST", 10)
    for number in range(15):
        kept("words", b"%d" % number, Maker(number))
        if number == 0:
            os.utime(next((folder / "words").iterdir()), (0, 0))
    make = Maker("again")
    assert len(list((folder / "words").iterdir())) == 10
    assert kept("words", b"0", make) == "again"


def test_claims_are_the_same_from_the_cache(folder: Path) -> None:
    """Operations and requirements that were kept are those that are read from the files."""
    first = load_claims()
    assert {file.parent.name for file in folder.rglob("*.json")} == {"definitions", "requirements"}
    second = load_claims()
    assert (first.rows, first.pages, first.operations) == (second.rows, second.pages, second.operations)
    assert {o.id: o.document for o in first.operations.values()} == {
        o.id: o.document for o in second.operations.values()
    }


def test_a_changed_file_is_read_anew(folder: Path, tmp_path: Path) -> None:
    """What is kept belongs to the bytes of a file, not to its name."""
    for title in ("One", "Two"):
        file = tmp_path / "specs" / "bulbs" / "openapi.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"info: {{title: {title}}}\n", encoding="utf-8")
        assert load_documents(tmp_path / "specs")["bulbs"]["info"]["title"] == title
    assert len(list((folder / "definitions").iterdir())) == 2
