"""One connection for each thread of a run, never an idle one."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Final

import requests

from conformance.client.network import Network
from conformance.client.transport import new_session, nobody_judges

STALE_AFTER: Final = 2.0
"""Seconds after which an idle connection is dropped: servers close them, and a race reads like a crash."""


@dataclass
class Sessions:
    """Hands out the session of the thread that asks."""

    network: Network
    _local: threading.local = field(default_factory=threading.local)
    _all: list[requests.Session] = field(default_factory=list)

    def send(self, prepared: requests.PreparedRequest, *, is_judged: bool = True) -> requests.Response:
        """Send as it is and return the response as it is: nothing is followed, and no cookie is kept.

        Where it `is_judged`, a moment is spent on looking for what must not be there.
        """
        session = self._mine()
        adapter = session.get_adapter(prepared.url or "")
        proxies = self.network.proxies_for(prepared.url or "")
        with nullcontext() if is_judged else nobody_judges():
            return adapter.send(prepared, verify=self.network.ca or True, proxies=proxies)

    def _mine(self) -> requests.Session:
        """Return this thread's session; a stale one is replaced."""
        now = time.monotonic()
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None and now - self._local.used > STALE_AFTER:
            session.close()
            self._all.remove(session)
            session = None
        if session is None:
            session = self._local.session = new_session(self.network.limits, ca=self.network.ca)
            self._all.append(session)
        self._local.used = now
        return session

    def close(self) -> None:
        """Close every connection."""
        for session in self._all:
            session.close()
        self._all.clear()
