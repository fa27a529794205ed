"""The way to a violation: which recorded exchanges have to be sent again so that the evidence means the same.

`Planner` plans from the exchanges of a run; `shell_script` writes a plan down as `curl` lines.
"""

from conformance.analysis.reproduction.plan import Plan
from conformance.analysis.reproduction.planner import Planner
from conformance.analysis.reproduction.script import shell_script

__all__ = ["Plan", "Planner", "shell_script"]
