"""Reads a workflow or pipeline file and runs its shell steps here, with stand-ins for what it calls."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from conformance.claims.folders import cache_dir

CONFORMANCE = """#!/usr/bin/env bash
# Stands in for the suite: notes how it was called, writes what a run writes, answers as it was told.
echo "conformance $*" >> "$CALLS"
verb=$1
while [ $# -gt 0 ]; do
  if [ "$1" = --report-dir ]; then
    mkdir -p "$2"
    for file in run.json junit.xml report.sarif; do echo '{}' > "$2/$file"; done
    echo "# summary of the run" > "$2/summary.md"
    secret="$(dirname "$TARGETS")/.env"
    if [ -f "$secret" ]; then cp -p "$secret" "$CALLS.env"; fi
  fi
  shift
done
case $verb in
  run) exit "${RUN_CODE:-0}" ;;
  compare) echo "## What moved"; echo "said by compare" >&2; exit "${COMPARE_CODE:-0}" ;;
  history) echo '{"runs": [{"folder": "whole", "complete": true}, {"folder": "cut", "complete": false}]}' ;;
esac
"""
PLATFORM = """#!/usr/bin/env bash
# Stands in for gh and az: knows two runs, of which only the second kept a history, and one open issue.
echo "$(basename "$0") $*" >> "$CALLS"
case "$*" in
  "run list"*) printf '12\\n11\\n' ;;
  "run download 12"*) exit 1 ;;
  "run download 11"*) mkdir -p reports/whole ;;
  "issue list"* | "boards query"*) printf '%s' "${OPEN_ISSUE:-}" ;;
esac
"""
PIP = """#!/usr/bin/env bash
# Stands in for python where it installs; every other call is python's own.
if [ "$1 $2" = "-m pip" ]; then echo "python $*" >> "$CALLS"; else exec "$REAL_PYTHON" "$@"; fi
"""


@dataclass
class Place:
    """A folder with a PATH of stand-ins, and what they noted."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    """Stand in for the values of the workflow's own `env`, as a team would edit them."""

    def __post_init__(self) -> None:
        """Write the stand-ins."""
        tools = self.root / "tools"
        tools.mkdir(parents=True)
        for name, text in {"conformance": CONFORMANCE, "gh": PLATFORM, "az": PLATFORM, "python": PIP}.items():
            (tools / name).write_text(text, encoding="utf-8")
            (tools / name).chmod(0o755)
        (self.root / "repository").mkdir()
        real = subprocess.run(["which", "python3"], capture_output=True, text=True, check=True).stdout.strip()
        self.environment = {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.root),
            "XDG_CACHE_HOME": str(cache_dir().parent),  # what is kept there costs seconds to work out again
            "CALLS": str(self.root / "calls"),
            "REAL_PYTHON": real,
            "GITHUB_STEP_SUMMARY": str(self.root / "summary"),
            **self.environment,
        }

    @property
    def calls(self) -> list[str]:
        """Return every call of a stand-in, in order."""
        file = self.root / "calls"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    @property
    def summary(self) -> str:
        """Return what the job's page shows."""
        file = self.root / "summary"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def bash(self, script: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a script as the runners of GitHub and Azure do."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.root / "repository",
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@dataclass
class Job:
    """What came of a job: the exit code of each shell step that ran, by name."""

    codes: dict[str, int] = field(default_factory=dict)
    output: str = ""

    @property
    def code(self) -> int:
        """Return the job's answer: the first code that is not 0."""
        return next((code for code in self.codes.values() if code), 0)


def load(file: Path) -> dict[str, Any]:
    """Return a workflow file; YAML reads its key `on` as true."""
    content: dict[Any, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {"on" if key is True else str(key): value for key, value in content.items()}


def run_github(file: Path, place: Place, **context: str) -> Job:
    """Run the shell steps of the one job of a GitHub workflow; `context` answers its expressions."""
    workflow = load(file)
    (job,) = workflow["jobs"].values()
    known = {f"env.{key}": str(value) for key, value in (workflow.get("env") or {}).items()}
    known |= {key.replace("__", ".").replace("_dash_", "-"): value for key, value in context.items()}
    base = {key: str(value) for key, value in (workflow.get("env") or {}).items()} | place.settings
    base |= {key: _fill(str(value), known) for key, value in (job.get("env") or {}).items()}
    done, failed = Job(), False
    for number, step in enumerate(job["steps"]):
        if "run" not in step or not _github_if(str(step.get("if", "")), known, failed=failed):
            continue
        output = place.root / f"output{number}"
        output.touch()
        environment = base | {key: _fill(str(value), known) for key, value in step.get("env", {}).items()}
        answer = place.bash(step["run"], {**environment, "GITHUB_OUTPUT": str(output)})
        done.codes[step["name"]] = answer.returncode
        done.output += answer.stdout + answer.stderr
        failed = failed or answer.returncode != 0
        for line in output.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            known[f"steps.{step['id']}.outputs.{key}"] = value
    return done


def _fill(text: str, known: Mapping[str, str], pattern: str = r"\$\{\{\s*([\w.-]+)\s*\}\}") -> str:
    return re.sub(pattern, lambda match: known.get(match[1], ""), text)


def _github_if(condition: str, known: Mapping[str, str], *, failed: bool) -> bool:
    """Answer the conditions that these files use: always() and comparisons with a text, joined by &&."""
    parts = [part.strip() for part in condition.split("&&") if part.strip()]
    if failed and "always()" not in parts:
        return False
    for part in parts:
        if part == "always()":
            continue
        match = re.fullmatch(r"([\w.-]+) (==|!=) '(.*)'", part)
        assert match, f"a condition that this reader does not know: {part}"
        if (known.get(match[1], "") == match[3]) is not (match[2] == "=="):
            return False
    return True


def azure_steps(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the shell steps of an Azure pipeline by name."""
    for step in load(file)["jobs"][0]["steps"]:
        if "bash" in step:
            yield step["displayName"], step


def run_azure(file: Path, place: Place, **context: str) -> Job:
    """Run the shell steps of an Azure pipeline; variables that a step sets are there for the next one."""
    variables = {row["name"]: row["value"] for row in load(file)["variables"] if "name" in row}
    known = {**variables, **context}
    done, failed = Job(), False
    for name, step in azure_steps(file):
        condition = str(step.get("condition", ""))
        wanted = re.findall(r"(eq|ne)\(variables\['(\w+)'\], '(.*?)'\)", condition)
        holds = all((known.get(key, "") == value) is (verb == "eq") for verb, key, value in wanted)
        if not holds or (failed and "always()" not in condition):
            continue
        environment = known | {
            key: _fill(str(value), known, r"\$\(([\w.]+)\)") for key, value in step.get("env", {}).items()
        }
        answer = place.bash(
            step["bash"], {key.replace(".", "_"): value for key, value in environment.items()}
        )
        done.codes[name] = answer.returncode
        done.output += answer.stdout + answer.stderr
        failed = failed or answer.returncode != 0
        known |= dict(re.findall(r"##vso\[task\.setvariable variable=(\w+)\](.*)", answer.stdout))
    return done
