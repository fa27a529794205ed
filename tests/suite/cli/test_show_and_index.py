"""`show` opens a report, `index` writes the overview of a folder of runs."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest

from conformance.cli.index import index
from conformance.cli.show import show
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.cli.verbs import call

PASS, FAIL = verdict("a.b", "PASS"), verdict("a.b")


def test_the_last_report_is_found_and_rendered_if_need_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piped it prints the path and opens nothing."""
    monkeypatch.setattr(webbrowser, "open", lambda _: pytest.fail("piped"))
    first, last = (folder_of(tmp_path, run(PASS, night=night)) for night in (1, 2))
    for arguments, folder in (((), last), ((first.name,), first), ((str(first),), first)):
        said = call(show, *arguments, "--reports", tmp_path)
        assert (said.code, said.out.strip()) == (0, str(folder / "report.html"))
        assert (folder / "report.html").is_file()


@pytest.mark.parametrize("arguments", [(), ("20200101T000000Z-none",)])
def test_what_cannot_be_shown_is_said(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """An empty folder, and a run that is not there."""
    said = call(show, *arguments, "--reports", tmp_path)
    assert said.code == 2
    assert "no run in" in said.err or "no such file" in said.err


def test_the_overview_names_every_target_and_run(tmp_path: Path) -> None:
    """Each target with its last runs and open violations; links are relative; text of others is text."""
    folders = [folder_of(tmp_path, run(PASS)), folder_of(tmp_path, run(FAIL, night=2))]
    folders.append(folder_of(tmp_path, run(PASS, night=3, target='<b>"dev"/../x')))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{", encoding="utf-8")
    said = call(index, tmp_path)
    assert (said.code, said.out.strip()) == (0, str(tmp_path / "index.html"))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for folder in folders:
        assert f'href="{folder.name}/report.html"' in page
    assert "<b>" not in page
    assert "a.b</strong> on createZone, since 2026-11-02" in page
    assert "broken cannot be read" in page
    badge = json.loads((tmp_path / "badges" / "qa.json").read_text(encoding="utf-8"))
    assert badge == {"schemaVersion": 1, "label": "qa", "message": "violated · 2026-11-02", "color": "red"}
    (other,) = [path for path in (tmp_path / "badges").glob("*.svg") if path.stem != "qa"]
    assert "<b>" not in other.read_text(encoding="utf-8")
    assert call(index, tmp_path).code == 0, "again, over what is there"


def test_a_folder_that_is_not_there_is_said_and_an_empty_one_is_an_empty_page(tmp_path: Path) -> None:
    """Nothing is created where nothing was."""
    assert call(index, tmp_path / "none").code == 2
    assert not (tmp_path / "none").exists()
    assert call(index, tmp_path).code == 0
    assert "No run here yet" in (tmp_path / "index.html").read_text(encoding="utf-8")
