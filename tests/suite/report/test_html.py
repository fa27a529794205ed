"""`report.html` is one self-contained file that answers an owner's questions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.analysis.compare.model import Cause
from conformance.report import scripts
from conformance.report.formats.html import embed, render
from conformance.report.scripts import scripts_of
from conformance.results.run_json import load_run
from tests.suite.report import documents

Json = dict[str, Any]


def page(tmp_path: Path, content: Json, comparison: Any = None, history: Any = ()) -> str:
    """Return the rendered page."""
    recorded = documents.exchange(body=documents.HOSTILE)
    return render(documents.report(tmp_path, content, recorded, comparison=comparison, history=history))


def data(text: str) -> Json:
    """Return what the page's script draws from."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    content: Json = json.loads(found.group(1))
    return content


def test_the_page_loads_nothing(tmp_path: Path) -> None:
    """No source, style sheet or font comes from elsewhere, and the policy forbids it."""
    text = page(tmp_path, documents.one_of_each())
    assert not re.search(r'(?:src|href)="(?!#|data:,"|https://tracker)', text)
    assert "url(" not in text
    assert "default-src 'none'" in text
    assert "unsafe-inline" not in text


def test_the_page_says_first_what_moved_and_why(tmp_path: Path) -> None:
    """Moves come with kind and cause, the gravest first, those that stayed only as a number."""
    text = page(tmp_path, documents.one_of_each(), documents.comparison())
    assert text.index("new violation</span>") < text.index('<span class="kind">fixed</span>')
    assert '<span class="kind">still</span>' not in text
    assert "target changed" in text
    assert "<b>1</b> still" in text
    assert text.index("What is wrong") < text.index("What moved, and why") < text.index("Every verdict")


def test_without_a_comparison_the_page_says_how_to_get_one(tmp_path: Path) -> None:
    """First run, nothing moved, and something moved are three different pages."""
    first = page(tmp_path, documents.one_of_each())
    assert "no earlier run" in first
    assert "This is the first run" in first
    assert "Nothing moved" in page(tmp_path, documents.one_of_each(), documents.comparison(moves=[]))
    moved = documents.comparison()
    still = moved.model_copy(update={"moves": moved.moves[1:2]})
    assert "one violation of then is there still" in page(tmp_path, documents.one_of_each(), still)


def test_a_verdict_carries_its_proof(tmp_path: Path) -> None:
    """Expected, actual, curl, exchange and the letters of the runs are there for the script."""
    found = data(page(tmp_path, documents.one_of_each(), documents.comparison(), documents.history()))
    row = found["rows"][0]
    assert (row["v"], row["red"], row["x"], row["m"]) == ("F", True, ["x0042"], "new violation")
    assert row["c"] == documents.violation()["curl"]
    assert found["exchanges"]["x0042"]["response"].startswith("HTTP 200")
    assert row["h"] == "P" * 29 + "F"
    assert len(found["runs"]) == 30
    succeeds = next(r for r in found["rows"] if found["requirements"][r["r"]]["id"].endswith("succeeds"))
    assert succeeds["h"][:6] == "FPPPPF"


def test_a_violation_that_needs_what_the_run_made_carries_its_script(tmp_path: Path) -> None:
    """The page copies lines that make it anew; a report without its exchanges has only the curl line."""
    site = "5a0c1d2e-0000-4000-8000-000000000001"
    made = documents.exchange("x0001", body=json.dumps({"id": site}), status=201)
    reading = documents.exchange()
    reading["started"] += 1  # after the other one, not together with it
    reading["request"] = {**reading["request"], "method": "GET", "url": f"https://qa.example.com/data/{site}"}
    report = documents.report(tmp_path, documents.one_of_each(), made, reading)
    assert 'https://qa.example.com/data/"$id_1"' in data(render(report))["rows"][0]["s"]
    (tmp_path / "exchanges.ndjson").unlink()
    assert "s" not in data(render(report))["rows"][0]


def test_exchanges_that_would_fill_the_memory_make_no_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of a very large run has the curl line of each violation, and is rendered all the same."""
    site = "5a0c1d2e-0000-4000-8000-000000000001"
    made = documents.exchange("x0001", body=json.dumps({"id": site}), status=201)
    folder = documents.write(tmp_path, documents.one_of_each(), [made, documents.exchange()])
    assert scripts_of(load_run(folder))
    monkeypatch.setattr(scripts, "LARGEST", 10)
    assert scripts_of(load_run(folder)) == {}


def test_a_token_to_be_refused_makes_no_script(tmp_path: Path) -> None:
    """A good token in the place of the forged one would show something else."""
    site = "5a0c1d2e-0000-4000-8000-000000000001"
    made = documents.exchange("x0001", body=json.dumps({"id": site}), status=201)
    content = documents.document([documents.violation(expected="401 with code Unauthorized")])
    folder = documents.write(tmp_path, content, [made, documents.exchange()])
    assert scripts_of(load_run(folder)) == {}


def test_the_page_names_every_cause_that_a_move_may_have(tmp_path: Path) -> None:
    """A suspicion is told as one, and what can only be the target's doing as that."""
    first, *rest = documents.comparison().moves
    suspicion = first.model_copy(update={"causes": (Cause.SUITE, Cause.TARGET)})
    moved = documents.comparison().model_copy(update={"moves": (suspicion, *rest)})
    text = page(tmp_path, documents.one_of_each(), moved)
    assert '</span> suite changed <span class="soft">(or target changed)</span>' in text
    assert '</span> target changed <span class="soft">(nothing else did)</span>' in text


