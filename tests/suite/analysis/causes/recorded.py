"""Violations that runs found on faults of the independent server, as far as causes are made from them."""

import json
from pathlib import Path

from conformance.claims.requirements import Catalogue, load_claims
from conformance.exchange.model import Exchange, Request
from conformance.results.verdicts import Verdict, violated

FILE = Path(__file__).parent / "data" / "independent-faults.json"
Found = tuple[list[Verdict], dict[str, Exchange]]


def recorded(catalogue: Catalogue) -> dict[str, Found]:
    """Return the violations and the exchanges that decided them, by the name of the fault or of two."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: _read(found, catalogue) for name, found in rows.items()}


def _read(rows: list[dict[str, object]], catalogue: Catalogue) -> Found:
    verdicts, exchanges = [], {}
    for row in rows:
        requirement = catalogue.rows[str(row["requirement"])]
        named = row.get("exchange")
        exchange = _exchange(named, catalogue) if isinstance(named, list) else None
        seen_in = row.get("seen_in")
        verdicts.append(
            Verdict(
                requirement.id,
                str(row["operation"]),
                requirement.level,
                violated(requirement.level),
                expected=str(row.get("expected", requirement.expect)),
                actual=str(row.get("actual", "")),
                evidence=(exchange.id,) if exchange else (),
                seen_in=tuple(seen_in) if isinstance(seen_in, list) else (),
            )
        )
        if exchange:
            exchanges[exchange.id] = exchange
    return verdicts, exchanges


def _exchange(row: list[object], catalogue: Catalogue) -> Exchange:
    """Return an exchange; of its body only that it differs from others is recorded."""
    name, operation, method, path, role, status, body = map(str, row)
    request = Request(method, path, catalogue.operations.get(operation))
    return Exchange(name, role, request, f"http://a{path}", {}, body.encode(), 0.0, 1.0, int(status))


CATALOGUE = load_claims()
FOUND = recorded(CATALOGUE)


def found(requirement: str, operation: str, expected: str, actual: str) -> Verdict:
    """Return one violation."""
    level = CATALOGUE.rows[requirement].level
    expected = expected or CATALOGUE.rows[requirement].expect
    return Verdict(requirement, operation, level, violated(level), expected=expected, actual=actual)
