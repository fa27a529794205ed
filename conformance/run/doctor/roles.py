"""The token of each role: whether there is one, its scope and its end, and whether the API takes it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from conformance.client import Client, claims, scopes
from conformance.client.auth.token_claims import note_of, why_useless
from conformance.errors import NotJudged
from conformance.exchange.model import Request
from conformance.run.doctor.model import Observation, State


def organizations(client: Client, lookups: Mapping[str, Any], found: list[Observation]) -> dict[str, str]:
    """Check every role and return the organization of each that has one; what was seen goes into `found`."""
    own: dict[str, str] = {}
    users: dict[str, str] = {}
    for role in client.target.roles:
        seen, organization = _role(client, lookups["account"], role)
        found.append(seen)
        if organization:
            own[role], users[role] = organization, _user(client.credentials.token(role))
    if "owner" not in client.target.roles:
        cure = f"add [targets.{client.target.name}.roles.owner]: nearly every requirement needs it"
        found.append(Observation("token", "owner", State.WRONG, "the target has no role owner", cure))
    found += [*_same_user(users), *_relations(own, lookups["roles"])]
    return own


def _role(client: Client, account: Mapping[str, str], role: str) -> tuple[Observation, str]:
    cure = f"check [targets.{client.target.name}.roles.{role}] and the variables that it names"
    try:
        token = client.credentials.token(role)
        response = client.send(Request("GET", account["path"], purpose="setup", may_throttle=True), role)
    except NotJudged as why:
        return Observation("token", role, State.DOWN, client.redactor.mask(why.reason), cure), ""
    seen, state = described(token, client.target.scope)
    if response.status == 401:  # noqa: PLR2004 - the token is refused
        return Observation(
            "token", role, State.DOWN, f"{seen}; the API refuses it: {response.summary()}", cure
        ), ""
    organization = response.at(account["id"])
    if not isinstance(organization, str):
        return Observation(
            "token", role, state, f"{seen}; its organization cannot be read: {response.summary()}"
        ), ""
    cure = "" if state is State.OK else cure
    return Observation("token", role, state, f"{seen}; organization {organization[:64]}", cure), organization


def described(token: str, scope: str) -> tuple[str, State]:
    """Return what a token says about itself, and whether that will do; never the token."""
    if not claims(token):
        return "opaque token: scope and end unknown", State.OK
    named, end = scopes(token), claims(token).get("exp")
    state = State.OK
    words = f"scope {' '.join(named)[:80]}" if named else "no scope named"
    if named and (missing := [word for word in scope.split() if word not in named]):
        words, state = f"{words}, not {' '.join(missing)}", State.NOTE
    if isinstance(end, int | float) and abs(end) < 1e11:  # noqa: PLR2004 - beyond the year 5000 it is no date
        left = end - time.time()
        moment = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%d %H:%M:%S")
        words += f", ends {moment} UTC ({left:+.0f} s)"
        state = State.NOTE if left <= 0 else state
    return words, state


def _relations(own: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[Observation]:
    """Check that a role belongs to the owner's organization, or to another, as its requirements need it."""
    if "owner" not in own:
        return
    for role, relation in wanted.items():
        if role in own and (own[role] == own["owner"]) != (relation == "own"):
            belongs = "another organization than" if relation == "own" else "the same organization as"
            must = "the same" if relation == "own" else "another"
            yield Observation(
                "role",
                role,
                State.WRONG,
                f"belongs to {belongs} the owner",
                f"give the role a user of {must} organization",
            )


def ready_tokens(client: Client) -> Iterator[Observation]:
    """Describe the ready tokens that the API must refuse: each must have its own fault and no other."""
    target, good, keys = client.target, "", dict[str, Any]()
    if target.tokens:
        # Without a good token of the owner there is less to compare with.
        with suppress(NotJudged):
            keys, good = client.credentials.published_keys(), client.credentials.token("owner")
    for name, secret in target.tokens.items():
        token = secret.get_secret_value()
        seen, _ = described(token, target.scope)
        now = time.time()
        fault = why_useless(name, token, good=good, scope=target.scope, keys=keys, now=now)
        if fault:
            words, cure = (
                f"{seen}; it {fault}: its refusal would prove nothing",
                f"put another token into tokens.{name}",
            )
            yield Observation("ready token", name, State.WRONG, words, cure)
        else:
            note = note_of(token)
            state = State.NOTE if note else State.OK
            yield Observation("ready token", name, state, "; ".join(filter(None, (seen, note))))


def _same_user(users: Mapping[str, str]) -> Iterator[Observation]:
    """Say which roles are the owner in truth: what the owner may do they must not, or must do as another."""
    for role, user in users.items():
        if user and role not in {"owner", "throttled"} and user == users.get("owner"):
            cure = "give the role a user, or a client, of its own"
            yield Observation("role", role, State.WRONG, "is the same user as the owner", cure)


def _user(token: str) -> str:
    said = claims(token)
    return str(said.get("sub") or said.get("client_id") or "")
