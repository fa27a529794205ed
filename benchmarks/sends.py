# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Sends so many different requests within one run, and writes its report: how its memory grows.

``python benchmarks/sends.py 50000``; the emulator that answers is in the same process.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from conformance.claims.requirements import load_claims
from conformance.exchange.model import request_for
from conformance.run.lifecycle import finish
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.targets.embedded import embedded_target

SCENARIO: Final = 100
"""So many requests are one scenario's, which lets go of them when it has ended."""
catalogue = load_claims()
operation = catalogue.operations["moveRealityData"]
with tempfile.TemporaryDirectory() as folder, embedded_target() as target:
    options = Options(profile="nightly", report_dir=Path(folder), seed=1)
    run = new_run(options, target.model_copy(update={"max_requests": None, "rate": None}), catalogue)
    for number in range(int(sys.argv[1])):
        if number % SCENARIO == 0:
            run.client.collect_into([], f"scenario {number}")
        body = {"iTwinId": f"unknown {number}", "note": "x" * 200}
        run.client.send(request_for(operation, {"realityDataId": f"none-{number}"}, json=body))
    finish(run)
