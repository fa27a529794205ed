"""Writing a waiver adds one row and leaves every other byte of the file alone."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conformance.analysis.waivers import Waiver, default_file, load, load_or_none
from conformance.analysis.waivers.write import add
from conformance.errors import UsageError

TODAY = date(2026, 11, 22)
WAIVER = Waiver(
    requirement="zones.id.is-unique",
    operation="createZone",
    target="qa",
    reason='the "same" id: mended #soon — né',
    defect="https://bugs.example.org/7?a=1#c2",
    owner="zones@example.org",
    first_seen=date(2026, 11, 22),
    expires=date(2026, 12, 22),
)
DOCUMENTED = """\
# Known violations.
# Each ends by itself.

waivers:
# the oldest first
- requirement: "zones.name.is-kept"   # by hand
  operation: createZone
  target: qa
  reason: >
    folded over
    two lines
  defect: https://bugs.example.org/1
  owner: zones team
  first_seen: 2026-11-02
  expires: 2026-12-01
# the end
"""


@pytest.mark.parametrize(
    "before",
    [
        "waivers: []\n",
        "waivers: []",
        "waivers:\n",
        "# a word\nwaivers: []  # none yet\n# and an end\n",
        DOCUMENTED,
        DOCUMENTED.replace("\n  ", "\n      ").replace("\n- ", "\n    - "),
        DOCUMENTED.replace("\n", "\r\n"),
    ],
)
def test_a_row_is_added_and_the_rest_of_the_file_stays(tmp_path: Path, before: str) -> None:
    """Comments, order, quotes, folds, indentation and line ends survive."""
    file = tmp_path / "waivers.yaml"
    file.write_bytes(before.encode())
    rows = load(file, today=TODAY)
    written = add(file, WAIVER, today=TODAY)
    after = file.read_bytes().decode()
    if rows:
        assert after.startswith(before)
    assert [line for line in before.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]
    assert ("\r\n" in after) is ("\r\n" in before)
    assert after.count("\n") == after.count("\r\n") or "\r" not in after
    assert load(file, today=TODAY) == (*rows, written)
    assert replace(written, row=0, line=0) == WAIVER


def test_rows_are_added_one_after_the_other(tmp_path: Path) -> None:
    """The second row stands behind the first, and the file is made where there is none."""
    file = tmp_path / "waivers.yaml"
    add(file, WAIVER, today=TODAY)
    second = add(file, replace(WAIVER, operation="updateZone", kind="flaky"), today=TODAY)
    assert [(waiver.row, waiver.operation) for waiver in load(file, today=TODAY)] == [
        (1, "createZone"),
        (2, "updateZone"),
    ]
    assert second.flaky


@pytest.mark.parametrize("words", ["yes", "null", "0123", "a: b", "2026-01-01", "~", "# none", "=", "- a"])
def test_words_that_yaml_would_take_for_something_else_are_quoted(tmp_path: Path, words: str) -> None:
    """An owner called yes is read back as one."""
    file = tmp_path / "waivers.yaml"
    written = add(file, replace(WAIVER, reason=words, owner=words), today=TODAY)
    assert (written.reason, written.owner) == (words, words)


@pytest.mark.parametrize(
    ("before", "waiver", "words"),
    [
        ("waivers: []\n", replace(WAIVER, expires=date(2027, 3, 1)), "more than 90 days ahead"),
        ("waivers: []\n", replace(WAIVER, requirement="zones.other"), "no requirement zones.other"),
        ("waivers: []\n", replace(WAIVER, defect="ticket 7"), "no link"),
        ("waivers: []\n", replace(WAIVER, reason=" "), "says nothing"),
        ("waivers: [", WAIVER, "not valid YAML"),
        ("{waivers: []}\n", WAIVER, "write waivers: []"),
    ],
)
def test_a_row_that_is_wrong_leaves_the_file_as_it_was(
    tmp_path: Path, before: str, waiver: Waiver, words: str
) -> None:
    """A mistake on the command line does not reach the file."""
    file = tmp_path / "waivers.yaml"
    file.write_text(before, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        add(file, waiver, today=TODAY, known={WAIVER.requirement: (WAIVER.operation,)})
    assert words in str(caught.value)
    assert file.read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["waivers.yaml"]


def test_the_same_row_is_not_written_twice(tmp_path: Path) -> None:
    """Waiving what is waived already is a mistake, not a second row."""
    file = tmp_path / "waivers.yaml"
    add(file, WAIVER, today=TODAY)
    with pytest.raises(UsageError, match="the same requirement, operation and target"):
        add(file, WAIVER, today=TODAY)


def test_rows_in_brackets_are_left_to_their_writer(tmp_path: Path) -> None:
    """A list in an unusual form is not rewritten behind its owner's back."""
    file = tmp_path / "waivers.yaml"
    row = (
        "{requirement: a.b, operation: c, target: qa, reason: r, defect: 'https://d.example.org', owner: o, "
        "first_seen: 2026-11-01, expires: 2026-12-01}"
    )
    file.write_text(f"waivers: [{row}]\n", encoding="utf-8")
    with pytest.raises(UsageError, match="the rows stand in"):
        add(file, WAIVER, today=TODAY)


def test_a_folder_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    """A missing folder is said in words and not in a traceback."""
    with pytest.raises(UsageError, match="cannot be written"):
        add(tmp_path / "none" / "waivers.yaml", WAIVER, today=TODAY)


def test_a_file_that_cannot_be_replaced_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails half-way leaves the old file and nothing else."""
    file = tmp_path / "waivers.yaml"
    file.write_text("waivers: []\n", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left on device"):
        add(file, WAIVER, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["waivers.yaml"]
    assert file.read_text(encoding="utf-8") == "waivers: []\n"


def test_the_file_of_this_folder_comes_before_the_one_of_the_specs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A team's own folder has its file at the top, a checkout of the suite under specs."""
    monkeypatch.chdir(tmp_path)
    assert default_file() == Path("waivers.yaml")
    assert load_or_none(None, today=TODAY) == ()
    with pytest.raises(UsageError, match="cannot be read"):
        load_or_none(Path("waivers.yaml"), today=TODAY)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "waivers.yaml").touch()
    assert default_file() == Path("specs/waivers.yaml")
    (tmp_path / "waivers.yaml").touch()
    assert default_file() == Path("waivers.yaml")
