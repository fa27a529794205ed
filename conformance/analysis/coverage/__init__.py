"""How much of the documentation the exchanges of a run exercised and its verdicts judged."""

from conformance.analysis.coverage.measure import measure
from conformance.analysis.coverage.reasons import Facts

__all__ = ["Facts", "measure"]
