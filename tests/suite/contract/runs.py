"""Runs of the contract inside this process, against emulators of their own."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from conformance.claims.requirements import load_claims
from conformance.emulator.defects.defect import Defect
from conformance.emulator.serving import Served, running
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.run.run import Run
from conformance.targets.load import parse_target
from conformance.targets.model import Target


@contextmanager
def emulator(*defects: str | Defect) -> Iterator[tuple[Served, Target]]:
    """Serve an emulator with these defects, as a target that shows writes at once and needs no pauses."""
    with running(defects) as served:
        texts = served.targets()
        environment = {k: v or "" for k, v in dotenv_values(stream=io.StringIO(texts.env)).items()}
        target = parse_target(tomllib.loads(texts.toml), "emulator", environment, "the emulator")
        yield served, target.model_copy(update={"consistency_timeout": 0.0, "idle": 0.05})


def judged(
    target: Target, folder: Path, only: Sequence[str] = (), profile: str = "quick"
) -> tuple[Run, dict[str, Any]]:
    """Judge the target and return the run and its document."""
    options = Options(report_dir=folder, only=tuple(only), seed=1, profile=profile)
    run = new_run(options, target, load_claims())
    return run, run_scenarios(run, formats=False).to_document()
