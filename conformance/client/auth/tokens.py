"""Where a role's token comes from: client credentials, a ready token, or a command; renewed in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from conformance.client.auth.grants import Grant, Refused, grant_of
from conformance.client.auth.jwt import life_of
from conformance.client.auth.token_command import COMMAND_LIFE, token_from_command
from conformance.client.auth.token_service import TokenService
from conformance.errors import NotJudged
from conformance.exchange.redaction import Redactor
from conformance.targets.model import Target

RENEW_BEFORE: Final = 60.0
"""Seconds before its end at which a token is renewed; at most a third of its life."""
HOLD_ON: Final = 5.0
"""Seconds for which a token is used on whose renewal failed, before it is tried again."""
SCOPELESS: Final = (None, "openid", "email")


@dataclass(frozen=True)
class Held:
    """A token, when it is to be renewed and when it ends, on the clock of its holder."""

    token: str
    renew_at: float
    ends_at: float


@dataclass
class Credentials:
    """Hands out each role's token. A role that was refused stays so for the run, or until it may pass."""

    target: Target
    redactor: Redactor
    service: TokenService
    clock: Callable[[], float] = time.monotonic
    _held: dict[str, Held] = field(default_factory=dict)
    _refused: dict[str, tuple[str, float]] = field(default_factory=dict)
    _locks: dict[str, Lock] = field(default_factory=dict)

    def token(self, role: str) -> str:
        """Return a token of the role that is good for a while yet; `NotJudged` where none is to be had."""
        with self._locks.setdefault(role, Lock()):
            held = self._held.get(role)
            now = self.clock()
            if held is not None and now < held.renew_at:
                return held.token
            reason, until = self._refused.get(role, ("", 0.0))
            if now < until:
                raise NotJudged(reason)
            try:
                grant = self._fetch(role)
            except Refused as why:
                if held is not None and now < held.ends_at:
                    # What is held is good for a little longer: the service may be back by then.
                    self._held[role] = Held(held.token, min(now + HOLD_ON, held.ends_at), held.ends_at)
                    return held.token
                reason = f"no token for role {role}: {self.redactor.mask(why.reason)[:400]}"
                self._refused[role] = (reason, now + why.ask_after)
                raise NotJudged(reason) from why
            self.redactor.learn(grant.token)
            renew = grant.life - min(RENEW_BEFORE, grant.life / 3)
            self._held[role] = Held(grant.token, now + renew, now + grant.life)
            return grant.token

    def drop(self, role: str) -> bool:
        """Forget a token that the API refuses; tell whether another one may be had."""
        renewable = role in self.target.roles and self.target.roles[role].token is None
        return renewable and self._held.pop(role, None) is not None

    def forgive(self) -> None:
        """Ask again for the roles that got no token: what they created is still to be undone."""
        self._refused.clear()

    def _fetch(self, role: str) -> Grant:
        """Return a new token of the role."""
        entry = self.target.roles.get(role)
        if entry is None:
            raise NotJudged(f"the target has no role {role}")
        if entry.token is not None:
            return Grant(entry.token.get_secret_value(), float("inf"), ())
        if not entry.token_command:
            return self.service.grant(role, self.target.scope)
        try:
            token = grant_of(token_from_command(entry.token_command), {}).token
        except NotJudged as why:
            raise Refused(why.reason) from why
        return Grant(token, min(COMMAND_LIFE, life_of(token, time.time()) or COMMAND_LIFE), ())

    def published_keys(self) -> dict[str, Any]:
        """Return the issuer's published key set, or {} where there is none."""
        return self.service.published_keys()

    def token_without_scope(self, role: str) -> str:
        """Return a token of the role that lacks the API's scope, or "" where the service gives none."""
        if not self.target.roles[role].client_id or role in self._refused:
            return ""
        for scope in SCOPELESS:
            try:
                grant = self.service.grant(role, scope)
            except Refused as why:
                if why.ask_after == float("inf"):
                    continue
                return ""
            if grant.scopes and not set(self.target.scope.split()) & set(grant.scopes):
                self.redactor.learn(grant.token)
                return grant.token
        return ""
