"""OpenAPI definitions as people publish them, read into one form: OpenAPI 3, one document, repaired."""

from conformance.claims.definition.load import Definition, load_definition
from conformance.claims.definition.repair import Repair

__all__ = ["Definition", "Repair", "load_definition"]