def test_what_the_target_showed_of_the_assumptions_is_told(tmp_path: Path) -> None:
    """What holds otherwise comes first; a run of the emulator itself has no such section."""
    rows = [
        {"behaviour": name, "source": "assumption", "says": f"{name}.", "observed": "409", "confirmed": held}
        for name, held in (("a name is unique", True), ("a move ends the rest", False))
    ]
    text = page(tmp_path / "a", documents.document(confirmations=rows))
    assert text.index("a move ends the rest.") < text.index("a name is unique.")
    assert "1 of 2 is otherwise here" in " ".join(text.split())
    assert 'id="assumptions"' not in page(tmp_path / "b", documents.document())


def test_a_waived_run_is_told_from_a_violated_one(tmp_path: Path) -> None:
    """The heat map has a letter of its own for a violation that somebody answered for."""
    waived = ["reality.association.succeeds|associateRealityData"]
    past = documents.history(6, waived=waived)
    found = data(page(tmp_path, documents.one_of_each(), None, past))
    letters = {found["requirements"][row["r"]]["id"]: row["h"] for row in found["rows"]}
    assert letters["reality.association.succeeds"] == "WPPPPWP"
    assert letters["reality.association.known"][-1] == "W"


def test_only_thirty_runs_are_shown_and_this_run_is_the_last(tmp_path: Path) -> None:
    """An older history is cut, and the run itself is not counted twice."""
    content = documents.one_of_each()
    past = [*documents.history(40), *documents.history(1, run_id=content["run_id"])]
    runs = data(page(tmp_path, content, None, past))["runs"]
    assert len(runs) == 30
    assert [run["run"] for run in runs].count(content["run_id"]) == 1
    assert runs[-1]["run"] == content["run_id"]


def test_waivers_observations_gaps_and_leaks_are_told(tmp_path: Path) -> None:
    """Each has its section, with days left, the question, a remedy and the undo line."""
    text = page(tmp_path, documents.one_of_each())
    for words in (
        "<strong>9 days",
        "take the waiver out",
        "Which code does an unknown iTwin answer?",
        "[targets.qa.roles.reader]",
        "DELETE https://qa-api.example.com/reality-data/5a",
    ):
        assert words in text


def test_a_date_that_is_none_does_not_end_the_report(tmp_path: Path) -> None:
    """A waiver may have no end, and a run no readable start; it stands last all the same."""
    assert "no end" in page(tmp_path, documents.document(waivers=[documents.waiver(expires="soon")]))
    text = page(tmp_path, documents.document(started="yesterday"), None, documents.history(1))
    assert data(text)["runs"][-1]["day"] == "day unknown"


@pytest.mark.parametrize("value", ["</script>", "<!--<script>", "]]>", "&lt;", "##vso["])
def test_embedded_data_cannot_end_its_element(value: str) -> None:
    """Whatever a text says, the script element around it stays closed to it."""
    text = embed({"a": value})
    assert not set("<>&#") & set(text)
    assert json.loads(text) == {"a": value}


def test_thirty_runs_of_ten_thousand_rows_stay_below_three_megabytes(tmp_path: Path) -> None:
    """A large page leaves details out before it becomes too heavy for a phone."""
    content = documents.huge()
    text = page(tmp_path, content, None, documents.history(29, content["verdicts"]))
    assert len(text.encode()) < 3_000_000


def test_details_that_do_not_fit_are_named(tmp_path: Path) -> None:
    """Where the page is full, a row says where its proof stands."""
    rows = [documents.violation(f"a.b.c{n}", expected="e" * 4_000, actual="a" * 4_000) for n in range(400)]
    text = page(tmp_path, documents.document(rows))
    assert len(text.encode()) < 3_000_000
    assert "they stand in run.json" in data(text)["rows"][-1]["n"]


def test_a_healthy_run_says_so(tmp_path: Path) -> None:
    """The headline of a run without violations is that it conforms."""
    assert "<h1>Conforms</h1>" in page(tmp_path, documents.document([documents.verdict("a.b.c")]))
