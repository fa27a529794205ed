"""The rules about the texts of the project, of whatever kind: each yields a line for each violation."""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Final

from tests.suite.project.source_tree import Tree

# Names of yesterday that no other word contains, and sentences that nobody of the field would say.
GIVEN_UP: Final = (
    *(
        "[Ss]trangers",
        "[Rr]ogue",
        "retrace",
        "likeness",
        "lamps?",
        "keep_off",
        "Scene",
        "oracles?",
        "Oracles?",
    ),
    *("Judgements?", "_worry", "_obey", "_sane", "_may_pass", "_patiently", "_Bring", "limit_listener"),
    *("ASTRAY", "GLANCE", "Tally", "gone_data", "gone_reads"),
)
GIVEN_UP_SENTENCES: Final = (
    "no reply of the run",
    "the target is gone",
    "[Ss]ecrets stand in",
    "still holds",
)
# Ids of requirements and old reports keep their words: they are never changed.
PUBLISHED: Final = (
    "CHANGELOG",
    "conformance/claims/requirements.py",  # reads the old name of a key
    "conformance/claims/requirement.py",  # hashes a row under the old name of that key
    "tests/suite/project/",
    "specs/",
    "docs/what-the-suite-sees",
    "tests/suite/results/data/",
    "uv.lock",
)

# Their hashes look random, and are.
LOCKS: Final = ("uv.lock", "package-lock.json")

LEAST_RANDOM_ENTROPY: Final = 4.2  # bits for each character; words in CamelCase stay below


def one_language(tree: Tree) -> Iterator[str]:
    """One word for one thing: none of the words that the project has given up stands in what it says."""
    words = re.compile(
        r"(?<![A-Za-z0-9-])(" + "|".join(GIVEN_UP) + r")(?![A-Za-z0-9-])|" + "|".join(GIVEN_UP_SENTENCES)
    )
    for name, number, line in _lines(tree):
        if not name.startswith(PUBLISHED) and (found := words.search(line)):
            yield f"{name}:{number}: says {found[0]!r}"


def no_path_of_one_machine(tree: Tree) -> Iterator[str]:
    """No file of the project knows where it was written."""
    place = re.compile(r"(?<![\w.\-/}])/(tmp|work|root|home|farm|Users)/[A-Za-z]")
    yield from _lines_matching(tree, place, "a path of one machine")


def no_secret(tree: Tree) -> Iterator[str]:
    """No file of the project holds a token, a private key or a string that looks like a secret."""
    yield from _lines_matching(
        tree, re.compile(r"Bearer ey[A-Z]|-----BEGIN [A-Z ]*PRIVATE KEY|\bey[JK][\w-]{20,}"), "a secret"
    )
    candidate = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+_-]{32,}={0,2}(?![\w+/=-])")
    for name, number, line in _lines(tree):
        for found in candidate.findall(line):
            if _looks_random(found):
                yield f"{name}:{number}: looks like a secret: {found[:8]}…"


def one_set_of_versions(tree: Tree) -> Iterator[str]:
    """What pip gets are the versions of uv.lock, and the lock names no host of one company or machine."""
    if "uv.lock" not in tree.texts:
        return
    locked = tomllib.loads(tree.texts["uv.lock"])["package"]
    versions = {(p["name"], p["version"]) for p in locked if "registry" in p["source"]}
    pinned = {
        tuple(line.split(" ;")[0].split("=="))
        for line in tree.texts["constraints.txt"].splitlines()
        if "==" in line
    }
    for name, version in sorted(versions ^ pinned):
        yield f"constraints.txt and uv.lock disagree on {name} {version}: write it again as its head says"
    for url in sorted(set(re.findall(r'"(\w+://[^/"]+)', tree.texts["uv.lock"]))):
        if not re.fullmatch(r"https://[a-z]+(\.[a-z]+)+", url):
            yield f"uv.lock names {url}"


def _lines(tree: Tree) -> Iterator[tuple[str, int, str]]:
    for name, text in tree.texts.items():
        if name.rpartition("/")[2] not in LOCKS:
            yield from ((name, number, line) for number, line in enumerate(text.splitlines(), 1))


def _lines_matching(tree: Tree, pattern: re.Pattern[str], what: str) -> Iterator[str]:
    for name, number, line in _lines(tree):
        if pattern.search(line):
            yield f"{name}:{number}: {what}"


def _looks_random(text: str) -> bool:
    kinds = (sum(c.islower() for c in text), sum(c.isupper() for c in text), sum(c.isdigit() for c in text))
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
    return min(kinds) >= 3 and entropy > LEAST_RANDOM_ENTROPY
