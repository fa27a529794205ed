"""A run says where a newer definition is published than the one that it judges by."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from conformance.claims.added import AddedApi, added_apis
from conformance.claims.published import newer_definition

DEFINITION: Final = "openapi: 3.1.0\npaths: {/desks: {get: {responses: {200: {description: all}}}}}\n"


def desks(folder: Path, override: str) -> AddedApi:
    """Return an API that was added with this definition."""
    own = folder / "specs" / "desks"
    own.mkdir(parents=True)
    (own / "definition.yaml").write_text(DEFINITION, encoding="utf-8")
    (own / "override.yaml").write_text(override, encoding="utf-8")
    return next(each for each in added_apis(folder / "specs", {}) if each.name == "desks")


def test_the_same_definition_is_nothing_to_say(site: tuple[str, Path], tmp_path: Path) -> None:
    """Neither where it is as it was, nor where nobody said where it is published."""
    address, folder = site
    (folder / "api.yaml").write_text(DEFINITION, encoding="utf-8")
    assert newer_definition(desks(tmp_path / "a", f"from: {address}/api.yaml")) == ""
    assert newer_definition(desks(tmp_path / "b", "")) == ""


def test_another_definition_is_said_with_what_shows_it(site: tuple[str, Path], tmp_path: Path) -> None:
    """The verb that tells the difference is named."""
    address, folder = site
    (folder / "api.yaml").write_text(DEFINITION + "tags: []\n", encoding="utf-8")
    said = newer_definition(desks(tmp_path, f"from: {address}/api.yaml"))
    assert said.startswith("desks: another version of its definition is published")
    assert f"conformance drift desks {address}/api.yaml shows what changed" in said


def test_a_definition_that_cannot_be_read_is_said(site: tuple[str, Path], tmp_path: Path) -> None:
    """The run goes on: it judges by the definition that was added."""
    address, _ = site
    said = newer_definition(desks(tmp_path, f"from: {address}/nothing.yaml"))
    assert said.startswith("desks: whether its definition is the published one could not be seen: ")
    assert "404" in said


def test_a_definition_of_several_files_is_compared_as_a_whole(site: tuple[str, Path], tmp_path: Path) -> None:
    """What its references name belongs to it."""
    address, folder = site
    (folder / "api.yaml").write_text(DEFINITION, encoding="utf-8")
    api = desks(tmp_path, f"from: {address}/api.yaml\nentry: definition.yaml")
    assert newer_definition(api) == ""
