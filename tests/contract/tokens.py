"""Tokens that every operation must refuse: forged, of another issuer, and ready ones of the targets file."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.client.auth.forged_tokens import forged
from conformance.client.auth.token_claims import why_useless
from conformance.client.auth.untrusted_issuer import UntrustedIssuer
from conformance.errors import NotJudged

from .world import World


@dataclass(frozen=True)
class BadTokens:
    """Makes and checks them; `issuer` is an issuer of our own that the target can reach, or None."""

    world: World
    issuer: UntrustedIssuer | None

    @property
    def good(self) -> str:
        """Return the owner's token, that the others differ from in one point each."""
        return self.world.run.client.credentials.token("owner")

    def forged(self) -> Mapping[str, str]:
        """Return forged tokens by kind, made of the owner's token of this moment."""
        good, keys = self.good, self._keys()
        return self.world.made.once(f"forged {hash(good)}", lambda: forged(good, keys))

    def ready(self, name: str) -> str:
        """Return a ready token of the targets file; `NotJudged` where its fault is not its only one."""
        return self._checked(name, self.world.run.target.tokens[name].get_secret_value(), f"tokens.{name}")

    def _checked(self, name: str, token: str, called: str) -> str:
        """Return the token; `NotJudged` where it is refused for something else than its own fault."""
        scope, keys = self.world.run.target.scope, self._keys()
        useless = why_useless(name, token, good=self.good, scope=scope, keys=keys, now=time.time())
        if useless:
            raise NotJudged(f"{called} {useless}: what it is refused for proves nothing")
        return token

    def _keys(self) -> Mapping[str, Any]:
        return self.world.made.once("published keys", self.world.run.client.credentials.published_keys)

    def of_another_issuer(self) -> Iterator[str]:
        """Yield tokens of other issuers: the targets file's, and one of the issuer that we are ourselves."""
        if "other_issuer" in self.world.run.target.tokens:
            yield self.ready("other_issuer")
        if self.issuer is not None and (made := self.issuer.token_like(self.good)):
            yield made

    def without_scope(self) -> str:
        """Return a good token without the API's scope, or "" where none is to be had."""
        if "wrong_scope" in self.world.run.target.tokens:
            return self.ready("wrong_scope")
        credentials = self.world.run.client.credentials
        token = self.world.made.once("wrong scope", lambda: credentials.token_without_scope("owner"))
        called = "the token that the token service gives without the scope"
        return self._checked("wrong_scope", token, called) if token else ""
