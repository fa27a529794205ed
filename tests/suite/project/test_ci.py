"""The workflow files that users copy do what they promise, step by step, and lint clean."""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.emulator.serving import running
from tests.suite.checkout import ROOT
from tests.suite.project.workflows import Job, Place, azure_steps, load, run_azure, run_github

NIGHTLY = ROOT / ".github" / "workflows" / "nightly.yml"
GATE = ROOT / ".github" / "workflows" / "release-gate.yml"
AZURE = ROOT / "azure-pipelines.yml"
STARTER = ROOT / "conformance" / "cli" / "starter" / "files" / "workflow.yml"
GITHUB = (NIGHTLY, GATE, STARTER)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shell steps run on Linux runners")

CONTEXT = {
    "github__token": "a token",
    "github__workflow": "nightly",
    "github__ref_name": "main",
    "github__server_url": "https://forge.example.org",
    "github__repository": "team/api",
    "github__run_id": "99",
}
INPUTS = {
    "inputs__target": "qa",
    "inputs__targets": "targets.toml",
    "inputs__waivers": "waivers.yaml",
    "inputs__profile": "release",
    "inputs__package": "itwin-conformance==1.2.3",
    "secrets__dotenv": "QA_ID=one\nQA_SECRET=two $HOME",
}


def night(tmp_path: Path, file: Path, **environment: Any) -> tuple[Job, Place]:
    """Run a night of a nightly file with these answers of the stand-ins."""
    place = Place(tmp_path, {key.upper(): str(value) for key, value in environment.items()})
    if file == AZURE:
        return run_azure(
            file, place, **{"System.TeamProject": "team", "System.CollectionUri": "https://d"}
        ), place
    return run_github(file, place, **CONTEXT), place


def gate(tmp_path: Path, run_code: int = 0, **inputs: str) -> tuple[Job, Place]:
    """Run the release gate with these inputs."""
    place = Place(tmp_path, {"RUN_CODE": str(run_code)})
    (tmp_path / "repository" / "waivers.yaml").touch()
    return run_github(GATE, place, **CONTEXT, **INPUTS, **inputs), place


@pytest.mark.parametrize("file", [NIGHTLY, STARTER, AZURE])
def test_a_healthy_night_judges_compares_prunes_and_answers_zero(tmp_path: Path, file: Path) -> None:
    """Every step runs once, in order, on the folder of this night."""
    job, place = night(tmp_path, file)
    assert job.code == 0, job.output
    words = [" ".join(call.split()[:2]) for call in place.calls if call.startswith("conformance")]
    assert words == ["conformance run", "conformance compare", "conformance history"]
    run, compare, prune = [call for call in place.calls if call.startswith("conformance")]
    folder = run.partition("--report-dir ")[2]
    assert re.fullmatch(r"reports/\d{8}T\d{6}Z", folder)
    assert "--target qa" in run
    assert "--profile nightly" in run
    assert compare == f"conformance compare {folder} --reports reports --markdown"
    assert prune.startswith("conformance history prune --reports reports --keep")


@pytest.mark.parametrize("file", [NIGHTLY, STARTER])
def test_the_summary_shows_what_moved_before_the_run(tmp_path: Path, file: Path) -> None:
    """The job's page begins with the delta."""
    _, place = night(tmp_path, file)
    assert place.summary == "## What moved\n# summary of the run\n"


@pytest.mark.parametrize("file", [NIGHTLY, STARTER])
def test_the_history_of_a_failed_night_is_brought_too(tmp_path: Path, file: Path) -> None:
    """The newest run without a history is passed over, and the next one has it."""
    _, place = night(tmp_path, file)
    downloads = [call for call in place.calls if call.startswith("gh run download")]
    assert downloads == [
        f"gh run download {number} --name conformance-history --dir reports" for number in (12, 11)
    ]
    assert "--status completed" in place.calls[1]


@pytest.mark.parametrize("file", [NIGHTLY, STARTER, AZURE])
@pytest.mark.parametrize("code", [1, 2, 3])
def test_the_night_answers_as_the_run_did(tmp_path: Path, file: Path, code: int) -> None:
    """Whatever the run's exit code is, the later steps still run and the job answers with it."""
    job, place = night(tmp_path, file, run_code=code)
    assert job.codes["Answer"] == code
    assert job.code == code
    assert any(call.startswith("conformance history prune") for call in place.calls)


