"""A server of the platform written apart from the emulator, from the pages and the platform facts alone.

It shares no code with the project. Where both are silent it differs from the emulator on purpose: deleting an
iTwin hides what lives in it and deletes none of it. What it stores is counted here, from outside of any run.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from tests.suite.independent_store import Json, Refusal, Store
from tests.suite.independent_wire import Fault, Handler, Incoming, Outgoing, no_fault

GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
ROLES: Final = ("owner", "outsider")
TOKENS: Final = {"the-token-of-the-owner": "acme", "the-token-of-the-outsider": "other"}
DATA: Final = r"/reality-management/reality-data"
REPOSITORY: Final = r"/itwins/(?P<itwin>[^/]+)/repositories/(?P<repository>[^/]+)"


@dataclass(frozen=True)
class Call:
    """One request: who sends it, with what."""

    store: Store
    org: str
    path: dict[str, str]
    query: dict[str, list[str]]
    content: bytes
    minimal: bool

    def body(self, code: str, required: tuple[str, ...], *, closed: bool = False) -> Json:
        """Return the body, an object with these members as texts."""
        try:
            body = json.loads(self.content)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise Refusal(422, code, *(("MissingRequiredProperty", name) for name in required))
        faults = [("MissingRequiredProperty", n) for n in required if body.get(n) in (None, "")]
        faults += [
            ("InvalidValue", n)
            for n in required
            if body.get(n) not in (None, "") and not isinstance(body[n], str)
        ]
        faults += [("InvalidValue", n) for n in body if closed and n not in required]
        if faults:
            raise Refusal(422, code, *faults)
        return body


Action = Callable[[Call], tuple[int, Json | None]]
ROUTES: Final[list[tuple[str, str, Action]]] = []


def route(method: str, pattern: str) -> Callable[[Action], Action]:
    """Register a handler of a method and of the paths that match a pattern; the first that fits counts."""

    def register(handler: Action) -> Action:
        ROUTES.append((method, pattern, handler))
        return handler

    return register


def _shown(itwin: Json) -> Json:
    return {key: value for key, value in itwin.items() if key != "organization"}


def _account(org: str) -> Json:
    name, number = str(uuid.uuid5(uuid.NAMESPACE_DNS, org)), f"{org} Corp."
    kind = {"class": "Account", "subClass": "Account", "type": None}
    return {"id": name, **kind, "number": number, "displayName": number}


@route("GET", "/itwins/myprimaryaccount")
def get_primary_account(call: Call) -> tuple[int, Json]:
    """Show the caller's own account."""
    return 200, {"iTwin": _account(call.org)}


@route("POST", "/itwins")
def create_itwin(call: Call) -> tuple[int, Json]:
    """Store an iTwin."""
    body = call.body("InvalidiTwinsRequest", ("class", "subClass", "displayName"))
    name = str(uuid.uuid4())
    account = str(uuid.uuid5(uuid.NAMESPACE_DNS, call.org))
    itwin = {"id": name, "type": None, "number": name, "status": "Active", "dataCenterLocation": "East US"}
    itwin |= body | {"iTwinAccountId": account, "organization": call.org}
    call.store.itwins[name] = itwin
    return 201, {"iTwin": _shown(itwin)}


@route("GET", "/itwins")
def list_itwins(call: Call) -> tuple[int, Json]:
    """List the iTwins of the caller's organization."""
    mine = [i for n, i in call.store.itwins.items() if i["organization"] == call.org]
    return 200, {"iTwins": [_shown(i) for i in mine if i["id"] not in call.store.deleted], "_links": {}}


@route("GET", "/itwins/(?P<itwin>[^/]+)")
def get_itwin(call: Call) -> tuple[int, Json]:
    """Show an iTwin."""
    return 200, {"iTwin": _shown(call.store.itwin(call.org, call.path["itwin"]))}


