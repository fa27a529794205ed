"""One fixed walk over the four operations, as a transcript that two emulators can be compared by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import requests

from conformance.emulator.apis.operations import OPERATIONS
from conformance.emulator.blobs.storage import Storage
from conformance.emulator.identity.tokens import Issuer
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.kernel.services import Services
from conformance.emulator.kernel.throttle import Throttle
from conformance.emulator.serving import Served
from conformance.emulator.settings import Settings
from conformance.emulator.state.seed import plant
from conformance.emulator.state.state import State
from tests.suite.emulator.caller import Caller, unsigned

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
NIL = "00000000-0000-0000-0000-000000000000"
NOWHERE = "5b3f4e11-0d5f-4f5c-9f0e-3d0f3a5b7c01"
ODD = ("not-a-guid", "028cb17d-01e5-4d92-bfee-89b201a92", NIL, NOWHERE, "' OR '1'='1", "x" * 300)
BODIES: tuple[Any, ...] = (
    {"id": "café", "displayName": "e\u0301 <b>&amp;</b> \U0001f30d  Two Blanks"},
    {"id": " edge ", "displayName": " edge "},
    {"id": "i" * 200, "displayName": "é" * 200},
    {"id": "i" * 201, "displayName": "n"},
    {"id": "i", "displayName": "n" * 201},
    {"id": "", "displayName": "empty"},
    {"id": "empty", "displayName": ""},
    {"id": None, "displayName": None},
    {"id": 7, "displayName": 8},
    {"id": "lonely"},
    {"displayName": "lonely"},
    {},
    {"id": "closed", "displayName": "closed", "extra": 1},
    [],
    7,
    "text",
    None,
)
PLACES: tuple[Any, ...] = (
    NIL,
    NOWHERE,
    "not-a-guid",
    "",
    None,
    7,
    [],
    {},
    "5B3F4E11-0D5F-4F5C-9F0E-3D0F3A5B7C01",
    "' OR '1'='1",
)
RAW = (b"", b"{", b"[]", b'{"a": "\xff"}', b'{"x": ' + b"[" * 300 + b"]" * 300 + b"}", b"x" * 70_000)


@dataclass
class Transcript:
    """What each step sent and what came back, without what differs from one emulator to the next."""

    served: Served
    lines: list[str] = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)
    _names: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, role: str = "owner", **options: Any) -> None:
        """Send one request and write down its answer; `token` stands in the place of the role's own."""
        token = options.pop("token", None) or f"Bearer {self.served.token(role)}"
        headers = {"Authorization": token, **options.pop("headers", {})}
        try:
            response = self.session.request(
                method, self.served.base_url + path, headers=headers, timeout=10, **options
            )
        except requests.RequestException as error:
            self.lines.append(f"{method} {type(error).__name__}")
            return
        kept = {k: v for k, v in response.headers.items() if k.lower() not in {"date", "server"}}
        self.lines.append(
            f"{method} {response.status_code} {self._same(repr(kept))} {self._same(response.text)}"
        )

    def _same(self, text: str) -> str:
        text = text.replace(self.served.base_url, "(here)")
        text = re.sub(r"ey[\w-]+\.[\w-]+\.[\w-]*", "(token)", text)
        text = GUID.sub(lambda found: self._names.setdefault(found[0], f"#{len(self._names)}"), text)
        return MOMENT.sub("(moment)", text)


def unserved() -> Emulator:
    """Return a right emulator that is not served."""
    state = State()
    plant(state)
    issuer = _issuer()
    services = Services(state, issuer, issuer.url, Throttle(None), Storage(issuer.url, issuer.clock))
    return Emulator(Settings(), services, OPERATIONS)


@cache
def _issuer() -> Issuer:
    return Issuer("http://127.0.0.1")


