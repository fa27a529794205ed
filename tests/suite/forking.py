"""Python processes without their start: forked from one that has loaded the suite and what it stands on.

Half of a small run is the loading of modules, and the tests start several hundred runs. What such a process
does is what ``python -m MODULE`` does: its own folder, environment, output, exit code, and signals reach it.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import import_module, invalidate_caches
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import Final, NoReturn

ROOT: Final = Path(__file__).parents[2]
LIBRARIES: Final = (
    "_pytest.config",
    "dotenv",
    "jinja2",
    "joserfc.jwt",
    "jsonschema",
    "openapi_schema_validator",
    "requests",
    "rich.table",
    "ruamel.yaml",
    "typer",
)
"""What the suite loads, now or inside of functions, and pytest does not want to load itself."""
OURS: Final = "conformance"
COVERAGE_OF_CHILDREN: Final = "COVERAGE_PROCESS_CONFIG"
"""By this a Python process that a test starts learns that its coverage is measured."""
ORDER_SIZE: Final = 1 << 20


@dataclass
class Forked:
    """A process that was forked, as tests use `subprocess.Popen`."""

    pid: int
    ended: int
    """The end of the pipe from which to read how it ended, as `os.waitpid` has it."""
    said: int = -1
    """The end of the pipe from which to read what it says, if that is a pipe."""
    returncode: int | None = None
    lock: Lock = field(default_factory=Lock)

    def poll(self, timeout: float | None = 0) -> int | None:
        """Return the exit code, or None if the process has not ended after so many seconds."""
        with self.lock:
            if self.returncode is None and select.select([self.ended], [], [], timeout)[0]:
                self.returncode = os.waitstatus_to_exitcode(int(os.read(self.ended, 64) or b"9"))
                os.close(self.ended)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code; a negative one is the number of a signal."""
        code = self.poll(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(["forked"], timeout or 0)
        return code

    def communicate(self) -> tuple[bytes, bytes]:
        """Wait for the end and return what it said."""
        with os.fdopen(self.said, "rb") as pipe:
            said = pipe.read()
        self.wait()
        return said, b""

    def send_signal(self, kind: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, kind)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


@dataclass(frozen=True)
class Order:
    """What ``python -m WORDS`` is to do, in which folder, with that environment and no other."""

    words: tuple[str, ...]
    cwd: str
    environment: dict[str, str]

    @property
    def package(self) -> str:
        """The package that may be loaded before: none for pytest, which rewrites what it loads."""
        return OURS if self.words[0] == OURS else ""


Process = Forked | subprocess.Popen[bytes]


class ForkServer:
    """The process that has loaded everything, and forks; it ends with the process that started it."""

    def __init__(self, package: str) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), package],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def start(self, order: Order, output: int, errors: int) -> Forked:
        """Fork a process that writes into these files."""
        ended, end = os.pipe()
        socket.send_fds(self._socket, [json.dumps(asdict(order)).encode()], [output, errors, end])
        os.close(end)
        return Forked(int(self._socket.recv(64)), ended)

    def close(self) -> None:
        """End the server; what it forked goes on."""
        self._socket.close()
        self._process.wait()


@cache
def _server(package: str) -> ForkServer:
    server = ForkServer(package)
    atexit.register(server.close)
    return server


def start(words: Sequence[str], cwd: Path, environment: Mapping[str, str] = os.environ) -> Process:
    """Start what ``python -m WORDS`` does, output and errors in one pipe."""
    if not _forks(environment):
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    said, say = os.pipe()
    forked = _fork(words, cwd, environment, (say, say))
    os.close(say)
    forked.said = said
    return forked


def call(
    words: Sequence[str], cwd: Path, environment: Mapping[str, str] = os.environ, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Do what ``python -m WORDS`` does and return how it ended and what it said."""
    if not _forks(environment):
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    with TemporaryFile("w+", encoding="utf-8") as output, TemporaryFile("w+", encoding="utf-8") as errors:
        forked = _fork(words, cwd, environment, (output.fileno(), errors.fileno()))
        try:
            code = forked.wait(timeout)
        finally:
            forked.kill()
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(words, code, output.read(), errors.read())


def _fork(words: Sequence[str], cwd: Path, environment: Mapping[str, str], files: tuple[int, int]) -> Forked:
    order = Order(tuple(words), str(cwd), dict(environment))
    return _server(order.package).start(order, *files)


def _forks(environment: Mapping[str, str]) -> bool:
    """Tell whether to fork: not where coverage is measured, and not where nothing can."""
    return COVERAGE_OF_CHILDREN not in environment and hasattr(os, "fork")


def serve(number: int, package: str) -> None:
    """Load libraries and a package, then fork for each order until the socket of that number closes."""
    _load(package)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that watch over the forked
    with socket.socket(fileno=number) as orders:
        while True:
            order, pipes, _, _ = socket.recv_fds(orders, ORDER_SIZE, 3)
            if not order:
                return
            if os.fork() == 0:
                _watch_over(Order(**json.loads(order)), pipes, orders)
            for pipe in pipes:
                os.close(pipe)


def _load(package: str) -> None:
    names = list(LIBRARIES)
    if package:
        found = pkgutil.walk_packages(import_module(package).__path__, f"{package}.")
        names += [module.name for module in found if not module.name.endswith("__main__")]
    for name in names:
        with suppress(ImportError):  # an optional library
            import_module(name)
    gc.collect()
    gc.freeze()  # what is loaded is not copied by looking for garbage


def _watch_over(order: Order, pipes: list[int], orders: socket.socket) -> NoReturn:
    """Fork once more, say which process that is, and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output, errors, end = pipes
    forked = os.fork()
    if forked == 0:
        orders.close()
        os.close(end)
        _in_its_place(order, output, errors)
    os.close(output)
    os.close(errors)
    orders.send(str(forked).encode())
    orders.close()
    _, status = os.waitpid(forked, 0)
    os.write(end, str(status).encode())
    os._exit(0)


def _in_its_place(order: Order, output: int, errors: int) -> NoReturn:
    """Be the process that was asked for; what is raised ends it, as it ends an interpreter."""
    os.chdir(order.cwd)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    sys.stderr = open(  # noqa: SIM115 - the same
        2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
    named = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    sys.path[:1] = [order.cwd, *named]
    invalidate_caches()
    module, *sys.argv[1:] = order.words
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
