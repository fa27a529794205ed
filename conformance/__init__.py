"""Contract testing and conformance for the iTwin Platform APIs."""

__version__ = "0.1.0"
