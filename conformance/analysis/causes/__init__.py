"""What explains the violations of a run: `causes_of` groups them, each one deviation of the target."""

from conformance.analysis.causes.build import causes_of, signs_of
from conformance.analysis.causes.grouping import Group, grouped
from conformance.analysis.causes.sign import Sign
from conformance.analysis.causes.since import since

__all__ = ["Group", "Sign", "causes_of", "grouped", "signs_of", "since"]
