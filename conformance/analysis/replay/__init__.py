"""Sends the exchanges of a violation again and says whether it is there still.

`replay` reads a run folder and needs somebody who sends: see the protocol `Send`. What the scenario did
before the evidence is sent too, and what it created gets its new ids in every later request.
"""

from conformance.analysis.replay.model import (
    Replayed,
    ReplayResult,
    Reproduced,
    Send,
    ViolationReference,
    parse_violation,
)
from conformance.analysis.replay.runner import carries_forged_token, replay, script_of

__all__ = [
    "ReplayResult",
    "Replayed",
    "Reproduced",
    "Send",
    "ViolationReference",
    "carries_forged_token",
    "parse_violation",
    "replay",
    "script_of",
]
