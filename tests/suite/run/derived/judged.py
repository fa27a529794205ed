"""Judges a small API by its definition, in this process: with client, ledger and book of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from conformance.claims.added import added_apis
from conformance.claims.folders import specs_dir
from conformance.claims.requirements import Catalogue
from conformance.claims.rules import derive, load_rules
from conformance.results.verdicts import Verdict
from conformance.run.derived.judging import judge_derived
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.run import Run
from conformance.targets.model import Target


def added(
    folder: Path, definition: Mapping[str, Any], override: Mapping[str, Any] | None = None
) -> Catalogue:
    """Return the claims of an API of this definition alone, kept in the folder as `add` keeps it."""
    place = folder / "specs" / "small"
    place.mkdir(parents=True, exist_ok=True)
    (place / "definition.json").write_text(json.dumps(definition), encoding="utf-8")
    (place / "override.yaml").write_text(yaml.safe_dump(dict(override or {})), encoding="utf-8")
    apis = [api for api in added_apis(folder / "specs", {}) if api.name == "small"]
    rules = load_rules(specs_dir())
    rows = {row.id: row for api in apis for row in derive(api.name, api.endpoints, api.override, rules)}
    operations = {name: operation for api in apis for name, operation in api.operations.items()}
    return Catalogue(rows, {}, operations, {api.name: api for api in apis})


def judged(catalogue: Catalogue, target: Target, folder: Path, *only: str, profile: str = "nightly") -> Run:
    """Judge a target by these claims and return the run, with what it created deleted again."""
    run = new_run(Options(profile, only=only or ("small",), seed=1, report_dir=folder), target, catalogue)
    try:
        judge_derived(run)
        run.log.leaks += run.client.undo()
    finally:
        run.client.close()
    return run


def verdicts(run: Run) -> dict[str, Verdict]:
    """Return the verdicts of a run by their requirements."""
    return {requirement: run.book.get(requirement, operation) for requirement, operation in run.selected}  # type: ignore[misc] # a verdict on each
