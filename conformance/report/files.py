"""The files of a report that is a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping


class Files(Mapping[str, str]):
    """The texts of files by name, each made as it is asked for: there may be tens of thousands."""

    def __init__(self, made: Mapping[str, Callable[[], str]]) -> None:
        """Know how each is made."""
        self._made = made

    def __getitem__(self, name: str) -> str:
        """Return the text of a file; `KeyError` where there is none of this name."""
        return self._made[name]()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._made)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._made)
