"""What identifies a run besides its target: suite, claims, scenarios, configuration and environment."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from conformance import __version__
from conformance.claims.folders import claim_files, contract_dir, specs_dir
from conformance.claims.requirements import Catalogue
from conformance.targets.model import Target

LIBRARIES: Final = ("schemathesis", "hypothesis", "pytest", "jsonschema", "requests", "urllib3")


def identity(catalogue: Catalogue, target: Target) -> dict[str, Any]:
    """Return what identifies suite, claims and configuration: compare names the cause of a move by it."""
    rows = {row.id: row.hash() for row in catalogue.judged()}
    folder = specs_dir()
    return {
        "suite": __version__,
        "specs": _hash(list(claim_files(folder, "openapi").values())),
        "requirements": _hash(list(claim_files(folder, "requirements").values())),
        "requirement_hashes": rows,
        "contract": _hash(sorted(contract_dir().rglob("*.py"))),
        "target": target.identity(),
        "waivers": "",
        "environment": {
            "python": platform.python_version(),
            "platform": platform.system(),
            "packages": _versions(),
        },
        "target_identity": {},
    }


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.parent.name}/{path.name}".encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _versions() -> Mapping[str, str]:
    return {name: version(name) for name in LIBRARIES}
