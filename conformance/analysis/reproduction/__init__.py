"""The way to a finding: which recorded exchanges have to be sent again so that the evidence means the same.

`Journal` holds the exchanges of a run folder and plans; `shell_script` writes a plan down as `curl` lines.
"""

from conformance.analysis.reproduction.journal import Journal, read_journal
from conformance.analysis.reproduction.plan import Plan, Record
from conformance.analysis.reproduction.script import shell_script

__all__ = ["Journal", "Plan", "Record", "read_journal", "shell_script"]
