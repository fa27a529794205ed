# ruff: noqa: INP001 - part of a script that is started by its path, and no package
"""What a server of the four operations answers to some hundred requests that were written from the pages.

Two servers with the same transcript cannot be told apart by these requests.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
UNKNOWN: Final = "0f0e0d0c-0b0a-4908-8706-050403020100"
DATA: Final = "/reality-management/reality-data"
PREFER: Final = {"Prefer": "return=representation"}
VALUES: Final[tuple[Any, ...]] = (None, "", "   ", 7, True, [], {}, "a", "x" * 200, "y" * 201, "é" * 200)
BROKEN: Final = ("", "{", "[]", "1", "null", '"text"')


@dataclass
class Session:
    """Sends requests to one server and writes down what it answers, ids by the names they were given."""

    host: str
    tokens: Mapping[str, str]
    names: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def send(
        self, method: str, path: str, body: object = None, role: str = "owner", /, **headers: str
    ) -> Any:
        """Send a request, write its response down and return its body, {} where it is no object."""
        token = {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        connection = http.client.HTTPConnection(self.host, timeout=5)
        try:
            connection.request(
                method, path, text.encode(), token | {"Content-Type": "application/json"} | headers
            )
            response = connection.getresponse()
            content = response.read()
            line = (
                f"{response.status} {response.headers.get('Content-Type')} {content.decode(errors='replace')}"
            )
        except (OSError, http.client.HTTPException) as error:
            content, line = b"", type(error).__name__
        finally:
            connection.close()
        asked = self._named(f"{role} {method} {path} {text[:60]} {headers or ''}")
        self.lines.append(f"{asked}: {self._named(line)[:600]}")
        try:
            read = json.loads(content)
        except ValueError:
            read = {}
        return read if isinstance(read, dict) else {}

    def _named(self, text: str) -> str:
        """Return a text with the names of its ids, and without dates, addresses and tokens."""
        named = GUID.sub(lambda found: self.names.get(found[0].lower(), "an id"), text)
        told = MOMENT.sub("a moment", named).replace(self.host, "here")
        for role, token in self.tokens.items():
            told = told.replace(token, f"the token of {role}")
        return told

    def made(self, name: str, path: str, member: str, body: object) -> str:
        """Create something and return its id under this name."""
        found = self.send("POST", path, body).get(member)
        key = str(found.get("id") if isinstance(found, dict) else None)
        self.names[key.lower()] = name
        return key


def transcript(host: str, tokens: Mapping[str, str], fixtures: Mapping[str, str]) -> list[str]:
    """Return one line for each request; tokens by role, ids by the name of their fixture."""
    session = Session(host, tokens, {value: name for name, value in fixtures.items()})
    a, b = (
        session.made(n, "/itwins", "iTwin", {"class": "Thing", "subClass": "Asset", "displayName": n})
        for n in "ab"
    )
    kinds = {"gis": "GeographicInformationSystem", "other": "Construction"}
    gis, other = (
        session.made(
            n,
            f"/itwins/{a}/repositories",
            "repository",
            {"class": c, "subClass": "WebMapService", "uri": "https://example.com/"},
        )
        for n, c in kinds.items()
    )
    data, moved = (
        session.made(n, DATA, "realityData", {"iTwinId": a, "displayName": n, "type": "OPC"})
        for n in ("data", "moved")
    )
    _identities(session, a, b, gis, data)
    _accounts(session, (a, b, UNKNOWN, "no-id", data, *fixtures.values()))
    _associations(session, data, (a, b, b.upper(), UNKNOWN, "no-id", data, *fixtures.values()), a)
    _moves(session, moved, data, (b, a, a.upper(), UNKNOWN, "no-id", data, *fixtures.values()))
    _resources(session, a, b, gis, other)
    session.send("DELETE", f"{DATA}/{data}/itwins/{b}")
    for path in (f"{DATA}/{data}", f"{DATA}/{moved}", f"/itwins/{a}", f"/itwins/{b}"):
        session.send("DELETE", path)
    return session.lines


def _identities(session: Session, a: str, b: str, gis: str, data: str) -> None:
    paths = (
        ("GET", f"/itwins/{a}/account", None),
        ("POST", f"{DATA}/{data}/itwins/{b}", None),
        ("PATCH", f"{DATA}/{data}/move", {"iTwinId": b}),
        ("POST", f"/itwins/{a}/repositories/{gis}/resources", {"id": "r", "displayName": "R"}),
    )
    for (method, path, body), role in product(paths, session.tokens):
        if role != "owner" and not (method == "GET" and role == "reader"):
            session.send(method, path, body, role)
    for method, path, body in paths:
        session.send(method, path, body, "nobody")
        session.send(method, path, body, "nobody", Authorization="Bearer wrong")
        session.send(method, path, body, "nobody", Authorization="Bearer ")
        session.send(method, path, body, "nobody", Authorization=f"Basic {session.tokens['owner']}")
        session.send(method, path + "/unknown", body)
    for role in session.tokens:
        session.send("GET", f"{DATA}/{data}/itwins", None, role)


def _accounts(session: Session, ids: tuple[str, ...]) -> None:
    for key in ids:
        session.send("GET", f"/itwins/{key}/account")
        session.send("GET", f"/itwins/{key}/account/", None, "reader")
        session.send("GET", f"/iTwins/{key}/account", **PREFER)


def _associations(session: Session, data: str, ids: tuple[str, ...], home: str) -> None:
    for key, name in product(ids, (data, data.upper(), UNKNOWN, "no-id", home)):
        session.send("POST", f"{DATA}/{name}/itwins/{key}")
        session.send("GET", f"{DATA}/{data}/itwins")


def _moves(session: Session, moved: str, shared: str, ids: tuple[str, ...]) -> None:
    for key, name in product(ids, (moved, shared, UNKNOWN, "no-id")):
        session.send("PATCH", f"{DATA}/{name}/move", {"iTwinId": key})
        session.send("GET", f"{DATA}/{moved}/itwins")
    for body in (*_bodies("iTwinId", {"iTwinId": ids[0]}), *BROKEN):
        session.send("PATCH", f"{DATA}/{moved}/move", body)
    session.send("GET", f"{DATA}/{moved}/itwins")


def _resources(session: Session, a: str, b: str, gis: str, other: str) -> None:
    path = f"/itwins/{a}/repositories/{gis}/resources"
    good = {"id": "one", "displayName": "The one"}
    for body in (
        good,
        good,
        good | {"id": "two"},
        good | {"displayName": "Two"},
        {"id": "ONE", "displayName": "New"},
    ):
        session.send("POST", path, body)
        session.send("GET", path)
    for member in good:
        for number, body in enumerate(_bodies(member, {"id": f"{member}-0", "displayName": f"{member} 0"})):
            rest = next(key for key in good if key != member)
            session.send("POST", path, {k: f"{v}{number}" if k == rest else v for k, v in body.items()})
    for broken in (
        {},
        {"x": 1},
        {"id": 7, "displayName": []},
        {"id": "y" * 201, "displayName": "y" * 201},
        *BROKEN,
    ):
        session.send("POST", path, broken)
    session.send("GET", path)
    for itwin, repository in product((a, b, UNKNOWN, "no-id"), (gis, other, UNKNOWN, "no-id", "realitydata")):
        if (itwin, repository) != (a, gis):
            session.send("POST", f"/itwins/{itwin}/repositories/{repository}/resources", good)


def _bodies(member: str, good: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return bodies of which one member is missing, or of another kind, or that hold one more."""
    yield {key: value for key, value in good.items() if key != member}
    for value in VALUES:
        yield {**good, member: value}
    yield {**good, "more": "x"}
