"""Which valid requests are sent to a stranger's API: nothing is changed that this run did not make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.claims.added import AddedApi
from conformance.claims.endpoints import Endpoint
from conformance.generate.world.producers import SEARCHES
from conformance.generate.world.reasons import PutOff
from conformance.generate.world.slots import slots_of
from conformance.generate.world.thing import Thing

GRAVE: Final = re.compile(
    r"shut.?down|restart|reboot|maintenance|log.?out|sign.?out|reset|wipe|purge|clear|flush|import|restore"
    r"|upgrade|update.?all|disable|suspend|kill|admin|delete|destroy|remove|drop|revoke|rotate|terminate|stop"
    r"|password|black.?list|(auth|jwt|oidc|saml|sso|ldap|log.?in|session|security|credential|token)s?"
    r"[^a-z]+(config|setting|polic|option|preference|rule)",
    re.IGNORECASE,
)
"""What the path or the name of a write about nothing of ours has in it where it is not even tried.

How one signs in is among it: a change of that may shut out the run itself, so that it cannot delete again.
"""
ACTS: Final = re.compile(
    r"(shut.?down|(re)?start|reboot|log.?out|sign.?out|reset|wipe|purge|clear|flush|kill|terminate|stop|delete"
    r"|remove|drop|revoke|rotate|upgrade|restore)(.?(all|now|server|service|system|app|db|database|cache))?",
    re.IGNORECASE,
)
"""How the path of a GET ends that does something instead of reading, as some servers have it."""
ALLOW: Final = "allow it with writes: in the override"


@dataclass
class Guard:
    """Decides what is sent; `late` lets writes about nothing of ours go to this machine, at the end."""

    api: AddedApi
    writes: bool
    is_loopback: bool
    creates: Callable[[Endpoint], bool]
    late: bool = False

    def why_not(self, endpoint: Endpoint, used: Mapping[str, Thing]) -> str:
        """Return why a valid request about these things is not sent, "" where it is; or raise `PutOff`."""
        override = self.api.override
        if endpoint.label in override.never:
            return "the override says never"
        if not self.writes and not endpoint.safe:
            return "the run is read-only and this operation writes"
        if endpoint.label in {*override.writes, *override.reads}:
            return ""
        if endpoint.safe and ACTS.fullmatch(endpoint.path.rstrip("/").rpartition("/")[2]):
            return "by its name it does more than read: allow it with reads: in the override"
        if endpoint.safe:
            return ""
        return self._why_not_written(endpoint, used)

    def _why_not_written(self, endpoint: Endpoint, used: Mapping[str, Thing]) -> str:
        slots = slots_of(endpoint.path)
        about = used.get(slots[-1].prefix) if slots else None
        if about is not None and about.ours:
            return ""
        is_item = endpoint.path.rstrip("/").endswith("}")
        is_open = self.is_loopback or about is None or about.made is None
        is_free = about is None or (not is_item and is_open) or about.origin == "chosen"
        if is_free and endpoint.method != "DELETE" and self.creates(endpoint):
            return ""
        if about is not None and about.origin != "given":
            return f"it would change a thing that this run did not make: {ALLOW}"
        if any(thing.ours for thing in used.values()):
            return ""
        return self._why_not_global(endpoint)

    def _why_not_global(self, endpoint: Endpoint) -> str:
        if self.is_loopback and endpoint.path.rstrip("/").rpartition("/")[2].lower() in SEARCHES:
            return ""
        if GRAVE.search(endpoint.path) or GRAVE.search(endpoint.id) or endpoint.method == "DELETE":
            return f"a write about nothing of ours that may change the whole target: {ALLOW}"
        if not self.is_loopback:
            return f"a write about nothing of ours: {ALLOW}"
        if not self.late:
            raise PutOff("a write about nothing of ours is sent last")
        return ""
