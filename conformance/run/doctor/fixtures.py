"""The fixtures of a target: whether they exist, in the right place, and what each role may do there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from conformance.client import Client
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange, Request
from conformance.run.doctor.model import Observation, State


@dataclass(frozen=True)
class Fixtures:
    """Looks fixtures up as `specs/fixtures.yaml` says; `own` are the organizations of the roles."""

    client: Client
    lookups: Mapping[str, Any]
    own: Mapping[str, str]

    def check(self) -> Iterator[Observation]:
        """Check every fixture of the target, in the order of the targets file."""
        known = self.lookups["fixtures"]
        for name, value in self.client.target.fixtures.items():
            if name in known:
                yield self._fixture(name, value, known[name])
            else:
                yield Observation("fixture", name, State.NOTE, "no requirement needs it", "remove it")

    def _fixture(self, name: str, value: str, wanted: Mapping[str, str]) -> Observation:
        role = wanted["role"] if wanted["role"] in self.own else "owner"
        cure = f"correct fixtures.{name}"
        try:
            response = self._read("fixture", value, role)
        except NotJudged as why:
            return Observation("fixture", name, State.DOWN, why.reason)
        if response.status != 200:  # noqa: PLR2004 - it cannot be read
            hidden = wanted["organization"] == "other" and role == "owner" and response.status in {403, 404}
            seen = f"{value[:64]}: the {role} gets {response.summary()}"
            if hidden:
                return Observation(
                    "fixture", name, State.NOTE, f"{seen}, as a stranger does: it may or may not exist"
                )
            return Observation("fixture", name, State.WRONG, seen, cure)
        problem = self._organization(response, wanted) or self._data_center(response, wanted)
        place = response.at(self.lookups["fixture"]["data_center"])
        seen = f"exists, {place}" if isinstance(place, str) else "exists"
        return Observation(
            "fixture", name, State.WRONG if problem else State.OK, problem or seen, cure if problem else ""
        )

    def _organization(self, response: Exchange, wanted: Mapping[str, str]) -> str:
        organization = response.at(self.lookups["fixture"]["organization"])
        owner = self.own.get("owner")
        if not isinstance(organization, str) or owner is None:
            return ""
        if (organization == owner) == (wanted["organization"] == "own"):
            return ""
        return (
            "it belongs to the owner's organization"
            if organization == owner
            else "it belongs to another organization"
        )

    def _data_center(self, response: Exchange, wanted: Mapping[str, str]) -> str:
        if wanted.get("data_center") != "other":
            return ""
        pointer = self.lookups["fixture"]["data_center"]
        home = self.client.target.fixtures.get("itwin_id")
        here: Any = self.lookups["default_data_center"]
        if home:
            here = self._read("fixture", home, "owner").at(pointer)
        there = response.at(pointer)
        return f"it is in {there} as everything else, not in another data center" if there == here else ""

    def permissions(self) -> Iterator[Observation]:
        """Say what each role may do in the iTwin that the run would use, where the target tells."""
        home = self.client.target.fixtures.get("itwin_id")
        for role in self.own if home else ():
            try:
                response = self._read("permissions", str(home), role)
            except NotJudged as why:
                yield Observation("permissions", role, State.NOTE, why.reason)
                continue
            held = response.at(self.lookups["permissions"]["list"])
            if response.status == 200 and isinstance(held, list):  # noqa: PLR2004 - it tells
                yield Observation("permissions", role, State.OK, ", ".join(map(str, held))[:300] or "none")
            else:
                yield Observation(
                    "permissions", role, State.NOTE, f"cannot be read off: {response.summary()}"
                )
        if not home:
            seen = "the run creates what it needs: the owner holds every permission there"
            yield Observation("permissions", "owner", State.NOTE, seen)

    def _read(self, lookup: str, value: str, role: str) -> Exchange:
        entry = self.lookups[lookup]
        path = entry["path"].replace("{id}", quote(value, safe=""))
        headers = entry.get("headers", {})
        return self.client.send(
            Request("GET", path, purpose="setup", headers=headers, may_throttle=True), role
        )