def walk(served: Served) -> list[str]:
    """Ask what a defect may answer wrongly, all in one moment, and return what was answered."""
    services = served.emulator.services
    now = services.clock()
    services.clock = services.issuer.clock = lambda: now  # a second ends the window of a rate limit
    owner = Caller(served)
    itwins = [owner.itwin(displayName=f"Walk {n}", number=f"walk-{n}") for n in range(3)]
    data = [owner.data(itwins[0], displayName=f"Mesh {n}") for n in range(3)]
    shelves = [owner.repository(itwins[0]), owner.repository(itwins[0], subClass="MapServer")]
    seen = Transcript(served)
    resources = f"/itwins/{itwins[0]}/repositories/{shelves[0]}/resources"
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/itwins/{itwins[0]}/account", None),
        ("POST", f"/reality-management/reality-data/{data[0]}/itwins/{itwins[1]}", None),
        ("PATCH", f"/reality-management/reality-data/{data[2]}/move", {"iTwinId": itwins[2]}),
        ("POST", resources, {"id": "zones", "displayName": "Zones"}),
    ]
    for method, path, body in calls:
        _as_everybody(seen, method, path, body)
    _from_place_to_place(seen, (*itwins, served.fixtures["foreign_itwin_id"], *ODD[:4]), *data)
    _with_every_body(seen, calls, resources, resources.replace(shelves[0], shelves[1]))
    for odd in (*ODD, itwins[0], shelves[1]):
        seen.ask("POST", resources.replace(shelves[0], odd), json=BODIES[0])
        seen.ask("POST", resources.replace(itwins[0], odd), json=BODIES[0])
    for gone in (f"{resources}/zones", f"/reality-management/reality-data/{data[1]}", f"/itwins/{itwins[2]}"):
        seen.ask("DELETE", gone)
    for method, path, body in calls:
        seen.ask(method, path.replace(itwins[0], itwins[2]).replace(data[2], data[1]), json=body)
        for _ in range(6):
            seen.ask(method, path, "throttled", json=body)
    return seen.lines


def _as_everybody(seen: Transcript, method: str, path: str, body: Any) -> None:
    """Ask as nobody, with every token that is to be refused, as each role, and in each manner."""
    tokens = ["Basic b3duZXI6", "Bearer", "Bearer abc.def.ghi", f"Bearer {unsigned(Caller(seen.served))}"]
    for token in (*tokens, *(f"Bearer {each}" for each in seen.served.tokens.values())):
        seen.ask(method, path, json=body, token=token)
    for role in seen.served.credentials:
        if role not in {"owner", "throttled"}:
            seen.ask(method, path, role, json=body)
    for headers in ({"Accept": "*/*"}, {"Accept": "application/xml"}, {"Prefer": "return=minimal"}, {}):
        seen.ask(method, path, json=body, headers=headers)
    for odd in (f"{path}/", path.replace("/itwins", "/iTwins").replace("/reality", "/Reality"), path.upper()):
        seen.ask(method, odd, json=body)


def _from_place_to_place(seen: Transcript, itwins: tuple[str, ...], *data: str) -> None:
    """Associate and move, and look after each step; then take it back and do it once more."""
    first, _, loose = data
    for itwin in itwins:
        seen.ask("GET", f"/itwins/{itwin}/account")
        for method, path in (
            ("POST", f"/reality-management/reality-data/{first}/itwins/{itwin}"),
            ("POST", f"/reality-management/reality-data/{itwin}/itwins/{itwins[0]}"),
            ("PATCH", f"/reality-management/reality-data/{loose}/move"),
            ("PATCH", f"/reality-management/reality-data/{itwin}/move"),
        ):
            seen.ask(method, path, json={"iTwinId": itwin} if method == "PATCH" else None)
        for each in (first, loose):
            seen.ask("GET", f"/reality-management/reality-data/{each}/itwins")
    for itwin in itwins[:3]:
        seen.ask("DELETE", f"/reality-management/reality-data/{first}/itwins/{itwin}")
        seen.ask("POST", f"/reality-management/reality-data/{first}/itwins/{itwin}")
        seen.ask("GET", f"/itwins/{itwin}")
    for each in data:
        seen.ask("GET", f"/reality-management/reality-data/{each}")


def _with_every_body(
    seen: Transcript, calls: list[tuple[str, str, Any]], resources: str, elsewhere: str
) -> None:
    """Send bodies that are right, wrong, taken and broken, and look at what is there then."""
    for body in BODIES:
        seen.ask("POST", resources, json=body)
    for body in ({"id": "zones", "displayName": "x"}, {"id": "y", "displayName": "Zones"}):
        seen.ask("POST", resources, json=body)
        seen.ask("POST", elsewhere, json=body)
    for place in PLACES:
        seen.ask(*calls[2][:2], json={"iTwinId": place})
    for raw in RAW:
        for method, path, _ in calls[1:]:
            seen.ask(method, path, data=raw, headers={"Content-Type": "application/json"})
    seen.ask("GET", resources)
    for method, path, body in calls:
        seen.ask(method, path, json=body)
