"""What a definition writes twice is read as one thing or refused, and never lost without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from conformance.claims.definition import Definition, load_definition
from conformance.claims.endpoints import endpoints
from conformance.errors import UsageError

GET: Final = "get: {operationId: listDesks, responses: {200: {description: all}}}"
POST: Final = "post: {operationId: makeDesk, responses: {201: {description: made}}}"
OTHER: Final = "get: {operationId: otherDesks, responses: {200: {description: all}}}"


def loaded(folder: Path, text: str, name: str = "api.yaml") -> Definition:
    """Return the definition of this text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return load_definition(str(file))


def yaml_of(*paths: str, end: str = "") -> str:
    """Return a definition with these lines below its paths."""
    lines = "".join(f"  {each}\n" for each in paths)
    return f"openapi: 3.1.0\ninfo: {{title: Desks, version: '1'}}\npaths:\n{lines}{end}"


def test_a_path_that_is_written_twice_has_the_operations_of_both(tmp_path: Path) -> None:
    """Tools that join files write a path once for each method."""
    found = loaded(tmp_path, yaml_of(f"/desks: {{{GET}}}", f"/desks: {{{POST}}}"))
    assert [each.id for each in endpoints(found.document)] == ["listDesks", "makeDesk"]
    assert [(each.place, each.what) for each in found.repairs] == [
        ("#/paths/~1desks", "is written more than once: read as one path with the operations of each")
    ]


def test_a_path_without_its_slash_is_that_with_it(tmp_path: Path) -> None:
    """The operations of both are read."""
    found = loaded(tmp_path, yaml_of(f"/desks: {{{GET}}}", f"desks: {{{POST}}}"))
    assert [each.id for each in endpoints(found.document)] == ["listDesks", "makeDesk"]


@pytest.mark.parametrize("second", ["/desks", "desks"])
def test_two_operations_in_one_place_are_refused(tmp_path: Path, second: str) -> None:
    """Either of them might be the one that is meant."""
    with pytest.raises(UsageError, match=r"#/paths/.*desks: get is described more than once for this path"):
        loaded(tmp_path, yaml_of(f"/desks: {{{GET}}}", f"{second}: {{{OTHER}}}"))


def test_a_method_that_is_written_twice_is_refused(tmp_path: Path) -> None:
    """It stands under one path, and only one of the two would be judged."""
    with pytest.raises(UsageError, match="#/paths/~1desks/get: get is described more than once"):
        loaded(tmp_path, yaml_of(f"/desks: {{{GET}, {OTHER}}}"))


def test_the_same_twice_is_the_same(tmp_path: Path) -> None:
    """Nothing is lost where both say the same."""
    found = loaded(tmp_path, yaml_of(f"/desks: {{{GET}}}", f"/desks: {{{GET}}}"))
    assert [each.what for each in found.repairs] == ["is written more than once, and each time the same"]


def test_of_anything_else_the_last_one_is_read(tmp_path: Path) -> None:
    """As nearly every reader of JSON and YAML does; but it is said."""
    get = '{"summary": "a", "summary": "b", "responses": {}}'
    text = f'{{"openapi": "3.0.3", "paths": {{"/desks": {{"get": {get}}}}}}}'
    found = loaded(tmp_path, text, "api.json")
    assert found.document["paths"]["/desks"]["get"]["summary"] == "b"
    assert [(each.place, each.what) for each in found.repairs] == [
        ("#/paths/~1desks/get/summary", "is written more than once: the last one is read")
    ]


def test_a_status_as_number_and_as_text_is_one_status(tmp_path: Path) -> None:
    """200 and "200" are one key of JSON."""
    found = loaded(tmp_path, yaml_of("/desks: {get: {responses: {200: {description: a}, '200': {}}}}"))
    assert [each.place for each in found.repairs] == ["#/paths/~1desks/get/responses/200"]


def test_it_is_noticed_in_other_files_too(tmp_path: Path) -> None:
    """A file that a reference names is read with the same care."""
    (tmp_path / "desk.yaml").write_text("type: object\ntype: string\n", encoding="utf-8")
    operation = "get: {responses: {200: {content: {application/json: {schema: {$ref: desk.yaml}}}}}}"
    found = loaded(tmp_path, yaml_of(f"/desks: {{{operation}}}"))
    assert [each.place for each in found.repairs] == ["#/x-files/1/type"]


def test_what_is_merged_into_a_mapping_is_not_written_twice(tmp_path: Path) -> None:
    """A key of its own outdoes the merged one, as YAML says; only its own can be doubled."""
    end = "x-base: &base {description: all, x-more: 1}\nx-own: {<<: *base, description: a, description: b}\n"
    found = loaded(tmp_path, yaml_of(f"/desks: {{{GET}}}", end=end))
    assert found.document["x-own"] == {"description": "b", "x-more": 1}
    assert [each.place for each in found.repairs] == ["#/x-own/description"]


def test_aliases_that_stand_for_too_much_are_refused(tmp_path: Path) -> None:
    """Twelve short lines can stand for a thousand million values."""
    bomb = "".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    with pytest.raises(UsageError, match=r"api\.yaml: its YAML aliases stand for too much to read"):
        loaded(tmp_path, yaml_of(f"/desks: {{{GET}}}", end=f"x-0: &a0 [1, 2]\n{bomb}"))


@pytest.mark.parametrize("loop", ["x-loop: &a {b: *a}\n", "x-loop: &a [*a]\n", "x-loop: &a {b: *a, b: *a}\n"])
def test_what_holds_itself_is_refused(tmp_path: Path, loop: str) -> None:
    """JSON has no such thing, and no request could be made of it."""
    with pytest.raises(UsageError, match="it is nested too deeply, or holds itself"):
        loaded(tmp_path, yaml_of(f"/desks: {{{GET}}}", end=loop))
