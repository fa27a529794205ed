"""Which known defect a cause looks like: a comparison with the signatures of the defect matrix."""

from conformance.analysis.diagnosis.match import diagnosed, likenesses
from conformance.analysis.diagnosis.run import causes_of_run
from conformance.analysis.diagnosis.signatures import (
    Signature,
    known_signatures,
    read_signatures,
    signatures_text,
)

__all__ = [
    "Signature",
    "causes_of_run",
    "diagnosed",
    "known_signatures",
    "likenesses",
    "read_signatures",
    "signatures_text",
]
