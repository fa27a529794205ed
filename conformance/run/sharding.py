"""One run over several machines: which part of it a shard is, and what it may spend.

A scenario belongs to one shard by its name alone, so that adding another one moves none. What is judged on
every response is judged in each shard, on the responses that this shard has.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from conformance.errors import UsageError

Pair = tuple[str, str]

ELSEWHERE: Final = "no response of this shard exercised it"
"""Why a shard says that a check does not apply: another shard may have exercised it."""
MOST_SHARDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Shard:
    """The part `number` of `of` parts, counted from one.

    The processes of one machine, which are never told one by one, are `dealt` scenarios in turn.
    """

    number: int
    of: int
    dealt: bool = False

    def __str__(self) -> str:
        """Return it as the command line takes it."""
        return f"{self.number}/{self.of}"

    def has(self, name: str) -> bool:
        """Tell whether what has this name belongs to the shard; it does to exactly one."""
        return zlib.crc32(name.encode()) % self.of == self.number - 1

    def share(self, names: Sequence[str], long: Sequence[str]) -> frozenset[str]:
        """Return which of these scenarios are the shard's own; the `long` ones are dealt by themselves.

        Those of one function go round, the next function begins one further: what takes longest is often the
        same operation in each.
        """
        if not self.dealt:
            return frozenset(filter(self.has, names))
        own = [name for name in names if name not in long][self.number - 1 :: self.of]
        functions = groupby(long, lambda name: name.partition("[")[0])
        for turn, (_, members) in enumerate(functions):
            own += list(members)[(self.number - 1 - turn) % self.of :: self.of]
        return frozenset(own)

    def part_of(self, whole: int) -> int:
        """Return what of a limit this shard may spend, so that all of them together stay within it."""
        return whole // self.of + (self.number <= whole % self.of)

    def selection(
        self,
        selected: Collection[Pair],
        declared: Mapping[str, Collection[Pair]],
        checks: Collection[str],
        share: Collection[str],
    ) -> frozenset[Pair]:
        """Return what of a selection this shard judges, `share` being its scenarios.

        `declared` are the pairs of each scenario by its name, `checks` the requirements that are judged on
        every response. A pair that no scenario declares and no check judges belongs to one shard, too.
        """
        everywhere = {pair for pair in selected if pair[0] in checks}
        own = {pair for name, pairs in declared.items() if name in share for pair in pairs}
        known = everywhere.union(*declared.values())
        left = {pair for pair in selected if pair not in known and self.has("@".join(pair))}
        return frozenset((everywhere | own | left) & frozenset(selected))


def parse_shard(text: str) -> Shard:
    """Return the shard that `I/N` names; `UsageError` where it names none."""
    match = re.fullmatch(r"\s*([0-9]{1,4})\s*/\s*([0-9]{1,4})\s*", text)
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= of <= MOST_SHARDS:
        raise UsageError(
            f"--shard {text}: expected I/N, the I-th of N parts, such as 2/5 (N up to {MOST_SHARDS})"
        )
    return Shard(number, of)
