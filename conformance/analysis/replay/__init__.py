"""Sends the exchanges of a finding again and says whether it still holds.

`replay` reads a run folder and needs somebody who sends: see the protocol `Send`. What the scenario did
before the evidence is sent too, and what it created gets its new ids in every later request.
"""

from conformance.analysis.replay.model import Finding, Replayed, ReplayResult, Reproduced, Send, parse_finding
from conformance.analysis.replay.runner import replay, script_of

__all__ = [
    "Finding",
    "ReplayResult",
    "Replayed",
    "Reproduced",
    "Send",
    "parse_finding",
    "replay",
    "script_of",
]
