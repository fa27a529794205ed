"""Open an emulator with its socket and files, and close all of it again."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.emulator import snapshot, world
from conformance.emulator.dispatch import line
from conformance.emulator.errors import PublicUrlError, RecordFileError
from conformance.emulator.faults import Fault, install
from conformance.emulator.instance import Emulator
from conformance.emulator.server import address, listen
from conformance.emulator.settings import Settings


@contextmanager
def opened(
    settings: Settings, host: str, port: int, faults: Iterable[str | Fault] = ()
) -> Iterator[tuple[Emulator, socket.socket]]:
    """Yield an emulator and its listening socket; at the end write the snapshot and close the files."""
    with ExitStack() as stack:
        public = _public(settings.public_url)
        bound = stack.enter_context(listen(host, port))
        emulator = world.create(settings, public or address(bound))
        if emulator.store is not None:
            stack.callback(emulator.store.close)
        if settings.record is not None:
            _record(stack, emulator, settings.record)
        for fault in faults:
            install(emulator, fault)
        if settings.snapshot is not None:
            snapshot.check_writable(settings.snapshot)
            stack.callback(snapshot.write, emulator, settings.snapshot)
        yield emulator, bound


def _public(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or True)
    except ValueError:
        good = False
    if text and (not good or "?" in text or "#" in text):
        raise PublicUrlError(f"the public URL {text} is not of the form http://HOST[:PORT][/PATH]")
    return text.rstrip("/")


def _record(stack: ExitStack, emulator: Emulator, path: Path) -> None:
    try:
        file = stack.enter_context(path.open("a", encoding="utf-8", buffering=1))
    except OSError as error:
        raise RecordFileError(f"cannot write {path}: {error}") from error

    def record(*exchange: Any) -> None:
        file.write(line(*exchange) + "\n")

    emulator.record = record
