"""Start an emulator: beside other work, ``with running() as emulator: ...``, or on the calling thread."""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.emulator.apis.definition import definition
from conformance.emulator.apis.operations import OPERATIONS
from conformance.emulator.defects.defect import Defect, Variation
from conformance.emulator.errors import PublicUrlError, RecordFileError
from conformance.emulator.identity.endpoints import TOKEN_PATH
from conformance.emulator.identity.tokens import SCOPE, ready_tokens
from conformance.emulator.kernel import lifecycle, targets_file
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.kernel.server import address, background, listen, serve
from conformance.emulator.kernel.targets_file import Credentials, TargetsText
from conformance.emulator.kernel.throttle import Rate, parse_rate
from conformance.emulator.settings import Settings
from conformance.emulator.state import seed, snapshot


@dataclass(frozen=True)
class Served:
    """A running emulator: where it is, who may call it, and what is there.

    ``tokens`` are ready tokens that the API must refuse: expired, wrong_scope, other_issuer, not_yet_valid.
    ``fixtures`` are ids by the names that :func:`conformance.emulator.state.seed.fixtures` explains.
    """

    base_url: str
    token_url: str
    issuer: str
    credentials: Mapping[str, Credentials]
    tokens: Mapping[str, str] = field(repr=False)
    fixtures: Mapping[str, str]
    emulator: Emulator = field(repr=False)

    def token(self, role: str = seed.OWNER) -> str:
        """Return a good token of the role; raise KeyError for an unknown role."""
        return self.emulator.services.issuer.issue(self.credentials[role].client_id, [SCOPE])

    def targets(self, target: str = "emulator") -> TargetsText:
        """Return the text of a targets file for this emulator and of the ``.env`` beside it."""
        return targets_file.compose(
            target,
            base_url=self.base_url,
            token_url=self.token_url,
            credentials=self.credentials,
            tokens=self.tokens,
            fixtures=self.fixtures,
            rate=self.emulator.settings.rate,
        )

    def reset(self) -> None:
        """Set the emulator back to how it began."""
        lifecycle.reset(self.emulator)


def describe(emulator: Emulator) -> Served:
    """Return what a user of the emulator needs to know."""
    services = emulator.services
    users = {user.role: user for user in services.state.users}
    signer = users.get(seed.OWNER) or next(iter(users.values()))
    return Served(
        base_url=services.base_url,
        token_url=f"{services.issuer.url}{TOKEN_PATH}",
        issuer=services.issuer.url,
        credentials={role: Credentials(user.client_id, user.client_secret) for role, user in users.items()},
        tokens=ready_tokens(services.issuer, signer.client_id),
        fixtures=seed.fixtures(services.state),
        emulator=emulator,
    )


@contextmanager
def running(  # noqa: PLR0913 - the options of the command line
    defects: Iterable[str | Defect | Variation] = (),
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    public_url: str = "",
    rate_limit: str | Rate | None = None,
    state: Path | None = None,
    seed_file: Path | None = None,
    latency: float = 0.0,
    token_life: int = 3600,
    settings: Settings | None = None,
) -> Iterator[Served]:
    """Serve a new emulator on a thread of its own while the context lasts.

    ``port`` 0 takes a free one, ``public_url`` is where clients reach it if that is elsewhere, ``rate_limit``
    is N, N/s or N/m for each application, ``latency`` and ``token_life`` are in seconds. ``settings`` is used
    in place of all options but host, port and defects. Raises :class:`PortError`, :class:`PublicUrlError`,
    :class:`RateError`, :class:`StateFileError`, :class:`SeedFileError` or :class:`UnknownDefectError`.
    """
    rate = parse_rate(rate_limit) if isinstance(rate_limit, str) else rate_limit
    chosen = settings or Settings(
        public_url=public_url,
        rate=rate,
        state=state,
        seed_file=seed_file,
        latency=latency,
        token_life=token_life,
    )
    with _open(chosen, host, port, defects) as (emulator, bound), background(emulator, bound):
        yield describe(emulator)


def run(settings: Settings, host: str, port: int, write_targets: Path | None) -> None:
    """Serve until SIGINT or SIGTERM and print the base URL once requests are taken.

    Raises :class:`EmulatorError` if that fails.
    """
    with _open(settings, host, port, settings.defects) as (emulator, bound):
        served = describe(emulator)
        if write_targets is not None:
            served.targets().write(write_targets)
        for number in (signal.SIGINT, signal.SIGTERM):
            # Uvicorn hands the signal on once it has stopped; by then there is nothing left to interrupt.
            signal.signal(number, lambda *_: None)
        serve(emulator, bound, lambda: _announce(served.base_url))


def _announce(base_url: str) -> None:
    sys.stdout.write(f"{base_url}\n")
    sys.stdout.flush()


@contextmanager
def _open(
    settings: Settings, host: str, port: int, defects: Iterable[str | Defect | Variation]
) -> Iterator[tuple[Emulator, socket.socket]]:
    """Yield an emulator and its listening socket; at the end write the snapshot and close the files."""
    with ExitStack() as stack:
        public = _public(settings.public_url)
        bound = stack.enter_context(listen(host, port))
        emulator = lifecycle.create(settings, public or address(bound), OPERATIONS)
        emulator.describe = partial(definition, OPERATIONS, emulator.services.base_url)
        stack.callback(lifecycle.end, emulator)
        if settings.record is not None:
            _record(stack, emulator, settings.record)
        if wanted := tuple(defects):
            _switch_on(emulator, wanted)
        if settings.snapshot is not None:
            path = settings.snapshot
            snapshot.check_writable(path)
            stack.callback(lambda: snapshot.write(emulator.services.state, path))
        yield emulator, bound


def _switch_on(emulator: Emulator, wanted: Iterable[str | Defect | Variation]) -> None:
    from conformance.emulator.catalogue import switch_on  # noqa: PLC0415 - two hundred defects, rarely wanted

    for each in wanted:
        switch_on(emulator, each)


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

    def record(exchange: dict[str, Any]) -> None:
        file.write(json.dumps(exchange) + "\n")

    emulator.record = record
