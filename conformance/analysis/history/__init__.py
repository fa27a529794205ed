"""What the report folders of many runs say together.

The folders are the only truth: `read_history` reads them all, by way of the digest beside each `run.json`.
A run that cannot be read is named with the reason, and the others are still counted. `open_violations` says
since when what is violated, `prune` removes folders, `provisional` says which requirements are too new to
be red.
"""

from conformance.analysis.history.digest import RunDigest, keep_digest
from conformance.analysis.history.provisional import provisional
from conformance.analysis.history.prune import Pruned, prune
from conformance.analysis.history.runs import BrokenRun, History, PastVerdict, read_history
from conformance.analysis.history.violations import OpenViolation, open_violations

__all__ = [
    "BrokenRun",
    "History",
    "OpenViolation",
    "PastVerdict",
    "Pruned",
    "RunDigest",
    "keep_digest",
    "open_violations",
    "provisional",
    "prune",
    "read_history",
]