@route("PATCH", "/itwins/(?P<itwin>[^/]+)")
def update_itwin(call: Call) -> tuple[int, Json]:
    """Change an iTwin."""
    itwin = call.store.itwin(call.org, call.path["itwin"])
    itwin |= call.body("InvalidiTwinsRequest", ())
    return 200, {"iTwin": _shown(itwin)}


@route("DELETE", "/itwins/(?P<itwin>[^/]+)")
def delete_itwin(call: Call) -> tuple[int, Json | None]:
    """Delete an iTwin, and hide what lives in it."""
    call.store.deleted.add(str(call.store.itwin(call.org, call.path["itwin"])["id"]))
    return 204, None


@route("GET", "/itwins/(?P<itwin>[^/]+)/account")
def get_account(call: Call) -> tuple[int, Json]:
    """Show the account of an iTwin."""
    call.store.itwin(call.org, call.path["itwin"])
    more = (
        {}
        if call.minimal
        else {"createdDateTime": "2026-01-01T00:00:00Z", "createdBy": str(uuid.UUID(int=1))}
    )
    return 200, {"iTwin": _account(call.org) | more}


@route("POST", "/itwins/(?P<itwin>[^/]+)/repositories")
def create_repository(call: Call) -> tuple[int, Json]:
    """Store a repository of map layers."""
    call.store.itwin(call.org, call.path["itwin"])
    body = call.body("InvalidiTwinsRequest", ("class", "subClass", "uri"))
    if body["class"] not in {"GeographicInformationSystem", "Construction", "Subsurface"}:
        raise Refusal(422, "InvalidiTwinsRequest", ("InvalidValue", "class"))
    name = str(uuid.uuid4())
    key = (call.path["itwin"].lower(), name)
    call.store.repositories[key] = {"id": name, "displayName": None} | body
    call.store.resources[key] = {}
    return 201, {"repository": call.store.repositories[key]}


@route("GET", "/itwins/(?P<itwin>[^/]+)/repositories")
def list_repositories(call: Call) -> tuple[int, Json]:
    """List the repositories of an iTwin."""
    call.store.itwin(call.org, call.path["itwin"])
    mine = [r for (itwin, _), r in call.store.repositories.items() if itwin == call.path["itwin"].lower()]
    return 200, {"repositories": mine}


@route("GET", REPOSITORY)
def get_repository(call: Call) -> tuple[int, Json]:
    """Show a repository."""
    key = call.store.repository(call.org, call.path["itwin"], call.path["repository"])
    return 200, {"repository": call.store.repositories[key]}


@route("DELETE", REPOSITORY)
def delete_repository(call: Call) -> tuple[int, Json | None]:
    """Delete a repository with its resources."""
    key = call.store.repository(call.org, call.path["itwin"], call.path["repository"])
    del call.store.repositories[key], call.store.resources[key]
    return 204, None


@route("POST", f"{REPOSITORY}/resources")
def create_resource(call: Call) -> tuple[int, Json]:
    """Store a resource under the id that the client gives."""
    key = call.store.repository(call.org, call.path["itwin"], call.path["repository"])
    repository, stored = call.store.repositories[key], call.store.resources[key]
    body = call.body("InvalidiTwinsRequest", ("id", "displayName"), closed=True)
    long = [("InvalidValue", name) for name in ("id", "displayName") if len(body[name]) > 200]
    blank = [("MissingRequiredProperty", name) for name in ("id", "displayName") if not body[name].strip()]
    if long or blank:
        raise Refusal(422, "InvalidiTwinsRequest", *long, *blank)
    if repository["class"] != "GeographicInformationSystem":
        raise Refusal(422, "InvalidiTwinsRequest", ("InvalidValue", "repositoryId"))
    taken = {r["displayName"].strip().lower() for r in stored.values()} | set(stored)
    if body["id"].strip().lower() in stored or body["displayName"].strip().lower() in taken - set(stored):
        raise Refusal(409, "iTwinRepositoryResourceExists")
    resource = {"id": body["id"], "class": repository["class"], "subClass": repository["subClass"]}
    stored[body["id"].strip().lower()] = resource | {"displayName": body["displayName"]}
    return 201, {"resource": stored[body["id"].strip().lower()]}


