"""What the world had or could not have, so that nothing is looked for twice, and when it is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.errors import NotJudged
from conformance.generate.world.reasons import PutOff
from conformance.generate.world.thing import Thing


@dataclass
class Kept:
    """Things, or why there are none, by slot, variant and role; `failed` says why no new one can be made.

    `stays` tells whether what is made for a slot is there for good.
    """

    stays: Callable[[str], bool]
    found: dict[tuple[str, str, str], Thing | NotJudged] = field(default_factory=dict)
    failed: dict[tuple[str, str], NotJudged] = field(default_factory=dict)

    @property
    def things(self) -> list[Thing]:
        """Return the things that are known."""
        return [each for each in self.found.values() if isinstance(each, Thing)]

    def forget(self) -> None:
        """Let later rules have fresh things instead of those that were used, if a DELETE ends them."""
        self._drop(lambda each: isinstance(each, Thing) and each.ours and not self.stays(each.slot.prefix))

    def drop(self, thing: Thing) -> None:
        """Forget a thing wherever it is kept, and what is below it."""
        self._drop(
            lambda each: (
                isinstance(each, Thing)
                and (each.id == thing.id or each.slot.prefix.startswith(f"{thing.slot.prefix}/"))
            )
        )

    def try_put_off(self) -> None:
        """Try anew what was put off; what somebody else made may be made now where nothing deletes it."""
        self._drop(
            lambda each: (
                not each.ours and self.stays(each.slot.prefix)
                if isinstance(each, Thing)
                else isinstance(each, PutOff)
            )
        )
        self.failed = {key: why for key, why in self.failed.items() if not isinstance(why, PutOff)}

    def try_again(self) -> None:
        """Try anew what failed: what is not ours may be ours now, too."""
        self._drop(lambda each: not (isinstance(each, Thing) and each.ours))
        self.failed = {}

    def _drop(self, is_wanted: Callable[[Thing | NotJudged], object]) -> None:
        self.found = {key: each for key, each in self.found.items() if not is_wanted(each)}
