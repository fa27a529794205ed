"""One connection for each thread of a run, never an idle one."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import requests

from conformance.client.transport import Limits, new_session

STALE_AFTER: Final = 2.0
"""Seconds after which an idle connection is dropped: servers close them, and a race reads like a crash."""


@dataclass
class Sessions:
    """Hands out the session of the thread that asks."""

    limits: Limits
    ca: str = ""
    proxies: Mapping[str, str] = field(default_factory=dict)
    _local: threading.local = field(default_factory=threading.local)
    _all: list[requests.Session] = field(default_factory=list)

    def send(self, prepared: requests.PreparedRequest) -> requests.Response:
        """Send as it is and return the response as it is: nothing is followed, and no cookie is kept."""
        session = self._mine()
        adapter = session.get_adapter(prepared.url or "")
        return adapter.send(prepared, verify=self.ca or True, proxies=self.proxies)

    def _mine(self) -> requests.Session:
        """Return this thread's session; a stale one is replaced."""
        now = time.monotonic()
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None and now - self._local.used > STALE_AFTER:
            session.close()
            self._all.remove(session)
            session = None
        if session is None:
            session = self._local.session = new_session(self.limits, ca=self.ca, proxies=self.proxies)
            self._all.append(session)
        self._local.used = now
        return session

    def close(self) -> None:
        """Close every connection."""
        for session in self._all:
            session.close()
        self._all.clear()
