"""A run folder is rendered whole, and again, from what stands in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.exchange.recorded import RecordedExchange
from conformance.report.exchanges import pretty, response_text
from conformance.report.render import FORMATS, render
from conformance.results.exchange_log import shown_exchanges
from tests.suite.report import documents


def test_every_format_is_rendered_from_the_folder(tmp_path: Path) -> None:
    """Without a choice every format is there."""
    documents.write(tmp_path, documents.one_of_each())
    paths = render(tmp_path)
    assert set(paths) == set(FORMATS) == {"summary", "html", "junit", "sarif", "ctrf", "allure"}
    assert all(path.exists() for path in paths.values())


def test_one_format_can_be_chosen(tmp_path: Path) -> None:
    """Only the format that is asked for is written, and an unknown one is refused before anything is."""
    documents.write(tmp_path, documents.one_of_each())
    assert list(render(tmp_path, ["junit"])) == ["junit"]
    assert not (tmp_path / "summary.md").exists()
    with pytest.raises(UsageError, match="pdf: no such report format; there are summary"):
        render(tmp_path, ["summary", "pdf"])
    assert not (tmp_path / "summary.md").exists()


def test_a_comparison_is_kept_for_rendering_again(tmp_path: Path) -> None:
    """What moved is still on the page when it is rendered later without the older run."""
    documents.write(tmp_path, documents.one_of_each())
    render(tmp_path, ["summary"], comparison=documents.comparison(), history=documents.history())
    first = (tmp_path / "summary.md").read_text(encoding="utf-8")
    render(tmp_path, ["summary"])
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == first
    assert "What moved since" in first


@pytest.mark.parametrize("damage", ["", "[]", "{", '"text"', "{}", '{"moves": [1]}', '{"moves": {}}'])
def test_a_damaged_comparison_is_no_reason_to_render_nothing(damage: str, tmp_path: Path) -> None:
    """The rest of the report is still shown."""
    documents.write(tmp_path, documents.one_of_each())
    (tmp_path / "comparison.json").write_text(damage, encoding="utf-8")
    render(tmp_path, ["summary", "html"])
    assert "What moved since" not in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    """A file in the place of a folder ends in one clear message."""
    documents.write(tmp_path, documents.one_of_each())
    (tmp_path / "allure-results").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"allure-results: cannot be written"):
        render(tmp_path, ["allure"])


def test_evidence_that_is_missing_or_damaged_leaves_the_verdicts(tmp_path: Path) -> None:
    """A killed run leaves half a line, and a lost file none: both are rendered."""
    documents.write(tmp_path, documents.one_of_each())
    path = tmp_path / "exchanges.ndjson"
    path.write_text('\n[]\n{"id": 3}\n' + path.read_text(encoding="utf-8") + '{"id": "x00', encoding="utf-8")
    assert list(shown_exchanges(tmp_path, {"x0042"})) == ["x0042"]
    path.unlink()
    assert shown_exchanges(tmp_path, {"x0042"}) == {}
    render(tmp_path)


def test_of_a_large_body_only_the_beginning_is_shown(tmp_path: Path) -> None:
    """A report says how long the body is and where the rest stands; unsafe characters make it no longer."""
    documents.write(tmp_path, documents.one_of_each())
    path = tmp_path / "exchanges.ndjson"
    record = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    record["response"]["body"] = "\0" * 60_000
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    response = shown_exchanges(tmp_path, {record["id"]})[record["id"]].response
    shown = (response and response.body) or ""
    assert len(shown) < 110_000
    assert shown.endswith("(60000 characters in exchanges.ndjson)")


def test_an_exchange_reads_as_on_the_wire() -> None:
    """Bodies of JSON are indented, others stay, and a missing response says why."""
    assert pretty('{"a":1}') == '{\n  "a": 1\n}'
    assert pretty("{broken") == "{broken"
    assert pretty("text") == "text"
    lost = {**documents.exchange(), "response": None, "failure": "timed out"}
    assert response_text(RecordedExchange.model_validate(lost)) == "no response: timed out"
    cut = documents.exchange()
    cut["response"]["truncated"] = True
    assert response_text(RecordedExchange.model_validate(cut)).endswith("(cut off by the recorder)")
