"""Read a world from a YAML file.

    organizations: [{name: Acme Corp.}]
    users:
      - {role: owner, organization: Acme Corp.}
      - {role: reader, organization: Acme Corp., permissions: read, email: reader@acme.example}
    itwins:
      - displayName: Bridge
        organization: Acme Corp.
        members: [{user: owner, owner: true}]
        repositories:
          - class: GeographicInformationSystem
            subClass: WebMapService
            uri: https://example.com/wms
            resources: [{id: flood_zones, displayName: Flood Zones}]
    reality_data:
      - {displayName: Mesh, type: 3MX, iTwins: [Bridge], owner: owner}

Members that are left out get their defaults; ids and secrets are made up. ``permissions`` is ``all``,
``read`` or a list. A key that is not known is an error. A snapshot has the one key ``records`` instead,
the state as it was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from conformance.emulator.errors import SeedFileError
from conformance.emulator.state import seed
from conformance.emulator.state.new_records import add_itwin, new_data, new_id, new_itwin
from conformance.emulator.state.records import (
    PERMISSIONS,
    READ_ONLY,
    ITwin,
    Member,
    Organization,
    Repository,
    Resource,
    User,
)
from conformance.emulator.state.seed_keys import unknown_key
from conformance.emulator.state.state import KINDS, State

Entry = Mapping[str, Any]


def plant(path: Path, state: State) -> None:
    """Fill an empty state from the file; raise :class:`SeedFileError`."""
    try:
        world = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SeedFileError(f"cannot read the seed file {path}: {' '.join(str(error).split())}") from error
    unknown = unknown_key(world)
    if unknown:
        raise SeedFileError(f"the seed file {path}: {unknown}")
    try:
        _fill(world, state)
    except KeyError as error:
        raise SeedFileError(f"the seed file {path} lacks or does not know {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise SeedFileError(f"the seed file {path} makes no sense: {error}") from error
    if not len(state.users):
        raise SeedFileError(f"the seed file {path} has no users")


def _fill(world: Any, state: State) -> None:
    if not isinstance(world, dict):
        raise TypeError("it is not a mapping")
    for kind, rows in (world.get("records") or {}).items():
        for row in rows:
            state.load(_kind(kind), dict(row))
    organizations = {each["name"]: _organization(state, each) for each in world.get("organizations") or ()}
    users = {each["role"]: _user(state, each, organizations) for each in world.get("users") or ()}
    itwins = {
        each["displayName"]: _itwin(state, each, organizations, users) for each in world.get("itwins") or ()
    }
    for each in world.get("reality_data") or ():
        _data(state, each, itwins, users)


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise KeyError(kind)
    return kind


def _organization(state: State, entry: Entry) -> Organization:
    return seed.add_organization(state, entry["name"], entry.get("id", ""), entry.get("account", ""))


def _user(state: State, entry: Entry, organizations: Mapping[str, Organization]) -> User:
    grants = _permissions(entry["permissions"]) if "permissions" in entry else None
    quota = (int(entry["quota"][0]), float(entry["quota"][1])) if entry.get("quota") else None
    administrator = bool(entry.get("administrator"))
    organization = organizations[entry["organization"]].id
    made = seed.new_user(entry["role"], organization, grants, quota, administrator=administrator)
    given = {name: entry[name] for name in ("id", "client_id", "client_secret") if entry.get(name)}
    user = replace(made, **given, address=entry.get("email") or "")
    state.users.put(user)
    return user


def _permissions(value: Any) -> tuple[str, ...]:
    if value in ("all", "read"):
        return PERMISSIONS if value == "all" else READ_ONLY
    unknown = set(value) - set(PERMISSIONS)
    if unknown:
        raise KeyError(min(unknown))
    return tuple(value)


def _itwin(
    state: State, entry: Entry, organizations: Mapping[str, Organization], users: Mapping[str, User]
) -> ITwin:
    members = entry.get("members") or ()
    owner = next((users[each["user"]].id for each in members if each.get("owner")), new_id())
    body = {"class": "Thing", "subClass": "Asset", **entry}
    made = new_itwin(organizations[entry["organization"]], owner, body)
    itwin = ITwin(made.id, made.organization, _overlaid(made.document, entry))
    add_itwin(state, itwin, None)
    for each in members:
        user, held = users[each["user"]].id, _permissions(each.get("permissions", ()))
        member = Member(itwin.id, user, permissions=held, owner=bool(each.get("owner")))
        state.members.put(member)
    for each in entry.get("repositories") or ():
        _repository(state, itwin.id, each)
    return itwin


def _repository(state: State, itwin: str, entry: Entry) -> None:
    repository = str(entry.get("id") or new_id())
    names = ("class", "subClass", "uri")
    document = {
        "id": repository,
        **{name: entry[name] for name in names},
        "displayName": entry.get("displayName") or entry["subClass"],
    }
    state.repositories.put(Repository(itwin, repository, document))
    for each in entry.get("resources") or ():
        kind = {"class": entry["class"], "subClass": entry["subClass"]}
        shown = {"id": each["id"], **kind, "displayName": each["displayName"]}
        state.resources.put(Resource(itwin, repository, each["id"], shown))


def _data(state: State, entry: Entry, itwins: Mapping[str, ITwin], users: Mapping[str, User]) -> None:
    homes = [itwins[name] for name in entry["iTwins"]]
    first, ids = homes[0], tuple(each.id for each in homes)
    made = new_data(first.organization, ids, first.data_center, users[entry["owner"]].id, dict(entry))
    state.reality_data.put(replace(made, document=_overlaid(made.document, entry)))


def _overlaid(document: Entry, entry: Entry) -> Entry:
    return {name: entry.get(name, value) for name, value in document.items()}
