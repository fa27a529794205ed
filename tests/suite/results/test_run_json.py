"""`run.json` is read strictly, written in one step, and a bad one is explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.errors import UsageError
from conformance.results.model import RunReport, schema
from conformance.results.run_json import load_run, write_run
from conformance.results.verdicts import Outcome
from tests.suite.report import documents


def complaint(folder: Path) -> str:
    """Return what a user is told about a folder that cannot be read."""
    with pytest.raises(UsageError) as caught:
        load_run(folder)
    return str(caught.value)


def test_the_published_schema_is_a_schema() -> None:
    """The schema itself is valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("build", [documents.document, documents.one_of_each, documents.hostile])
def test_a_run_is_read_back_as_it_was_written(build: Any, tmp_path: Path) -> None:
    """What is written is valid by the schema and read back row by row."""
    content = build()
    Draft202012Validator(schema()).validate(content)
    documents.write(tmp_path, content)
    run = load_run(tmp_path)
    assert [(j.requirement, j.outcome.value) for j in run.verdicts] == [
        (row["requirement"], row["verdict"]) for row in content["verdicts"]
    ]
    assert run.target == "qa"
    assert load_run(tmp_path / "run.json") == run
    written = run.to_document()
    Draft202012Validator(schema()).validate(written)
    assert RunReport.model_validate(written) == run.model_copy(update={"folder": Path()})


def test_members_that_a_newer_minor_version_adds_are_no_trouble(tmp_path: Path) -> None:
    """Version 1.9 may add members anywhere, and is read."""
    content = documents.one_of_each()
    content["schema_version"] = "1.9"
    content["mood"] = content["verdicts"][0]["mood"] = content["waivers"][0]["mood"] = "fine"
    documents.write(tmp_path, content)
    assert len(load_run(tmp_path).verdicts) == len(content["verdicts"])


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    """Writing replaces the file whole and leaves nothing else in the folder."""
    for content in (documents.document(), documents.one_of_each()):
        write_run(tmp_path, RunReport.model_validate(content))
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert len(load_run(tmp_path).verdicts) == 8


def test_a_folder_that_cannot_be_written_is_the_users_business(tmp_path: Path) -> None:
    """A file in the folder's place ends in one clear message."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        write_run(tmp_path / "taken", RunReport.model_validate(documents.document()))


def test_a_truncated_file_says_where_it_ends(tmp_path: Path) -> None:
    """Wherever the file is cut, the message says so and names the place."""
    text = json.dumps(documents.one_of_each(), indent=1)
    for end in (1, 20, 300, len(text) // 2, len(text) - 2):
        (tmp_path / "run.json").write_text(text[:end], encoding="utf-8")
        assert "truncated" in complaint(tmp_path), text[:end][-20:]
        assert "line" in complaint(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "truncated"),
        (b"hello", "not JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[]", "not of this suite"),
        (b'{"name": "package"}', "not of this suite"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"schema_version": "2.0", "run_id": "x"}', "newer suite"),
        (b'{"schema_version": "0.3", "run_id": "x"}', "older suite"),
        (b'{"schema_version": 1, "run_id": "x"}', "expected a version"),
        (b'{"schema_version": "one", "run_id": "x"}', "expected a version"),
    ],
)
def test_a_file_that_is_no_run_is_named_for_what_it_is(content: bytes, words: str, tmp_path: Path) -> None:
    """Foreign, damaged and other-version files each get their own words."""
    (tmp_path / "run.json").write_bytes(content)
    assert words in complaint(tmp_path)
    assert "run.json" in complaint(tmp_path)


@pytest.mark.parametrize(
    ("more", "sound"),
    [
        ({}, False),
        ({"verdicts": [documents.violation(waived="known")]}, False),
        ({"verdicts": [documents.violation()]}, True),
        ({"waivers": [documents.waiver("stale")]}, True),
        ({"verdicts": [documents.verdict("a.b.c", kind="DEVIATION", level="should")]}, False),
        ({"verdicts": [documents.verdict("a.b.c", kind="DEVIATION", level="should")], "strict": True}, True),
    ],
)
def test_a_violation_that_somebody_took_out_by_hand_is_missed(
    more: dict[str, Any], tmp_path: Path, *, sound: bool
) -> None:
    """A run that was red has something red in it; with nothing left the file was edited."""
    documents.write(tmp_path, {**documents.document(), **more, "exit_code": 1})
    if sound:
        assert load_run(tmp_path).exit_code == 1
    else:
        assert "edited by hand?\n  exit_code: 1, and no verdict and no waiver is red" in complaint(tmp_path)


def test_an_absent_file_says_what_a_report_folder_is(tmp_path: Path) -> None:
    """A wrong folder leads to the command that makes a right one."""
    assert "conformance run" in complaint(tmp_path / "nowhere")
    (tmp_path / "run.json").mkdir()
    assert "cannot be read" in complaint(tmp_path)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("verdicts", 1, "verdict"), "FINE", "verdicts[1].verdict: expected one of PASS"),
        (("verdicts", 0, "level"), None, "verdicts[0].level"),
        (("verdicts", 0, "evidence"), "x1", "verdicts[0].evidence: expected array"),
        (("exit_code",), 9, "exit_code: expected one of 0, 1, 2, 3"),
        (("seed",), "12", "seed: expected integer, found"),
        (("run_id",), "", "run_id"),
        (("waivers", 0, "state"), "eternal", "waivers[0].state"),
        (("leaks",), {}, "leaks: expected array"),
        (("requests",), {}, "'total' is a required property"),
    ],
)
def test_a_hand_edited_file_says_what_is_wrong_where(
    path: tuple[Any, ...], value: Any, words: str, tmp_path: Path
) -> None:
    """Each broken member is named by its place in the document."""
    content = documents.one_of_each()
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    documents.write(tmp_path, content)
    assert words in complaint(tmp_path)
    assert "edited by hand" in complaint(tmp_path)


def test_many_mistakes_are_cut_short(tmp_path: Path) -> None:
    """A file with a hundred mistakes shows the first few and how many more there are."""
    documents.write(
        tmp_path, documents.document([documents.verdict(f"a.b.c{n}", kind="FINE") for n in range(100)])
    )
    assert "and 95 more" in complaint(tmp_path)


def test_a_verdict_given_twice_is_a_mistake(tmp_path: Path) -> None:
    """One requirement on one operation has one verdict."""
    documents.write(tmp_path, documents.document([documents.verdict("a.b.c"), documents.verdict("a.b.c")]))
    assert "has a verdict already" in complaint(tmp_path)


def test_a_provisional_requirement_is_never_red(tmp_path: Path) -> None:
    """A violated provisional requirement is shown and does not count."""
    content = documents.document(
        [documents.violation("a.b.c")], requirements={"a.b.c": documents.requirement(provisional=True)}
    )
    documents.write(tmp_path, content)
    run = load_run(tmp_path)
    assert run.verdicts[0].outcome is Outcome.FAIL
    assert not run.is_red(run.verdicts[0])


def test_what_the_file_does_not_explain_still_has_a_name(tmp_path: Path) -> None:
    """A verdict on an unknown requirement or operation is read all the same."""
    content = documents.document([documents.verdict("a.b.c", "unknown")])
    content["requirements"] = {}
    documents.write(tmp_path, content)
    run = load_run(tmp_path)
    assert run.requirement("a.b.c").id == "a.b.c"
    assert run.operation("unknown").id == "unknown"
    assert run.waiver(run.verdicts[0]) is None
