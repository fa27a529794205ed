"""The causes of a run as its report holds them: since when each is there, and what it looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.analysis.causes import Group, causes_of, since
from conformance.analysis.diagnosis.match import diagnosed
from conformance.analysis.diagnosis.signatures import known_signatures
from conformance.analysis.history.digest import RunDigest
from conformance.claims.requirements import Catalogue
from conformance.exchange.model import Exchange
from conformance.results.causes import Cause, Diagnosis
from conformance.results.model import RunReport
from conformance.results.verdicts import JUDGED


def causes_of_run(
    report: RunReport, exchanges: Mapping[str, Exchange], catalogue: Catalogue, past: Sequence[RunDigest]
) -> tuple[Cause, ...]:
    """Return the causes of a run, the gravest first; `past` are earlier runs of the target, oldest first."""
    judged = {"@".join(verdict.pair) for verdict in report.verdicts if verdict.outcome in JUDGED}

    def looks_like(group: Group) -> tuple[Diagnosis, ...]:
        return diagnosed(group, judged, known_signatures())

    causes = causes_of(report.verdicts, exchanges, catalogue, looks_like)
    return tuple(cause.model_copy(update={"since": since(cause, report, past)}) for cause in causes)
