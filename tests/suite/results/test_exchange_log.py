"""The exchanges of a report are read as they are asked for, whoever wrote their lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.results import exchange_log
from conformance.results.exchange_log import FILE_NAME, SHOWN_BODY, ShownExchanges


def record(name: str, body: str = "") -> dict[str, Any]:
    """Return the record of an exchange."""
    return {"id": name, "request": {"method": "GET", "url": f"http://a/{name}", "body": body}}


def written(folder: Path, *lines: str) -> Path:
    """Return the folder with these lines in its log."""
    (folder / FILE_NAME).write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_what_is_wanted_is_found_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Again and again, whatever of it is remembered; what is not wanted is not there."""
    monkeypatch.setattr(exchange_log, "REMEMBERED", 2)
    names = [f"x{number:04}" for number in range(9)]
    log = ShownExchanges(
        written(tmp_path, *(json.dumps(record(name, "é\u2028")) for name in names)), names[:7]
    )
    assert list(log) == names[:7]
    for name in (*reversed(names[:7]), *names[:7]):
        assert log[name].request.url == f"http://a/{name}"
    assert log.get("x0008") is None


def test_lines_of_others_are_read_too(tmp_path: Path) -> None:
    """The id stands elsewhere, the line is cut or no exchange: what can be read is there, and no more."""
    other = json.dumps({"purpose": "judged", **record("other")})
    folder = written(tmp_path, other, "[]", "{", '{"id": "broken"}', json.dumps(record("last"))[:-9])
    log = ShownExchanges(folder, {"other", "broken", "last"})
    assert log["other"].purpose == "judged"
    assert [log.get(name) for name in ("broken", "last")] == [None, None]


def test_a_long_body_is_cut_and_a_missing_file_is_no_error(tmp_path: Path) -> None:
    """A page shows the beginning; without a file a report still says what was found."""
    log = ShownExchanges(written(tmp_path, json.dumps(record("x1", "y" * (SHOWN_BODY + 1)))), {"x1"})
    assert (log["x1"].request.body or "").endswith("characters in exchanges.ndjson)")
    assert len(ShownExchanges(tmp_path / "nowhere", {"x1"})) == 0
    (tmp_path / FILE_NAME).unlink()
    assert ShownExchanges(tmp_path, {"x1"}).get("x1") is None
