"""Serve an emulator over HTTP: on the calling thread, or in the background."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from conformance.emulator.errors import PortError
from conformance.emulator.kernel.application import build
from conformance.emulator.kernel.dispatch import TRANSPORT
from conformance.emulator.kernel.emulator import Emulator

_BACKLOG = 2048
_TICK = 0.1  # seconds between two looks at the clock, as in uvicorn
_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 5.0


class _Protocol(HttpToolsProtocol):
    """Uvicorn's protocol, which also hands the transport on, so that a defect can write raw bytes."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # a TypedDict that knows no extra key
        scope[TRANSPORT] = self.transport


class _Server(uvicorn.Server):
    """Uvicorn's server, which also tells when it listens and stops at once when told from another thread."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._listening()

    async def main_loop(self) -> None:
        """Tick as uvicorn does until it is time to stop."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _TICK)

    def stop(self) -> None:
        """Stop serving; to be called from another thread."""
        self.should_exit = True
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._wake.set)


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket, port 0 for a free one; raise :class:`PortError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        found.close()
        raise PortError(f"cannot listen on {host} port {port}: {error}") from error
    return found


def address(bound: socket.socket) -> str:
    """Return the base URL under which a bound socket is reached from this machine."""
    host, port = bound.getsockname()[:2]
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - read, not bound
    return f"http://{reached}:{port}"


def serve(emulator: Emulator, bound: socket.socket, listening: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``listening`` is called once requests are taken."""
    _run(_server(emulator, listening), bound)


@contextmanager
def background(emulator: Emulator, bound: socket.socket) -> Iterator[None]:
    """Serve on a thread of its own while the context lasts; raise :class:`PortError` if it does not start."""
    ready = threading.Event()
    server = _server(emulator, ready.set)
    thread = threading.Thread(target=_run, args=(server, bound), name="emulator", daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_TIMEOUT):
            raise PortError(f"nothing listens at {emulator.services.base_url}")
        yield
    finally:
        server.stop()
        thread.join(_STOP_TIMEOUT)


def _server(emulator: Emulator, listening: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        build(emulator),
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    return _Server(config, listening)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - there is no build of it for Windows
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _run(server: _Server, bound: socket.socket) -> None:
    with bound, asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(server.serve(sockets=[bound]))
