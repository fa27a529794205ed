"""What the independent server stores, and who sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - a documented answer, not an error of the server
    """An error response."""

    def __init__(self, status: int, code: str, *details: tuple[str, str]) -> None:
        self.status = status
        self.error: Json = {"code": code, "message": f"{code}."}
        if status == 422:
            self.error["details"] = [
                {"code": what, "message": f"{where}: {what}", "target": where} for what, where in details
            ]


@dataclass
class Store:
    """Everything that is stored, by id in lower case; `deleted` iTwins hide what lives in them."""

    itwins: dict[str, Json] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    data: dict[str, Json] = field(default_factory=dict)
    homes: dict[str, list[str]] = field(default_factory=dict)
    """By reality data the iTwins that it is associated with; it lives in the first."""
    repositories: dict[tuple[str, str], Json] = field(default_factory=dict)
    resources: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)

    def count(self) -> dict[str, int]:
        """Return how many things of each kind are stored, hidden ones included."""
        return {
            "itwins": len(self.itwins) - len(self.deleted),
            "reality data": len(self.data),
            "associations": sum(map(len, self.homes.values())),
            "repositories": len(self.repositories),
            "resources": sum(map(len, self.resources.values())),
        }

    # ------------------------------------------------------------ looking things up
    def itwin(self, org: str, name: str, code: str = "iTwinNotFound") -> Json:
        """Return an iTwin that this organization sees."""
        found = self.itwins.get(name.lower())
        if found is None or name.lower() in self.deleted or found["organization"] != org:
            raise Refusal(404, code)
        return found

    def reality_data(self, org: str, name: str) -> Json:
        """Return reality data that this organization sees: what lives in a deleted iTwin is hidden."""
        found, homes = self.data.get(name.lower()), self.homes.get(name.lower(), [])
        if found is None or found["organization"] != org or set(homes[:1]) & self.deleted:
            raise Refusal(404, "RealityDataNotFound")
        return found

    def repository(self, org: str, itwin: str, repository: str) -> tuple[str, str]:
        """Return the key of a repository that this organization sees."""
        self.itwin(org, itwin)
        key = (itwin.lower(), repository.lower())
        if key not in self.repositories:
            raise Refusal(404, "iTwinRepositoryNotFound")
        return key