@pytest.mark.parametrize("file", [NIGHTLY, STARTER])
def test_a_regression_opens_one_issue_and_the_next_night_updates_it(tmp_path: Path, file: Path) -> None:
    """There is one issue for a target, with what moved and the way to the report."""
    _, first = night(tmp_path / "a", file, compare_code=1, run_code=1)
    assert any(
        "gh issue create --title Conformance of qa got worse --label conformance" in c for c in first.calls
    )
    assert not any("gh issue comment" in call for call in first.calls)
    body = (tmp_path / "a" / "repository" / "issue.md").read_text(encoding="utf-8")
    assert body.startswith("## What moved")
    assert "(https://forge.example.org/team/api/actions/runs/99)" in body
    _, second = night(tmp_path / "b", file, compare_code=1, run_code=1, open_issue=7)
    assert "gh issue comment 7 --body-file issue.md" in second.calls
    assert not any("gh issue create" in call for call in second.calls)


@pytest.mark.parametrize(("open_issue", "verb"), [("", "create"), ("7", "update")])
def test_a_regression_opens_or_updates_one_work_item(tmp_path: Path, open_issue: str, verb: str) -> None:
    """Azure DevOps gets the same as an item of its boards."""
    job, place = night(tmp_path, AZURE, compare_code=1, run_code=1, open_issue=open_issue)
    assert job.codes["Open or update the work item"] == 0
    items = [call for call in place.calls if call.startswith("az boards work-item")]
    assert [call.split()[3] for call in items] == [verb]


@pytest.mark.parametrize("file", [NIGHTLY, STARTER, AZURE])
@pytest.mark.parametrize("code", [0, 2, 3])
def test_nothing_is_opened_where_nothing_got_worse(tmp_path: Path, file: Path, code: int) -> None:
    """The first night, and a night that could judge less, open no issue; the page says why."""
    job, place = night(tmp_path, file, compare_code=code)
    assert not any("issue create" in call or "work-item" in call for call in place.calls)
    assert job.codes["Say what moved"] == 0
    moved = (place.root / "repository" / "moved.md").read_text(encoding="utf-8")
    assert ("said by compare" in moved) is (code == 2)


def test_the_gate_judges_with_the_callers_secrets_and_leaves_none_behind(tmp_path: Path) -> None:
    """The secret is a file beside the targets for the time of the run, for nobody else to read."""
    job, place = gate(tmp_path)
    assert job.code == 0, job.output
    options = "--target qa --targets targets.toml --profile release --report-dir reports/gate"
    assert place.calls == [
        "python -m pip install itwin-conformance==1.2.3",
        f"conformance run {options} --waivers waivers.yaml",
    ]
    seen = tmp_path / "calls.env"
    assert seen.read_text(encoding="utf-8") == "QA_ID=one\nQA_SECRET=two $HOME\n"
    assert stat.S_IMODE(seen.stat().st_mode) == 0o600
    assert not (tmp_path / "repository" / ".env").exists()
    assert "two $HOME" not in job.output
    assert place.summary == "# summary of the run\n"


@pytest.mark.parametrize("code", [1, 2, 3])
def test_the_gate_answers_as_the_run_did(tmp_path: Path, code: int) -> None:
    """A caller's job fails with the suite's own exit code."""
    job, _ = gate(tmp_path, run_code=code)
    assert job.code == code


def test_the_gate_takes_the_newest_whole_night_as_its_baseline(tmp_path: Path) -> None:
    """With a baseline only what is worse counts, and the page says what moved since."""
    job, place = gate(tmp_path, inputs__baseline_dash_workflow="nightly.yml")
    assert job.code == 0, job.output
    (run,) = [call for call in place.calls if call.startswith("conformance run")]
    assert run.endswith("--baseline reports/whole")
    assert "conformance compare reports/whole reports/gate --markdown" in place.calls
    assert place.summary.startswith("## What moved")


def test_the_gate_without_a_baseline_that_was_asked_for_is_a_usage_error(tmp_path: Path) -> None:
    """A gate that cannot find its yardstick does not open."""
    tools = tmp_path / "tools"
    place = Place(tmp_path)
    (tools / "conformance").write_text("#!/bin/sh\necho '{\"runs\": []}'\n", encoding="utf-8")
    context = {**CONTEXT, **INPUTS, "inputs__baseline_dash_workflow": "nightly.yml"}
    job = run_github(GATE, place, **context)
    assert job.codes["Bring the baseline"] == 2
    assert job.codes["Answer"] == 2


