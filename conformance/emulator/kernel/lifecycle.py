"""Bring an emulator into being, from nothing, a seed file or a state file, and set it back."""

from __future__ import annotations

import json
from collections.abc import Iterable

from joserfc.jwk import RSAKey

from conformance.emulator.blobs.storage import Storage
from conformance.emulator.identity.tokens import Issuer, new_key
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.kernel.pipeline import Operation
from conformance.emulator.kernel.services import Services
from conformance.emulator.kernel.throttle import Throttle
from conformance.emulator.settings import Settings
from conformance.emulator.state import seed, seed_file
from conformance.emulator.state.state import KINDS, State
from conformance.emulator.state.store import Store

_KEY = "signing-key"
_SPARE: list[RSAKey] = []
"""Keys of emulators that have ended; those that serve at the same time have one each."""


def create(settings: Settings, base_url: str, operations: Iterable[Operation]) -> Emulator:
    """Return an emulator for an address; raise :class:`StateFileError` or :class:`SeedFileError`."""
    store = None if settings.state is None else Store(settings.state)
    state = _empty(store)
    if store is None or not store.restore(state):
        if settings.seed_file is None:
            seed.plant(state)
        else:
            seed_file.plant(settings.seed_file, state)
    issuer = Issuer(base_url, _kept_key(store), settings.token_life)
    storage = Storage(base_url, issuer.clock)
    services = Services(state, issuer, base_url, Throttle(settings.rate), storage, issuer.clock)
    emulator = Emulator(settings, services, operations, store)
    emulator.beginning = tuple((kind, dict(fields)) for kind in KINDS for fields in state.rows(kind))
    if store is not None:
        store.write()
    return emulator


def _empty(store: Store | None) -> State:
    return State() if store is None else State(store.note)


def _kept_key(store: Store | None) -> RSAKey | None:
    if store is None:
        return _SPARE.pop() if _SPARE else None
    kept = store.secret(_KEY)
    key = RSAKey.import_key(json.loads(kept)) if kept else new_key()
    if not kept:
        store.keep_secret(_KEY, json.dumps(key.as_dict(private=True)))
    return key


def end(emulator: Emulator) -> None:
    """Close the files of an emulator that has ended; its key, which took a while, is for the next one."""
    if emulator.store is None:
        _SPARE.append(emulator.services.issuer.key)
    else:
        emulator.store.close()


def reset(emulator: Emulator) -> None:
    """Set the emulator back to the state in which it started; ids, secrets and tokens stay good."""
    if emulator.store is not None:
        emulator.store.clear()
    fresh = _empty(emulator.store)
    for kind, fields in emulator.beginning:
        fresh.load(kind, fields)
    emulator.services.state = fresh
    emulator.services.throttle.reset()
    emulator.services.storage.store.clear()
    emulator.recent.clear()
    if emulator.store is not None:
        emulator.store.write()
