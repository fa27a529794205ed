"""What a run depends on besides its target: suite, claims, scenarios, configuration and environment."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from conformance import __version__
from conformance.claims.folders import claim_files, contract_dir, specs_dir
from conformance.claims.requirements import Catalogue
from conformance.client.network import network_of
from conformance.exchange.model import Exchange
from conformance.results.model import Environment, Provenance
from conformance.targets.model import Target

LIBRARIES: Final = ("schemathesis", "hypothesis", "pytest", "jsonschema", "requests", "urllib3")


def provenance_of(
    catalogue: Catalogue, target: Target, *, waivers: str, exchanges: Iterable[Exchange] = ()
) -> Provenance:
    """Return what identifies suite, claims and configuration: compare names the cause of a move by it.

    `waivers` is the hash of the waivers, empty where there are none; the `exchanges` tell the target's time.
    """
    folder, network = specs_dir(), network_of(target)
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
            proxy=_without_credentials(network.proxy_for(target.base_url)),
            ca=_hash_of_ca(network.ca),
            clock_ahead=_clock_ahead(exchanges),
        ),
    )


def _without_credentials(address: str) -> str:
    """Return a proxy's address without the credentials in it."""
    scheme, _, rest = address.rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if scheme else rest.rpartition("@")[2]


def _hash_of_ca(path: str) -> str:
    """Return the hash of a file of certificates, the path itself where it is a folder, "" for none."""
    file = Path(path)
    return hashlib.sha256(file.read_bytes()).hexdigest() if path and file.is_file() else path


def _clock_ahead(exchanges: Iterable[Exchange]) -> float | None:
    """Return the seconds by which this clock is ahead of the target's, None where no response told a time."""
    found = []
    for exchange in exchanges:
        try:
            then = parsedate_to_datetime(exchange.header("Date") or "")
        except (TypeError, ValueError):
            continue
        found.append(exchange.started - then.timestamp())
    return round(median(found)) * 1.0 if found else None


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.parent.name}/{path.name}".encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
