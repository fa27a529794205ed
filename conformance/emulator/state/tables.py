"""Keep one kind of record by key, with the indexes that keep uniqueness rules fast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from conformance.emulator.state.records import ITwin, Resource, User

T = TypeVar("T")
OnChange = Callable[[str, str, object | None], None]
"""Told of each change: kind of record, its key, and the record or None if it is gone."""


def ignore_change(_kind: str, _key: str, _record: object | None) -> None:
    """Keep nothing of a change: the emulator has no state file."""


def pair(*parts: str) -> str:
    """Return one key of several parts; the separator cannot be part of an id that the platform gives out."""
    return "\x1f".join(parts)


class Table(Generic[T]):
    """One kind of record by the parts of its key, in the order of creation."""

    def __init__(self, kind: str, on_change: OnChange, *key: str) -> None:
        """Make an empty table; `key` names the fields of a record that its key is made of."""
        self._kind = kind
        self._on_change = on_change
        self._key = key
        self._rows: dict[str, T] = {}

    def get(self, *key: str) -> T | None:
        """Return the record, or None."""
        return self._rows.get(pair(*key))

    def put(self, record: T) -> None:
        """Store the record in place of any older one; an older one keeps its place in the order."""
        key = self._key_of(record)
        self._rows[key] = record
        self._on_change(self._kind, key, record)

    def drop(self, record: T) -> None:
        """Forget the record; nothing happens if it is not there."""
        key = self._key_of(record)
        if self._rows.pop(key, None) is not None:
            self._on_change(self._kind, key, None)

    def where(self, test: Callable[[T], bool]) -> list[T]:
        """Return the records that pass the test, oldest first."""
        return [row for row in self._rows.values() if test(row)]

    def _key_of(self, record: T) -> str:
        return pair(*(getattr(record, name) for name in self._key))

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)


class Users(Table[User]):
    """Service applications, found by client id too."""

    def __init__(self, on_change: OnChange) -> None:
        super().__init__("users", on_change, "id")
        self._by_client: dict[str, User] = {}

    def put(self, record: User) -> None:
        """Register a service application."""
        super().put(record)
        self._by_client[record.client_id] = record

    def of_client(self, client_id: str) -> User | None:
        """Return the service application with this client id."""
        return self._by_client.get(client_id)


class ITwins(Table[ITwin]):
    """ITwins, and which of an organization's has which number."""

    def __init__(self, on_change: OnChange) -> None:
        super().__init__("itwins", on_change, "id")
        self._numbers: dict[str, str] = {}

    def put(self, record: ITwin) -> None:
        """Store a new or changed iTwin; its number is taken from then on, an older number is free again."""
        before = self.get(record.id)
        if before is not None:
            self._numbers.pop(_number(before), None)
        self._numbers[_number(record)] = record.id
        super().put(record)

    def drop(self, record: ITwin) -> None:
        """Forget the iTwin; its number is free again."""
        self._numbers.pop(_number(record), None)
        super().drop(record)

    def with_number(self, organization: str, number: str) -> str | None:
        """Return the id of the organization's iTwin that has this number."""
        return self._numbers.get(pair(organization, number))

    def of(self, organization: str) -> list[ITwin]:
        """Return the organization's iTwins without its account, oldest first."""
        return self.where(lambda each: each.organization == organization and not each.is_account)


def _number(itwin: ITwin) -> str:
    return pair(itwin.organization, str(itwin.document["number"]))


class Resources(Table[Resource]):
    """Resources, and which ids and display names each repository has."""

    def __init__(self, on_change: OnChange) -> None:
        super().__init__("resources", on_change, "itwin", "repository", "id")
        self._ids: dict[str, dict[str, Resource]] = defaultdict(dict)
        self._names: dict[str, dict[str, str]] = defaultdict(dict)

    def put(self, record: Resource) -> None:
        """Store a resource; its id and name are taken in its repository from then on."""
        place = pair(record.itwin, record.repository)
        self._ids[place][record.id] = record
        self._names[place][record.name] = record.id
        super().put(record)

    def drop(self, record: Resource) -> None:
        """Forget a resource; its id and name are free again."""
        place = pair(record.itwin, record.repository)
        self._ids[place].pop(record.id, None)
        self._names[place].pop(record.name, None)
        super().drop(record)

    def of(self, itwin: str, repository: str) -> list[Resource]:
        """Return the repository's resources, oldest first."""
        return list(self._ids[pair(itwin, repository)].values())

    def name_taken(self, itwin: str, repository: str, name: str) -> bool:
        """Return whether a resource of the repository has this display name."""
        return name in self._names[pair(itwin, repository)]
