"""The fixtures of a target: whether they exist, in the right place, and what each role may do there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from conformance.client import Client
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange, Request
from conformance.run.doctor.model import Observation, State

LACKING: Final = "no_"
"""What the name of a role begins with that holds every permission but the one named behind it."""


@dataclass(frozen=True)
class Fixtures:
    """Looks fixtures up as `specs/fixtures.yaml` says; `own` are the organizations of the roles."""

    client: Client
    lookups: Mapping[str, Any]
    own: Mapping[str, str]

    def check(self) -> Iterator[Observation]:
        """Check every fixture of the target, in the order of the targets file."""
        for name, value in self.client.target.fixtures.items():
            wanted = self.lookups["fixtures"].get(name)
            if wanted is None:
                yield Observation("fixture", name, State.NOTE, "nothing says how to look it up")
                continue
            try:
                state, seen = self._fixture(value, wanted)
            except NotJudged as why:
                state, seen = State.DOWN, why.reason
            cure = f"correct fixtures.{name}" if state is State.WRONG else ""
            yield Observation("fixture", name, state, seen, cure)

    def _fixture(self, value: str, wanted: Mapping[str, Any]) -> tuple[State, str]:
        """Read a fixture as each role that has to see it; return how it is, and what was seen."""
        problems, places = [], []
        for role in [role for role in wanted["seen_by"] if role in self.own] or ["owner"]:
            response = self._read("fixture", value, role)
            if response.status == 200:  # noqa: PLR2004 - it can be read
                problems += [self._organization(response, wanted), self._data_center(response, wanted)]
                places.append(response.at(self.lookups["fixture"]["data_center"]))
                continue
            seen = f"{value[:64]}: the {role} gets {response.summary()}"
            if role not in wanted["seen_by"] and response.status in {403, 404}:
                return State.NOTE, f"{seen}, as whoever has no part in it: it may or may not exist"
            problems.append(seen)
        if problem := next(filter(None, problems), ""):
            return State.WRONG, problem
        return State.OK, ", ".join(["exists", *(p for p in places[:1] if isinstance(p, str))])

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
        if not home:
            seen = "the run creates what it needs: the owner holds every permission there"
            yield Observation("permissions", "owner", State.NOTE, seen)
        for role in self.own:
            missing = role.removeprefix(LACKING) if role.startswith(LACKING) else ""
            if home:
                yield self._permissions(home, role, missing)
            elif missing:
                seen = (
                    f"must hold every permission but {missing} in what the owner makes; "
                    "a run sees whether it does anything there, and cannot judge by it otherwise"
                )
                yield Observation("permissions", role, State.NOTE, seen)

    def _permissions(self, home: str, role: str, missing: str) -> Observation:
        try:
            response = self._read("permissions", home, role)
        except NotJudged as why:
            return Observation("permissions", role, State.NOTE, why.reason)
        held = response.at(self.lookups["permissions"]["list"])
        if response.status != 200 or not isinstance(held, list):  # noqa: PLR2004 - it does not tell
            return Observation("permissions", role, State.NOTE, f"cannot be read off: {response.summary()}")
        seen, cure = ", ".join(map(str, held))[:300] or "none", f"every permission but {missing} is meant"
        if missing and missing in held:
            return Observation("permissions", role, State.WRONG, f"{seen}: it holds {missing}", cure)
        if missing and not held:
            return Observation("permissions", role, State.WRONG, f"{seen}: its refusals prove nothing", cure)
        return Observation("permissions", role, State.OK, seen)

    def _read(self, lookup: str, value: str, role: str) -> Exchange:
        entry = self.lookups[lookup]
        path = entry["path"].replace("{id}", quote(value, safe=""))
        headers = entry.get("headers", {})
        return self.client.send(
            Request("GET", path, purpose="setup", headers=headers, may_throttle=True), role
        )
