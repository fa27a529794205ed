"""The commands that the documentation prints, and what it prints below them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DOCUMENTS: Final = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "reports/README.md", "docs/*.md")
PROGRAMS: Final = ("conformance", "pytest", "tox", "python", "bash", "uv", "podman", "source", "curl", "cp")
SPAN: Final = re.compile(r"`((?:" + "|".join(PROGRAMS) + r") [^`]+)`")


@dataclass(frozen=True)
class Printed:
    """A command as a document prints it; `output` are the lines below it, where ``…`` stands for anything."""

    place: str
    command: str
    output: tuple[str, ...] = ()


def printed(root: Path) -> Iterator[Printed]:
    """Yield every command of the documents below the root, in their order."""
    for pattern in DOCUMENTS:
        for file in sorted(root.glob(pattern)):
            text = file.read_text(encoding="utf-8")
            yield from _of_blocks(file.relative_to(root).as_posix(), text)
            yield from _of_spans(file.relative_to(root).as_posix(), text)


def _of_blocks(name: str, text: str) -> Iterator[Printed]:
    for block in re.finditer(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        number = text[: block.start()].count("\n") + 2
        joined = re.sub(r"\\\n\s*", "", block[1])
        for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
            command, *output = part.rstrip("\n").split("\n")
            yield Printed(f"{name}:{number}", command.partition("  # ")[0].strip(), tuple(output))


def _of_spans(name: str, text: str) -> Iterator[Printed]:
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from (Printed(name, span[1]) for span in SPAN.finditer(prose))


def agrees(output: tuple[str, ...], seen: str) -> bool:
    """Tell whether the lines stand in what was seen, in this order, ``…`` for any text."""
    ahead = iter(seen.splitlines())
    patterns = [re.escape(line.rstrip()).replace("…", ".*") for line in output]
    return all(any(re.fullmatch(pattern, line.rstrip()) for line in ahead) for pattern in patterns)
