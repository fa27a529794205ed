"""What explains the violations of a run: `causes_of` groups them, each one deviation of the target."""

from conformance.analysis.causes.build import causes_of

__all__ = ["causes_of"]
