"""`conformance init` gives a team its first files, and never takes one away."""

import json
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance import __version__
from conformance.analysis.waivers import load
from conformance.cli import starter
from conformance.cli.init import init
from conformance.cli.starter import FILES, requirement
from conformance.errors import UsageError
from conformance.targets.load import load_target
from tests.suite.analysis.waivers.test_waivers import TODAY
from tests.suite.checkout import ROOT
from tests.suite.cli.verbs import call


def test_an_empty_folder_gets_every_file(tmp_path: Path) -> None:
    """Targets, waivers, workflow, ignore list and README stand where they belong; the folder is named."""
    team = tmp_path / "new" / "our team"
    said = call(init, team)
    assert said.code == 0
    written = {p.relative_to(team).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert written == set(FILES)
    assert not [name for name in FILES if "@PACKAGE@" in (team / name).read_text(encoding="utf-8")]
    assert all(f"wrote {team / name}" in said.out for name in FILES)
    assert f"next: read {team / 'README.md'}, then cd '{team}' && conformance run" in said.out


def test_where_the_suite_comes_from_stands_in_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the README nor the workflow says it again."""
    monkeypatch.chdir(tmp_path)
    assert "then conformance run" in call(init, "--package", "git+https://git.example.org/suite@v1").out
    line = "itwin-conformance @ git+https://git.example.org/suite@v1"
    assert line in (tmp_path / "requirements.txt").read_text(encoding="utf-8").splitlines()
    texts = [(tmp_path / name).read_text(encoding="utf-8") for name in FILES if name != "requirements.txt"]
    assert not [text for text in texts if "git.example.org" in text or "itwin-conformance" in text]


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (None, f"itwin-conformance=={__version__}"),
        (
            {"url": "https://x.example/a.whl", "archive_info": {}},
            "itwin-conformance @ https://x.example/a.whl",
        ),
        ({"url": "file:///w/a.whl", "archive_info": {}}, "itwin-conformance @ file:///w/a.whl"),
        (
            {"url": "https://x.example/r", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "itwin-conformance @ git+https://x.example/r@abc",
        ),
    ],
)
def test_the_line_is_the_one_that_installed_it_here(
    monkeypatch: pytest.MonkeyPatch, written: dict[str, Any] | None, line: str
) -> None:
    """An index, a wheel, a repository: whatever worked on this machine."""
    text = None if written is None else json.dumps(written)
    monkeypatch.setattr(starter, "distribution", lambda _: SimpleNamespace(read_text=lambda _: text))
    assert requirement("") == line


def test_a_package_may_be_named(tmp_path: Path) -> None:
    """A file that is there, an address, or a line as pip takes it; never two lines."""
    wheel = tmp_path / "a b.whl"
    wheel.touch()
    assert requirement(str(wheel)) == f"itwin-conformance @ {tmp_path.as_uri()}/a%20b.whl"
    assert requirement("https://x.example/a.whl") == "itwin-conformance @ https://x.example/a.whl"
    assert requirement("itwin-conformance==2.0") == "itwin-conformance==2.0"
    assert requirement("itwin-conformance @ https://x/a.whl") == "itwin-conformance @ https://x/a.whl"
    with pytest.raises(UsageError, match="one line"):
        requirement("a\n--index-url b")


def test_the_files_are_valid_as_they_are(tmp_path: Path) -> None:
    """The targets hold no secret in clear, the waivers are an empty list, and .env is ignored by git."""
    call(init, tmp_path)
    targets = tomllib.loads((tmp_path / "targets.toml").read_text(encoding="utf-8"))
    assert targets["targets"]["qa"]["roles"]["owner"]["client_secret"] == "${QA_OWNER_CLIENT_SECRET}"
    assert load(tmp_path / "waivers.yaml", today=TODAY) == ()
    assert ".env" in (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_targets_file_is_read_by_the_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What init writes is what run takes."""
    call(init, tmp_path)
    monkeypatch.setenv("QA_OWNER_CLIENT_ID", "someone")
    monkeypatch.setenv("QA_OWNER_CLIENT_SECRET", "a made-up secret")
    target = load_target(tmp_path / "targets.toml", "qa")
    assert (target.name, list(target.roles), target.mode) == ("qa", ["owner"], "ledger")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path, name: str) -> None:
    """One file in the way is named, and nothing is written at all."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("mine", encoding="utf-8")
    said = call(init, tmp_path)
    assert (said.code, str(file) in said.err) == (2, True)
    assert file.read_text(encoding="utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]


def test_a_second_init_changes_nothing(tmp_path: Path) -> None:
    """Whoever calls it twice is told what is there already."""
    call(init, tmp_path)
    said = call(init, tmp_path)
    assert said.code == 2
    assert all(name in said.err for name in FILES)


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    """A file in the place of the folder is said in words."""
    (tmp_path / "team").touch()
    said = call(init, tmp_path / "team")
    assert (said.code, "cannot be written" in said.err) == (2, True)


def test_the_empty_waivers_files_are_the_same() -> None:
    """What a team begins with is what the suite's own repository has documented."""
    ours = (ROOT / "specs" / "waivers.yaml").read_text(encoding="utf-8")
    theirs = (ROOT / "conformance" / "cli" / "starter" / "files" / "waivers.yaml").read_text(encoding="utf-8")
    assert theirs.splitlines()[:17] == ours.splitlines()[:17]
