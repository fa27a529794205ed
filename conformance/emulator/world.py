"""Bring an emulator into being, from nothing, a seed file or a state file, and set it back."""

from __future__ import annotations

import json

from joserfc.jwk import RSAKey

from conformance.emulator import seed, seedfile
from conformance.emulator.identity.tokens import Issuer, new_key
from conformance.emulator.instance import Emulator
from conformance.emulator.settings import Settings
from conformance.emulator.state import KINDS, State
from conformance.emulator.store import Store

_KEY = "signing-key"


def create(settings: Settings, base_url: str) -> Emulator:
    """Return an emulator for an address; raise :class:`StateFileError` or :class:`SeedFileError`."""
    state = State()
    store = None if settings.state is None else Store(settings.state)
    key = None
    if store is not None:
        kept = store.secret(_KEY)
        key = RSAKey.import_key(json.loads(kept)) if kept else new_key()
        if not kept:
            store.keep_secret(_KEY, json.dumps(key.as_dict(private=True)))
    restored = store.restore(state) if store is not None else 0
    state.journal.enabled = store is not None
    if not restored:
        _plant(settings, state)
    emulator = Emulator(settings, state, Issuer(base_url, key, settings.token_life), base_url, store)
    emulator.beginning = tuple((kind, record) for kind in KINDS for record in getattr(state, kind))
    if store is not None:
        store.write(state.journal)
    return emulator


def _plant(settings: Settings, state: State) -> None:
    if settings.seed_file is None:
        seed.plant(state)
    else:
        seedfile.plant(settings.seed_file, state)


def reset(emulator: Emulator) -> None:
    """Set the emulator back to the state in which it started; ids, secrets and tokens stay good."""
    fresh = State()
    fresh.journal.enabled = emulator.store is not None
    for kind, record in emulator.beginning:
        fresh.load(kind, dict(vars(record)))
    emulator.state = fresh
    emulator.throttle.reset()
    emulator.recent.clear()
    if emulator.store is not None:
        emulator.store.clear()
        emulator.store.write(fresh.journal)
