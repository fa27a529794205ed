"""A page is drafted from the command line, and its definition is taken in by `add`."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.cli.add import add
from conformance.cli.add_page import add_page
from tests.suite.claims.page_draft.boards import CHANGE, LIST
from tests.suite.cli.verbs import call


def test_a_drafted_definition_can_be_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next step that is printed works: the generic rules give requirements."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_text(LIST, encoding="utf-8")
    assert "next: conformance add drafts/boards/openapi.yaml" in call(add_page, "page.txt").out
    assert "boards: OpenAPI 3.0.3, 1 operations" in call(add, "drafts/boards/openapi.yaml").out


def test_what_gave_no_row_is_printed(tmp_path: Path) -> None:
    """A person sees what is left to read."""
    file = tmp_path / "page.txt"
    file.write_text(CHANGE, encoding="utf-8")
    route = "PATCH /boards/{boardId}/pins/{pinId}"
    said = call(add_page, file, "--operation", route, "--into", tmp_path / "draft")
    assert said.code == 0
    assert "gave no row" in said.out
    assert "schema Pin: referred to, and not printed" in said.out
