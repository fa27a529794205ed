"""A forked process does what an interpreter of its own does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.suite import forking

SAYS = """
import os, sys
print(os.getcwd(), sys.argv[1:], os.environ["WORD"], "HOME" in os.environ, __name__, sys.path[0], "é")
print("trouble", file=sys.stderr)
"""
ENDS = {
    "by itself": "",
    "with a number": "sys.exit(3)",
    "with a message": "sys.exit('no such thing')",
    "with nothing": "sys.exit(None)",
    "with an error": "raise ValueError('broken')",
    "by a signal": "os.kill(os.getpid(), 9)",
}


@pytest.mark.parametrize("end", ENDS)
def test_it_says_and_ends_as_an_interpreter_does(tmp_path: Path, end: str) -> None:
    """Folder, arguments, environment, output, errors and exit code are the same."""
    (tmp_path / "told.py").write_text(f"{SAYS}\nsys.stdout.flush()\n{ENDS[end]}\n", encoding="utf-8")
    environment = {"WORD": "x", "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    own = subprocess.run(
        [sys.executable, "-m", "told", "a", "-b"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    forked = forking.call(["told", "a", "-b"], tmp_path, environment)
    assert forked.returncode == own.returncode
    assert forked.stdout == own.stdout
    assert forked.stderr.splitlines()[:1] + forked.stderr.splitlines()[-1:] == (
        own.stderr.splitlines()[:1] + own.stderr.splitlines()[-1:]
    )


def test_a_signal_reaches_it_and_it_is_waited_for(tmp_path: Path) -> None:
    """Its number is the one that signals need; a wait that is too short says so."""
    (tmp_path / "long.py").write_text("import time\nprint('now', flush=True)\ntime.sleep(600)\n")
    process = forking.start(["long"], tmp_path)
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate()
    assert process.returncode == -signal.SIGTERM
    assert said in {b"now\n", b""}
