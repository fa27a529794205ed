"""Everything that `conformance init` writes is executed, in an empty folder and a fresh environment."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from sysconfig import get_path
from typing import Final

import pytest

from conformance import __version__
from conformance.cli.init import init
from conformance.emulator.serving import running
from tests.suite.checkout import ROOT
from tests.suite.cli.verbs import call
from tests.suite.project.test_ci import CONTEXT
from tests.suite.project.workflows import Place, run_github

DIST = f"itwin_conformance-{__version__}.dist-info"
PUT: Final = {
    "conformance": "conformance",
    "specs": "conformance/_data/specs",
    "tests/contract": "conformance/_data/contract",
}
"""What the wheel holds, and where, as pyproject.toml says."""
ABOUT: Final = {
    "METADATA": f"Metadata-Version: 2.1\nName: itwin-conformance\nVersion: {__version__}\n",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "entry_points.txt": "[console_scripts]\nconformance = conformance.cli:main\n",
    "RECORD": "",
}
WORDS: Final = {
    '--reason "..."': '--reason "mended soon"',
    "https://...": "https://bugs.example.org/7",
    '--owner "..."': '--owner "the team"',
}
"""What a reader fills in."""


def wheel_of(folder: Path) -> Path:
    """Return a wheel of this checkout, put together without the build backend, which needs an index."""
    file = folder / f"itwin_conformance-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for source, place in PUT.items():
            for path in sorted((ROOT / source).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, f"{place}/{path.relative_to(ROOT / source).as_posix()}")
        for name, text in ABOUT.items():
            archive.writestr(f"{DIST}/{name}", text)
    return file


def environment_of(folder: Path) -> dict[str, str]:
    """Return the variables of a fresh environment with pip, which knows the libraries and not the suite."""
    base = Path(sys.base_prefix) / "bin" / "python3"
    subprocess.run([base, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(get_path("purelib"), encoding="utf-8")
    ours = ("PYTHON", "VIRTUAL", "QA_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    pip = dict.fromkeys(("PIP_NO_INDEX", "PIP_NO_DEPS", "PIP_IGNORE_INSTALLED"), "1")
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**kept, **pip, "PATH": path, "FRESH": str(folder)}


def lines_of(readme: Path) -> list[list[str]]:
    """Return the lines of each block of commands."""
    blocks = re.findall(r"```\n(.*?)```", readme.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [block.strip().splitlines() for block in blocks]


SHORT: Final = """#!/usr/bin/env bash
# The suite of the fresh environment; a run judges one operation, which is enough to see that it works.
verb=$1; shift
if [ "$verb" = run ]; then set -- --only getITwinAccount "$@"; fi
exec "$FRESH/bin/conformance" "$verb" "$@"
"""


@pytest.mark.slow
def test_everything_that_init_writes_works_in_an_empty_folder(tmp_path: Path) -> None:
    """The README is followed line by line against a target with violations, then the workflow."""
    fresh = environment_of(tmp_path / "fresh")
    place = Place(tmp_path, fresh, settings={"PROFILE": "quick"})
    place.environment["PATH"] = f"{tmp_path / 'tools'}{os.pathsep}{fresh['PATH']}"
    (tmp_path / "tools" / "conformance").write_text(SHORT, encoding="utf-8")
    (tmp_path / "tools" / "python").unlink()
    team = tmp_path / "repository"
    assert call(init, team, "--package", wheel_of(tmp_path)).code == 0
    first, when_red = lines_of(team / "README.md")
    with running(defects=["account-has-no-name"]) as served:
        targets = team / "targets.toml"
        text = targets.read_text(encoding="utf-8").replace("https://qa-api.bentley.com", served.base_url)
        text = text.replace("https://qa-ims.bentley.com/connect/token", served.token_url)
        targets.write_text(text, encoding="utf-8")
        owner = served.credentials["owner"]
        secrets = {"QA_OWNER_CLIENT_ID": owner.client_id, "QA_OWNER_CLIENT_SECRET": owner.client_secret}
        codes = {}
        for line in first:
            if not line.startswith("export"):
                done = place.bash(line, secrets)
                codes[" ".join(line.split()[:4])] = done.returncode
                assert "suite failed" not in done.stderr, done.stderr
        assert list(codes.values()) == [0, 0, 0, 1], codes
        where = place.bash("python -c 'import conformance; print(conformance.__file__)'", {}).stdout
        assert where.startswith(str(tmp_path / "fresh"))
        words = {
            **WORDS,
            "REQUIREMENT@OPERATION": violated(team),
            "REQUIREMENT": violated(team).split("@")[0],
        }
        for line in when_red:
            for old, new in words.items():
                line = line.replace(old, new)  # noqa: PLW2901 - filled in as a reader would
            done = place.bash(line, secrets)
            codes[line.split()[1]] = done.returncode
        # Nothing earlier is comparable yet; the violation is still there, then waived.
        asked = {verb: codes[verb] for verb in ("compare", "explain", "replay", "waive", "waivers")}
        assert asked == {"compare": 2, "explain": 0, "replay": 1, "waive": 0, "waivers": 0}
        context = {f"secrets__{name}": value for name, value in secrets.items()}
        job = run_github(team / ".github" / "workflows" / "conformance.yml", place, **CONTEXT, **context)
    assert (job.codes["Install"], job.codes["Judge"], job.codes["Answer"]) == (0, 0, 1), job.output


def violated(team: Path) -> str:
    """Return a violation of the newest run, as the report names it."""
    newest = max((team / "reports").glob("*/run.json"), key=lambda file: file.stat().st_mtime)
    verdicts = json.loads(newest.read_text(encoding="utf-8"))["verdicts"]
    row = next(row for row in verdicts if row["verdict"] == "FAIL")
    return f"{row['requirement']}@{row['operation']}"
