"""What the proof on an API of one's own says: which rules were seen to fail, what was missed, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.cli.defects import defects
from conformance.proof.mutations.execute import Proof, Prover
from tests.suite.cli.verbs import Said, call

PROOFS = {
    "seen": [Proof("unknown-id", "success-for-unknown", (), ("a.get.unknown-id",), (), ())],
    "missed": [Proof("unknown-id", "success-for-unknown", ("a.x",), (), ("a.get.unknown-id",), ())],
    "nothing": [Proof("unknown-id", "success-for-unknown", (), (), (), ())],
}


@pytest.fixture
def proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[str]:
    """Return the words of a call on an API whose proof has this result."""
    folder = tmp_path / "specs" / "desks"
    folder.mkdir(parents=True)
    definition = {"openapi": "3.0.3", "paths": {"/desks": {"get": {"responses": {"200": {}}}}}}
    (folder / "definition.json").write_text(json.dumps(definition), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def prove(_: Prover) -> Iterator[Proof]:
        yield from PROOFS[request.param]

    monkeypatch.setattr(Prover, "prove", prove)
    return ["--api", "desks"]


@pytest.mark.parametrize(
    ("proven", "code", "last"),
    [
        ("seen", 0, "green; 1 of 1 rules that hold were seen to fail"),
        ("missed", 1, "RED; 0 of 1 rules that hold were seen to fail"),
        ("nothing", 3, "nothing was proven; 0 of 0 rules that hold were seen to fail"),
    ],
    indirect=["proven"],
)
def test_the_last_line_and_the_exit_code_say_what_was_proven(proven: list[str], code: int, last: str) -> None:
    """A requirement that held although its target was made wrong is named."""
    said = call(defects, *proven)
    assert (said.code, said.out.splitlines()[-1]) == (code, last)
    assert ("missed: a.get.unknown-id held although" in said.out) == (code == 1)
    document = json.loads(call(defects, *proven, "--json").out)
    assert [each["rule"] for each in document] == ["unknown-id"]


@pytest.mark.parametrize("proven", ["seen"], indirect=True)
def test_what_names_no_added_api_is_refused(proven: list[str]) -> None:
    """The nearest name is said; only an added API has a target."""
    wrong: Said = call(defects, "--api", f"{proven[1]}k")
    assert (wrong.code, "there are desks; did you mean desks?" in wrong.err) == (2, True)
    assert call(defects, "--target", "qa").err.startswith("--target, --targets: only --api takes a target")
