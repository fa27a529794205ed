"""A platform that is in use by others, busy, or weak now and then."""

from __future__ import annotations

import uuid

from conformance.emulator.defects.changes import Change, before, every, fresh, nothing
from conformance.emulator.defects.defect import variation
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.kernel.responses import Response, refuse
from conformance.emulator.state.records import GIS, Repository, Resource
from conformance.emulator.state.seed import OUTSIDER, OWNER, user_of
from conformance.emulator.variations.wire import ALL

_WEAK = ("createITwin", "createRealityData", "createRepository", "listRealityDataITwins", "getITwin")
_KIND = {"class": GIS, "subClass": "WebMapService"}
_FULL = 150  # resources of a repository
_SELDOM = 150  # requests of the owner, of which the last is throttled


def _throttled() -> Change:
    seen = [0]

    def limit(call: Call) -> Response | None:
        if call.user.role != OWNER:
            return None
        seen[0] += 1
        if seen[0] % _SELDOM:
            return None
        return refuse(429, "RateLimitExceeded", "Wait.").with_header("Retry-After", "1")

    return before(ALL, "throttle", limit)


def _weak() -> Change:
    due, busy = every(11), Response(503, body=b"busy")
    return before(_WEAK, "header", lambda call: busy if due(call, busy) else None)


def _filled(role: str) -> Change:
    """Put repositories full of resources into every iTwin of the organization of a role."""

    def fill(emulator: Emulator) -> None:
        state = emulator.services.state
        for itwin in state.itwins.of(user_of(state, role).organization):
            place = str(uuid.uuid4())
            document = {"id": place, **_KIND, "uri": "https://example.com/map"}
            state.repositories.put(Repository(itwin.id, place, document))
            for number in range(_FULL):
                kept = {"id": f"zone-{number}", **_KIND, "displayName": f"Zone {number}"}
                state.resources.put(Resource(itwin.id, place, f"zone-{number}", kept))

    return fill


VARIATIONS = (
    variation("throttled-now-and-then")(
        "A client that is told to wait waits, and goes on.", fresh(_throttled)
    ),
    variation("siblings-fail-now-and-then")(
        "An operation that the suite only uses may fail and succeed when it is sent again.", fresh(_weak)
    ),
    variation("a-platform-in-use")("The target holds much more than what the suite makes.", _filled(OWNER)),
    variation("names-taken-by-others")(
        "Another organization has used the same words for its own things.", _filled(OUTSIDER)
    ),
    variation("a-second-run-at-the-same-time", concurrent=True)(
        "Two teams judge the same target at the same time.", nothing
    ),
)