@pytest.mark.slow
def test_the_nightly_steps_work_with_the_real_suite(tmp_path: Path) -> None:
    """Two nights against the emulator: the second is compared with the first, and neither moved anything."""
    place = Place(tmp_path, settings={"TARGET": "emulator", "TARGETS": "targets.toml", "PROFILE": "quick"})
    (tmp_path / "tools" / "conformance").write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m conformance "$@"\n', encoding="utf-8"
    )
    repository = tmp_path / "repository"
    (repository / "specs").mkdir()
    (repository / "specs" / "waivers.yaml").write_text("waivers: []\n", encoding="utf-8")
    with running() as served:
        texts = served.targets()
        (repository / "targets.toml").write_text(texts.toml, encoding="utf-8")
        (repository / ".env").write_text(texts.env, encoding="utf-8")
        first = run_github(NIGHTLY, place, **CONTEXT)
        second = run_github(NIGHTLY, place, **CONTEXT)
    assert first.codes["Say what moved"] == second.codes["Say what moved"] == 0, second.output
    assert "no earlier whole run" in place.summary
    assert len(list((repository / "reports").glob("*/run.json"))) == 2
    assert place.summary.count("## What moved") == 1
    assert not [call for call in place.calls if "issue create" in call]


@pytest.mark.parametrize("file", GITHUB)
def test_no_script_of_a_workflow_is_put_together_by_the_runner(file: Path) -> None:
    """Every value reaches a script through its environment, so that no name of a branch can be a command."""
    (job,) = load(file)["jobs"].values()
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


@pytest.mark.parametrize("file", GITHUB)
def test_every_action_is_pinned_to_a_commit(file: Path) -> None:
    """A tag can be moved to other code, a commit cannot."""
    uses = re.findall(r"uses: (\S+@\S+)", file.read_text(encoding="utf-8").partition("steps:")[2])
    assert uses
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in uses)


@pytest.mark.parametrize("file", [NIGHTLY, GATE, STARTER, AZURE])
def test_every_shell_step_is_valid_bash(file: Path, tmp_path: Path) -> None:
    """A quote that is missing is found here and not at night."""
    if file == AZURE:
        scripts = [step["bash"] for _, step in azure_steps(file)]
    else:
        (job,) = load(file)["jobs"].values()
        scripts = [step["run"] for step in job["steps"] if "run" in step]
    for script in scripts:
        (tmp_path / "script").write_text(script, encoding="utf-8")
        subprocess.run(["bash", "-n", str(tmp_path / "script")], check=True)


def test_the_starters_workflow_is_the_nightly_one(tmp_path: Path) -> None:
    """A team's copy has the same steps; only what is installed and whose secrets are read differs."""
    ours, theirs = load(NIGHTLY)["jobs"]["judge"]["steps"], load(STARTER)["jobs"]["judge"]["steps"]
    different = [one.get("name") for one, other in zip(ours, theirs, strict=True) if one != other]
    assert different == ["Install", "Judge"]
    judge, other = (next(s for s in steps if s.get("id") == "judge") for steps in (ours, theirs))
    assert judge["run"] == other["run"]
    assert tmp_path.exists()


def test_the_workflow_files_lint_clean(tmp_path: Path) -> None:
    """The linter finds nothing to say about what this repository runs, nor about what a team copies."""
    beside = Path(sys.executable).with_name("zizmor")
    zizmor = str(beside) if beside.exists() else shutil.which("zizmor")
    if zizmor is None:
        pytest.skip("zizmor is not installed here; it belongs to the dependency group lint")
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    for file in GITHUB:
        shutil.copy(file, workflows / file.name)
    linted = subprocess.run(
        [zizmor, "--offline", "--quiet", "--no-progress", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_the_container_runs_the_suite_as_nobody_special() -> None:
    """What the image is made from is there, and what it starts is the command line, not as root."""
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    copied = [name for word in words if word[0] == "COPY" and "--from" not in word[1] for name in word[1:-1]]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert words[-4:][0] == ["USER", "judge"]
    assert ["ENTRYPOINT", '["conformance"]'] in words
