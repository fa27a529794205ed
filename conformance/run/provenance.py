"""What a run depends on besides its target: suite, claims, scenarios, configuration and environment."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from conformance import __version__
from conformance.claims.folders import claim_files, contract_dir, specs_dir
from conformance.claims.requirements import Catalogue
from conformance.client.wire import proxies_of
from conformance.exchange.model import Exchange
from conformance.results.model import Environment, Provenance
from conformance.targets.model import Target

CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
LIBRARIES: Final = ("schemathesis", "hypothesis", "pytest", "jsonschema", "requests", "urllib3", "Authlib")


def provenance_of(
    catalogue: Catalogue, target: Target, *, waivers: str, exchanges: Iterable[Exchange] = ()
) -> Provenance:
    """Return what identifies suite, claims and configuration: compare names the cause of a move by it.

    `waivers` is the hash of the waivers, empty where there are none; the `exchanges` tell the target's time.
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
            proxy=_proxy(target),
            ca=_ca(target),
            clock_ahead=_clock_ahead(exchanges),
        ),
    )


def _proxy(target: Target) -> str:
    """Return the proxy on the way to the target without its credentials, empty where there is none."""
    host = urlsplit(target.base_url)
    proxies = proxies_of(target)
    found = proxies.get(f"{host.scheme}://{host.hostname}", proxies.get(host.scheme, ""))
    return found.rpartition("@")[2].rpartition("/")[2] if "@" in found else found


def _ca(target: Target) -> str:
    """Return the hash of the certificates that the target or the environment trusts instead of the usual."""
    named = target.ca or next(filter(None, map(os.environ.get, CA_VARIABLES)), "")
    try:
        return hashlib.sha256(Path(named).read_bytes()).hexdigest() if named else ""
    except OSError:
        return named


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
