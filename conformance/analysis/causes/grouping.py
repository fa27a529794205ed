"""Groups violations: what shows the same deviation, what follows from it, and the same on many operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from conformance.analysis.causes.kinds import RANK, Kind
from conformance.analysis.causes.links import follows, follows_elsewhere
from conformance.analysis.causes.sameness import (
    alike,
    same_deviation,
    same_everywhere,
    same_refusal_elsewhere,
)
from conformance.analysis.causes.sign import Sign

T = TypeVar("T")

CRASHED: Final = 500
FEW: Final = 2
"""On more operations than this the same deviation is one, whichever requirements show it."""
MANY: Final = 4
"""An operation that accepts so many kinds of requests that it must refuse accepts whatever is sent."""


@dataclass(frozen=True, slots=True)
class Group:
    """Violations with one cause: those that show it, and those that follow from it."""

    shown: tuple[Sign, ...]
    followed: tuple[Sign, ...] = ()

    @property
    def first(self) -> Sign:
        """Return the violation that says most."""
        return min(self.shown, key=order)

    @property
    def signs(self) -> tuple[Sign, ...]:
        """Return all violations, the one that says most first."""
        return (*sorted(self.shown, key=order), *sorted(self.followed, key=order))

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the operations that deviate; what merely follows on another one does not count."""
        return tuple(dict.fromkeys(sign.operation for sign in self.shown))


def grouped(signs: Sequence[Sign]) -> list[Group]:
    """Return the violations by what explains them; each stands in exactly one group."""
    found: list[Group] = []
    for operation in dict.fromkeys(sign.operation for sign in signs):
        found += _of_operation([sign for sign in signs if sign.operation == operation])
    across = [_joined(some) for some in _united(found, _same_across)]
    return [_led(group) for group in _spread(_attached(across, follows_elsewhere))]


def _same_across(one: Group, other: Group) -> bool:
    """Tell whether two operations show the same: what they share is broken once."""
    return (
        same_everywhere(one.first, other.first)
        or _same_crash(one, other)
        or same_refusal_elsewhere(one.first, other.first)
    )


def _same_crash(one: Group, other: Group) -> bool:
    """Tell whether two operations crash on the same: on half at least of what fewer requirements ask for.

    An operation whose own requirements do not show it crashes on whatever the other one does.
    """
    if {one.first.kind, other.first.kind} != {Kind.CRASH} or one.first.about != other.first.about:
        return False
    asked = [{sign.row.expect for sign in each.shown if not sign.is_watcher} for each in (one, other)]
    return 2 * len(asked[0] & asked[1]) >= min(map(len, asked))


def order(sign: Sign) -> tuple[bool, bool, int, bool, bool, int, str]:
    """Sort by how much a violation says: a plain request that fails, then by kind, then what is general.

    What looks at details, or at requests that are sent at once, says it less plainly than what looks at one.
    """
    plain = sign.refuses_right_requests
    limited = any(text.startswith("rate") for text in sign.aspects)
    woken = sign.kind is Kind.TREATED and (sign.deviation.seen or 0) >= CRASHED and not limited
    special = (len(sign.row.operations) == 1) is not (sign.kind is Kind.CRASH)
    details = any(text.endswith("/details") for text in sign.aspects)
    aside = details or "at once" in sign.row.expect or not sign.row.observes
    rank = RANK[sign.kind]
    return sign.is_watcher, not (plain or woken), rank, aside, special, sign.place, sign.operation


def _of_operation(signs: Sequence[Sign]) -> list[Group]:
    roots = _united([sign for sign in signs if not sign.is_watcher], same_deviation)
    accepted = [some for some in roots if min(some, key=order).kind is Kind.ACCEPTED and not _of_tokens(some)]
    if len(accepted) >= MANY:
        roots = [*(some for some in roots if some not in accepted), [s for some in accepted for s in some]]
    watchers = _united([sign for sign in signs if sign.is_watcher], same_deviation)
    return _attached([Group(tuple(some)) for some in (*roots, *watchers)], follows)


def _of_tokens(signs: Sequence[Sign]) -> bool:
    return any(text.startswith("authentication") for sign in signs for text in sign.aspects)


def _united(things: Sequence[T], same: Callable[[T, T], bool]) -> list[list[T]]:
    """Return the things in groups, each linked to another one of its group."""
    found: list[list[T]] = []
    for thing in things:
        near = [some for some in found if any(same(thing, other) for other in some)]
        found = [some for some in found if some not in near]
        found.append([*(one for some in near for one in some), thing])
    return found


def _attached(groups: Sequence[Group], how_well: Callable[[Sign, Sign], int]) -> list[Group]:
    """Return the groups with each one that follows from another one within it."""
    kept: list[Group] = []
    # A header explains nothing: it comes last.
    for group in sorted(groups, key=lambda group: (group.first.kind is Kind.HEADER, order(group.first))):
        scores = [max(how_well(group.first, root) for root in _roots(group.first, other)) for other in kept]
        best = max(scores, default=0)
        if best:
            at = scores.index(best)
            kept[at] = Group(kept[at].shown, (*kept[at].followed, *group.signs))
        else:
            kept.append(group)
    return kept


def _roots(sign: Sign, group: Group) -> Iterable[Sign]:
    """Return what of a group can explain a violation: what merely follows explains a header alone."""
    return group.signs if sign.kind is Kind.HEADER else group.shown


def _spread(groups: Sequence[Group]) -> list[Group]:
    """Return the groups with those as one that show the same on more than a few operations."""
    by_kind: dict[tuple[str, ...], list[Group]] = {}
    for group in groups:
        by_kind.setdefault(alike(group.first), []).append(group)
    found: list[Group] = []
    for same in by_kind.values():
        operations = {operation for group in same for operation in group.operations}
        found += [_joined(same)] if len(operations) > FEW else same
    return found


def _joined(groups: Iterable[Group]) -> Group:
    found = list(groups)
    shown = tuple(sign for group in found for sign in group.shown)
    return Group(shown, tuple(sign for group in found for sign in group.followed))


def _led(group: Group) -> Group:
    """Return the group as what names it best: where the answer itself is wrong, what is read is wrong too."""
    first = group.first
    names = tuple(
        sign
        for sign in group.followed
        if sign.kind is Kind.SHAPE
        or (sign.kind is Kind.VALUE and (sign.names_id or sign.pointer == first.pointer))
    )
    if first.kind is not Kind.EFFECT or not names:
        return group
    return Group(names, (*group.shown, *(sign for sign in group.followed if sign not in names)))
