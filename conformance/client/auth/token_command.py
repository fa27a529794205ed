"""A token from a command of the user's own, as cloud CLIs have one."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
from typing import Final

from conformance.claims.text_files import decoded
from conformance.errors import NotJudged, UsageError

COMMAND_TIMEOUT: Final = 60.0
COMMAND_LIFE: Final = 300.0
"""Seconds after which the command is asked again: only it knows how old its token is."""


def token_from_command(command: str) -> str:
    """Return the one word that the command prints; `NotJudged` never repeats what it printed."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command from the user's own targets file
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise NotJudged(f"token_command failed: {type(error).__name__}") from error
    try:
        printed, _ = process.communicate(timeout=COMMAND_TIMEOUT)
    except subprocess.TimeoutExpired as error:
        _end(process)
        raise NotJudged(f"token_command failed: it took longer than {COMMAND_TIMEOUT:g} s") from error
    words = _words(printed)
    if process.returncode or len(words) != 1:
        what = f"exit {process.returncode}" if process.returncode else "no single token on its output"
        raise NotJudged(f"token_command failed: {what}")
    return words[0]


def _words(printed: bytes) -> list[str]:
    """Return the words of an output in whatever encoding a shell wrote it."""
    try:
        return decoded(printed, "token_command").split()
    except UsageError:
        return []


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and whatever it started: a child that holds the pipe would keep us waiting."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
