"""The options of `pytest tests/contract`: our own, those that another plugin owns, those that cannot work."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.errors import UsageError
from conformance.run.options import PROFILES, Options
from conformance.targets.variables import refuse_unmeant


def _meant(text: str) -> str:
    try:
        refuse_unmeant("it", text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _path(text: str) -> Path:
    return Path(_meant(text))


def _percent(text: str) -> float:
    if text.replace(".", "", 1).isdecimal() and float(text) <= 100:  # noqa: PLR2004 - what per cent means
        return float(text)
    raise argparse.ArgumentTypeError(f"{text} is no percentage from 0 to 100")


PREFIX: Final = "--conformance-"
OWN: Final[dict[str, dict[str, Any]]] = {
    "target": {"type": _meant, "help": "target of the targets file; none: the built-in emulator"},
    "targets": {"type": _path, "help": "targets file (default targets.toml)"},
    "profile": {"choices": PROFILES, "default": "quick", "help": "how much is generated"},
    "report-dir": {"type": _path, "help": "report folder (default reports/<run id>)"},
    "only": {
        "action": "append", "default": [], "type": _meant, "metavar": "SELECTOR",
        "help": "requirement, operationId or tag",
    },
    "seed": {"type": int, "default": None, "help": "seed of the generated data"},
    "max-requests": {"type": int, "default": None, "help": "send no more requests than this"},
    "read-only": {"action": "store_true", "help": "judge only what needs no write"},
    "min-judged": {
        "type": _percent, "default": 0.0, "metavar": "PERCENT",
        "help": "exit code 3 where less of what was selected was judged",
    },
    "min-coverage": {
        "type": _percent, "default": 0.0, "metavar": "PERCENT",
        "help": "exit code 3 where less of the documentation was exercised and judged",
    },
}  # fmt: skip

ONE_PROCESS: Final = (
    "scenarios share what they create and one ledger undoes it, so one process runs them; "
    "for more processes: conformance run --workers N"
)
JUDGED_ONCE: Final = "a scenario is run once, and its verdict stands; run the whole contract again instead"
REFUSED: Final = {
    "numprocesses": ("-n", ONE_PROCESS),
    "tx": ("--tx", ONE_PROCESS),
    "looponfail": ("--looponfail", ONE_PROCESS),
    "forked": ("--forked", ONE_PROCESS),
    "tests_per_worker": ("--tests-per-worker", ONE_PROCESS),
    "reruns": ("--reruns", JUDGED_ONCE),
    "force_flaky": ("--force-flaky", JUDGED_ONCE),
    "setupplan": ("--setup-plan", "nothing would be judged; to see what is: pytest --collect-only"),
    "setuponly": ("--setup-only", "nothing would be judged; to look at a target first: conformance doctor"),
}
"""Options of pytest and its plugins, by where pytest keeps them, with which verdicts would be wrong."""


@dataclass(frozen=True)
class Taken:
    """Remembers, as a plugin of pytest, which of our option names another plugin owns."""

    names: frozenset[str]


def add_options(parser: pytest.Parser, manager: pytest.PytestPluginManager) -> None:
    """Offer each option under two names, ``--seed`` and ``--conformance-seed``; the first may be taken."""
    group = parser.getgroup("conformance")
    groups = [parser._anonymous, *parser._groups]  # noqa: SLF001 - pytest has no other way to ask
    known = {name for each in groups for option in each.options for name in option.names()}
    for name, details in OWN.items():
        names = [each for each in (f"--{name}", f"{PREFIX}{name}") if each not in known]
        group.addoption(*names, dest=f"conformance_{name.replace('-', '_')}", **details)
    taken = frozenset(name for name in OWN if f"--{name}" in known)
    manager.register(Taken(taken), "conformance-taken-options")


def refuse_what_cannot_work(config: pytest.Config) -> None:
    """Refuse options with which another plugin would get what is meant for us, or verdicts would be wrong."""
    taken = config.pluginmanager.get_plugin("conformance-taken-options")
    for name in sorted(taken.names if isinstance(taken, Taken) else ()):
        if any(word.split("=")[0] == f"--{name}" for word in config.invocation_params.args):
            raise pytest.UsageError(
                f"--{name} belongs to another pytest plugin of this environment: say {PREFIX}{name}, "
                f"or call conformance run --{name}"
            )
    for key, (option, instead) in REFUSED.items():
        if config.getoption(key, None) or _of_file(config, key):
            raise pytest.UsageError(f"{option} does not go with scenarios of a contract: {instead}")


def _of_file(config: pytest.Config, key: str) -> bool:
    """Tell whether a configuration file sets the option of a plugin that reads it there too."""
    try:
        return bool(config.getini(key))
    except (ValueError, KeyError):
        return False


def options_of(config: pytest.Config, only: tuple[str, ...]) -> Options:
    """Return the options of a run of these requirements, as they were given to pytest."""
    given = config.option
    return Options(
        profile=given.conformance_profile,
        report_dir=given.conformance_report_dir,
        only=only,
        seed=given.conformance_seed,
        max_requests=given.conformance_max_requests,
        read_only=given.conformance_read_only,
        min_judged=given.conformance_min_judged,
        min_coverage=given.conformance_min_coverage,
    )