@route("GET", f"{REPOSITORY}/resources")
def list_resources(call: Call) -> tuple[int, Json]:
    """List the resources of a repository, page by page."""
    key = call.store.repository(call.org, call.path["itwin"], call.path["repository"])
    skip, top = (
        int(call.query.get(name, [default])[0]) for name, default in (("$skip", "0"), ("$top", "100"))
    )
    return 200, {"resources": list(call.store.resources[key].values())[skip : skip + top], "_links": {}}


def _resource(call: Call) -> tuple[dict[str, Json], str]:
    key = call.store.repository(call.org, call.path["itwin"], call.path["repository"])
    name = call.path["resource"].strip().lower()
    if name not in call.store.resources[key]:
        raise Refusal(404, "iTwinRepositoryResourceNotFound")
    return call.store.resources[key], name


@route("GET", f"{REPOSITORY}/resources/(?P<resource>[^/]+)")
def get_resource(call: Call) -> tuple[int, Json]:
    """Show a resource."""
    stored, name = _resource(call)
    return 200, {"resource": stored[name]}


@route("DELETE", f"{REPOSITORY}/resources/(?P<resource>[^/]+)")
def delete_resource(call: Call) -> tuple[int, Json | None]:
    """Delete a resource."""
    stored, name = _resource(call)
    del stored[name]
    return 204, None


@route("POST", DATA)
def create_data(call: Call) -> tuple[int, Json]:
    """Store reality data in an iTwin."""
    body = call.body("InvalidRealityDataRequest", ("iTwinId", "displayName", "type"))
    home = call.store.itwin(call.org, body["iTwinId"])["id"]
    name = str(uuid.uuid4())
    call.store.data[name] = {"id": name, **body, "organization": call.org}
    call.store.homes[name] = [home]
    return 201, {"realityData": _shown(call.store.data[name])}


@route("GET", DATA)
def list_data(call: Call) -> tuple[int, Json]:
    """List the reality data of an iTwin."""
    itwin = call.store.itwin(call.org, call.query["iTwinId"][0])["id"]
    return 200, {
        "realityData": [_shown(d) for n, d in call.store.data.items() if itwin in call.store.homes[n]]
    }


@route("GET", f"{DATA}/(?P<data>[^/]+)")
def get_data(call: Call) -> tuple[int, Json]:
    """Show reality data."""
    return 200, {"realityData": _shown(call.store.reality_data(call.org, call.path["data"]))}


@route("DELETE", f"{DATA}/(?P<data>[^/]+)")
def delete_data(call: Call) -> tuple[int, Json | None]:
    """Delete reality data that is associated with one iTwin at most."""
    name = str(call.store.reality_data(call.org, call.path["data"])["id"])
    if len(call.store.homes[name]) > 1:
        raise Refusal(422, "InvalidRealityDataRequest", ("InvalidValue", "realityDataId"))
    del call.store.data[name], call.store.homes[name]
    return 204, None


@route("GET", f"{DATA}/(?P<data>[^/]+)/itwins")
def list_associations(call: Call) -> tuple[int, Json]:
    """List the iTwins of reality data."""
    return 200, {"iTwins": call.store.homes[call.store.reality_data(call.org, call.path["data"])["id"]]}


def _guid(name: object, target: str) -> str:
    if not isinstance(name, str) or not GUID.fullmatch(name):
        raise Refusal(422, "InvalidRealityDataRequest", ("InvalidValue", target))
    return name.lower()


@route("POST", f"{DATA}/(?P<data>[^/]+)/itwins/(?P<itwin>[^/]+)")
def associate(call: Call) -> tuple[int, Json]:
    """Associate reality data with another iTwin."""
    _guid(call.path["itwin"], "iTwinId")
    name = call.store.reality_data(call.org, call.path["data"])["id"]
    itwin = call.store.itwin(call.org, call.path["itwin"])["id"]
    if itwin in call.store.homes[name]:
        raise Refusal(409, "AssociationExists")
    call.store.homes[name].append(itwin)
    return 200, {"iTwinAssociation": {"id": name, "iTwinId": itwin}}


