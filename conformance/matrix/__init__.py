"""The proof of the suite: which requirement sees which defect, and no variation is called one."""

from conformance.matrix.cases import Case, Outcome, Pair
from conformance.matrix.execute import execute
from conformance.matrix.weigh import Matrix, Row, weigh
from conformance.matrix.write import write

__all__ = ["Case", "Matrix", "Outcome", "Pair", "Row", "execute", "weigh", "write"]
