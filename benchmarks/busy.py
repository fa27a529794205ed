# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Runs the tests on a machine that has other things to do: ``python benchmarks/busy.py [LOOPS] [ARGUMENT…]``.

Starts LOOPS (4) processes that only count, then pytest under ``nice -n 19`` with the arguments, by default
``--numprocesses 4 --dist loadgroup``. The loops have a session of their own: where the system deals out its
time by session (Linux with autogroups), the tests get half of it instead of a hundredth. The exit code is
that of pytest: a test that fails here and not on a quiet machine depends on how fast the machine is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from typing import Final

LOOPS: Final = 4
ARGUMENTS: Final = ("--numprocesses", "4", "--dist", "loadgroup")
COUNT: Final = "while True: pass"


def main() -> int:
    """Run the tests beside busy loops and return pytest's exit code."""
    words = sys.argv[1:]
    loops = int(words.pop(0)) if words and words[0].isdigit() else LOOPS
    with ExitStack() as stack:
        for _ in range(loops):
            process = subprocess.Popen([sys.executable, "-c", COUNT], start_new_session=True)  # noqa: S603 - our own words
            stack.callback(process.wait)
            stack.callback(process.kill)
        command = [sys.executable, "-m", "pytest", *(words or ARGUMENTS)]
        return subprocess.run(command, preexec_fn=lambda: os.nice(19), check=False).returncode  # noqa: S603 - what the user typed


if __name__ == "__main__":
    sys.exit(main())
