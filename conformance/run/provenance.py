"""What a run depends on besides its target: suite, claims, scenarios, configuration and environment."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

from conformance import __version__
from conformance.claims.folders import claim_files, contract_dir, specs_dir
from conformance.claims.requirements import Catalogue
from conformance.results.model import Environment, Provenance
from conformance.targets.model import Target

LIBRARIES: Final = ("schemathesis", "hypothesis", "pytest", "jsonschema", "requests", "urllib3")


def provenance_of(catalogue: Catalogue, target: Target, *, waivers: str) -> Provenance:
    """Return what identifies suite, claims and configuration: compare names the cause of a move by it.

    `waivers` is the hash of the waivers, empty where there are none.
    """
    folder = specs_dir()
    return Provenance(
        suite=__version__,
        specs=_hash(list(claim_files(folder, "openapi").values())),
        requirements=_hash(list(claim_files(folder, "requirements").values())),
        requirement_hashes={row.id: row.hash() for row in catalogue.judged()},
        contract=_hash(sorted(contract_dir().rglob("*.py"))),
        target=target.identity(),
        waivers=waivers,
        environment=Environment(
            python=platform.python_version(),
            platform=platform.system(),
            packages={name: version(name) for name in LIBRARIES},
        ),
    )


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.parent.name}/{path.name}".encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
