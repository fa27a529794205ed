"""A project's tests may freeze or move the clock of their process: the emulator has one of its own."""

from __future__ import annotations

import time

import pytest
import requests

from conformance.emulator.serving import Served, running


def is_answered(served: Served) -> bool:
    """Tell whether a token of the fixture and one of the token service are both taken."""
    owner = served.credentials["owner"]
    form = {
        "grant_type": "client_credentials",
        "client_id": owner.client_id,
        "client_secret": owner.client_secret,
    }
    issued = requests.post(served.token_url, data=form, timeout=10).json()["access_token"]
    statuses = {
        requests.get(
            f"{served.base_url}/itwins/", headers={"Authorization": f"Bearer {token}"}, timeout=10
        ).status_code
        for token in (served.token(), issued)
    }
    return statuses == {200}


@pytest.mark.parametrize("frozen", [946_684_800.0, 2_147_483_648.0], ids=["2000", "2038"])
def test_a_frozen_clock_changes_no_answer(monkeypatch: pytest.MonkeyPatch, frozen: float) -> None:
    """Started before or while the clock of the process stands still in another year, it answers as ever."""
    with running() as before:
        with monkeypatch.context() as clock:
            clock.setattr(time, "time", lambda: frozen)
            clock.setattr(time, "monotonic", lambda: 1.0)
            assert is_answered(before)
            with running() as during:
                assert is_answered(during)
        assert is_answered(before)


def test_the_clock_of_the_emulator_goes_on(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds go by for the emulator while they do not for the test."""
    monkeypatch.setattr(time, "time", lambda: 0.0)
    first = served.emulator.services.issuer.clock()
    while served.emulator.services.issuer.clock() == first:
        pass
    assert served.emulator.services.clock() > first
