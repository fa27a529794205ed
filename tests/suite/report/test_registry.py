"""A run folder is rendered whole, and again, from what stands in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.exchange.recorded import RecordedExchange
from conformance.report import formats, registry
from conformance.report.exchanges import pretty, response_text
from conformance.report.material import load_report
from conformance.report.registry import FORMATS, render
from tests.suite.report import documents


def test_every_format_is_rendered_from_the_folder(tmp_path: Path) -> None:
    """Without a choice every format is there."""
    documents.write(tmp_path, documents.one_of_each())
    paths = render(tmp_path)
    assert set(paths) == set(FORMATS) == {"summary", "html", "junit", "sarif", "ctrf", "allure", "badge"}
    assert all(path.exists() for path in paths.values())


def test_a_format_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module beside the others is a format: nothing else has to be told about it."""
    (tmp_path / "lines.py").write_text(
        'PATH = "lines.txt"\n\n\ndef render(report):\n    return f"{len(report.run.verdicts)} verdicts\\n"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    found = registry.find_formats()
    assert found.keys() == {*FORMATS, "lines"}
    monkeypatch.setattr(registry, "FORMATS", found)
    folder = documents.write(tmp_path / "run", documents.one_of_each())
    assert render(folder, ["lines"])["lines"].read_text(encoding="utf-8") == "8 verdicts\n"


def test_nothing_is_written_but_into_the_run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder stays as it is, and rendering twice leaves the same files."""
    folder = documents.write(tmp_path / "run", documents.one_of_each())
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before: dict[Path, bytes] = {}
    for _ in range(2):
        render(folder)
        after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        assert before in ({}, after)
        before = after
    assert list((tmp_path / "here").iterdir()) == []


def test_one_format_can_be_chosen(tmp_path: Path) -> None:
    """Only the format that is asked for is written, and an unknown one is refused before anything is."""
    documents.write(tmp_path, documents.one_of_each())
    assert list(render(tmp_path, ["junit"])) == ["junit"]
    assert not (tmp_path / "summary.md").exists()
    with pytest.raises(UsageError, match="pdf: no such report format; there are allure"):
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
    assert list(load_report(tmp_path).exchanges) == ["x0042"]
    path.unlink()
    assert load_report(tmp_path).exchanges == {}
    render(tmp_path)


def test_of_a_large_body_only_the_beginning_is_shown(tmp_path: Path) -> None:
    """A report says how long the body is and where the rest stands; unsafe characters make it no longer."""
    documents.write(tmp_path, documents.one_of_each())
    path = tmp_path / "exchanges.ndjson"
    record = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    record["response"]["body"] = "\0" * 60_000
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    response = load_report(tmp_path).exchanges["x0042"].response
    assert response is not None
    shown = response.body or ""
    assert len(shown) < 110_000
    assert shown.endswith("(60000 characters in exchanges.ndjson)")


def test_an_exchange_reads_as_on_the_wire() -> None:
    """Bodies of JSON are indented, others stay, and a missing response says why."""
    assert pretty('{"a":1}') == '{\n  "a": 1\n}'
    assert pretty("{broken") == "{broken"
    assert pretty("text") == "text"
    lost = documents.exchange() | {"response": None, "failure": "timed out"}
    assert response_text(RecordedExchange.model_validate(lost)) == "no response: timed out"
    cut = documents.exchange() | {"response": {"status": 200, "headers": {}, "body": "a", "truncated": True}}
    assert response_text(RecordedExchange.model_validate(cut)) == "HTTP 200\n\na\n(cut off by the recorder)"