@route("DELETE", f"{DATA}/(?P<data>[^/]+)/itwins/(?P<itwin>[^/]+)")
def dissociate(call: Call) -> tuple[int, Json | None]:
    """Take an association away."""
    homes = call.store.homes[call.store.reality_data(call.org, call.path["data"])["id"]]
    if call.path["itwin"].lower() not in homes:
        raise Refusal(404, "AssociationNotFound")
    homes.remove(call.path["itwin"].lower())
    return 204, None


@route("PATCH", f"{DATA}/(?P<data>[^/]+)/move")
def move(call: Call) -> tuple[int, Json | None]:
    """Move reality data of one iTwin to another one."""
    body = call.body("InvalidRealityDataRequest", ("iTwinId",), closed=True)
    _guid(body["iTwinId"], "iTwinId")
    name = call.store.reality_data(call.org, call.path["data"])["id"]
    itwin = call.store.itwin(call.org, body["iTwinId"])
    homes = call.store.homes[name]
    if len(homes) > 1:
        raise Refusal(422, "InvalidRealityDataRequest", ("InvalidValue", "realityDataId"))
    if itwin["id"] in homes:
        raise Refusal(409, "AlreadyExists")
    here = call.store.itwins[homes[0]]["dataCenterLocation"] if homes else itwin["dataCenterLocation"]
    if here != itwin["dataCenterLocation"]:
        raise Refusal(422, "InvalidRealityDataRequest", ("InvalidValue", "iTwinId"))
    homes[:] = [itwin["id"]]
    return 204, None


def serve_healthy(incoming: Incoming) -> Outgoing:
    """Return what the healthy server answers."""
    try:
        return Outgoing(*_handle(incoming))
    except Refusal as refusal:
        return Outgoing(refusal.status, {"error": refusal.error})


def _handle(incoming: Incoming) -> tuple[int, Json | None]:
    given = incoming.headers.get("authorization")
    scheme, _, token = (given or "").partition(" ")
    if not given:
        raise Refusal(401, "HeaderNotFound")
    if scheme.lower() != "bearer" or token not in TOKENS:
        raise Refusal(401, "InvalidAuthorizationScheme" if scheme.lower() != "bearer" else "Unauthorized")
    parts = urlsplit(incoming.path)
    path = parts.path.rstrip("/")
    for method, pattern, handler in ROUTES:
        found = re.fullmatch(pattern, path, re.IGNORECASE)
        if method == incoming.method and found:
            ids = {name: unquote(value) for name, value in found.groupdict().items()}
            minimal = "representation" not in incoming.headers.get("prefer", "")
            query = parse_qs(parts.query)
            return handler(Call(incoming.store, TOKENS[token], ids, query, incoming.content, minimal))
    raise Refusal(404, "NotFound")


@contextmanager
def independent_server(fault: Fault = no_fault) -> Iterator[tuple[str, Store]]:
    """Serve on a free port while the block lasts, with a fault; give the address and what is stored."""
    store = Store()
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0),
        partial(Handler, store, lambda incoming: fault(incoming, serve_healthy), threading.Lock()),
    )
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", store
    finally:
        server.shutdown()
        server.server_close()


def write_targets(folder: Path, url: str, more: str = "") -> None:
    """Write a targets file for the server at this address, as the target `emulator`, and its secrets."""
    lines = [f'[targets.emulator.roles.{role}]\ntoken = "${{{role.upper()}_TOKEN}}"\n' for role in ROLES]
    text = (
        f'[targets.emulator]\nbase_url = "{url}"\nscope = "itwin-platform"\nwrites = "free"\n{more}'
        + "".join(lines)
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets.toml").write_text(text, encoding="utf-8")
    secrets = [f"{role.upper()}_TOKEN={token}\n" for role, token in zip(ROLES, TOKENS, strict=True)]
    (folder / ".env").write_text("".join(secrets), encoding="utf-8")
