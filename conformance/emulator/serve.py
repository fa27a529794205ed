"""Run an emulator beside other work: ``with running() as emulator: ...``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.emulator import seed, targetsfile, world
from conformance.emulator.faults import Fault
from conformance.emulator.identity.endpoints import TOKEN_PATH
from conformance.emulator.identity.tokens import SCOPE, ready_tokens
from conformance.emulator.instance import Emulator
from conformance.emulator.opening import opened
from conformance.emulator.server import background
from conformance.emulator.settings import Settings
from conformance.emulator.targetsfile import Credentials, TargetsText
from conformance.emulator.throttle import Rate, parse_rate


@dataclass(frozen=True)
class Served:
    """A running emulator: where it is, who may call it, and what is there.

    ``tokens`` are ready tokens that the API must refuse: expired, wrong_scope, other_issuer, not_yet_valid.
    ``fixtures`` are ids by the names that :func:`conformance.emulator.seed.fixtures` explains.
    """

    base_url: str
    token_url: str
    issuer: str
    credentials: Mapping[str, Credentials]
    tokens: Mapping[str, str] = field(repr=False)
    fixtures: Mapping[str, str]
    emulator: Emulator = field(repr=False)

    def token(self, role: str = "owner") -> str:
        """Return a good token of the role; raise KeyError for an unknown role."""
        return self.emulator.issuer.issue(self.credentials[role].client_id, [SCOPE])

    def targets(self, target: str = "emulator") -> TargetsText:
        """Return the text of a targets file for this emulator and of the ``.env`` beside it."""
        return targetsfile.compose(
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
        world.reset(self.emulator)


def describe(emulator: Emulator) -> Served:
    """Return what a user of the emulator needs to know."""
    users = {user.role: user for user in emulator.state.users}
    signer = users.get("owner") or next(iter(users.values()))
    return Served(
        base_url=emulator.base_url,
        token_url=f"{emulator.issuer.url}{TOKEN_PATH}",
        issuer=emulator.issuer.url,
        credentials={role: Credentials(user.client_id, user.client_secret) for role, user in users.items()},
        tokens=ready_tokens(emulator.issuer, signer.client_id),
        fixtures=seed.fixtures(emulator.state),
        emulator=emulator,
    )


@contextmanager
def running(  # noqa: PLR0913 - the options of the command line
    defects: Iterable[str | Fault] = (),
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
    is N, N/s or N/m for each application, ``latency`` and ``token_life`` are in seconds. ``settings`` stands
    in for all options but host, port and defects. Raises :class:`PortError`, :class:`PublicUrlError`,
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
    wanted = list(defects)
    names = tuple(each if isinstance(each, str) else each.name for each in wanted)
    with (
        opened(replace(chosen, defects=names), host, port, wanted) as (emulator, bound),
        background(emulator, bound),
    ):
        yield describe(emulator)
