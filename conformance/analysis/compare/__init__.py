"""What moved between two runs, and whose change it was.

`compare(old, new)` takes two runs and returns a `Comparison`: one `Move` for every
requirement and operation whose standing changed, and one for every violation that stayed. `gate` turns it
into an exit code. Nothing here reads a file or prints: `terminal` and `markdown` render.
"""

from conformance.analysis.compare.engine import compare
from conformance.analysis.compare.model import Cause, Comparison, Kind, Move, gate

__all__ = ["Cause", "Comparison", "Kind", "Move", "compare", "gate"]
