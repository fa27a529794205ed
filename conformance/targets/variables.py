"""What ``${NAME}`` of a targets file stands for: the environment, and the ``.env`` file beside it."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from conformance.claims.text_files import read_text
from conformance.errors import UsageError, did_you_mean

REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
UNSET: Final = {
    "$(…)": r"\$\(.*\)",  # Azure Pipelines leaves it where the variable is not defined
    "${…}": r"\$\{.*\}",
    "${{…}}": r"\$\{\{.*\}\}",
    "{{…}}": r"\{\{.*\}\}",
    "#{…}#": r"#\{.*\}#",
    "%…%": r"%[A-Za-z_][A-Za-z0-9_]*%",
}
"""Spellings of a variable that nothing replaced; each is matched against a whole value."""
UNFILLED: Final = UNSET | {
    "<…>": r"<.*>",
    "***": r"\*{3,}",  # a masked value, copied out of a log
    "…": r"…|\.{3,}",
    "null": r"null|undefined|none|changeme|todo",
}
"""Spellings of a secret or an id that nobody filled in."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_FOREIGN_KEY: Final = re.compile(r"\$env:", re.IGNORECASE)


def variables_for(file: Path) -> dict[str, str]:
    """Return the variables for a targets file; those of the environment outrank those of ``.env``."""
    return {**read_env_file(file.parent / ".env"), **os.environ}


def read_env_file(file: Path) -> dict[str, str]:
    """Return the variables of a ``.env`` file, {} where there is none; values are taken to the letter.

    Nothing is replaced in a value: a ``$`` is a dollar sign. Quotes work as in every ``.env`` file: within
    double ones a backslash begins an escape, within single ones it is a backslash.
    """
    if not (file.is_file() or file.is_fifo()):
        return {}
    return parse_env(read_text(file), str(file))


def parse_env(text: str, name: str) -> dict[str, str]:
    """Return the variables of the text of a ``.env`` file; `name` stands before a complaint."""
    from dotenv.parser import parse_stream

    found: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text, newline="\n")):
        if binding.error or _FOREIGN_KEY.match(binding.key or ""):
            first = binding.original.string
            line = binding.original.line + first[: len(first) - len(first.lstrip())].count("\n")
            raise UsageError(
                f"{name}:{line}: is no NAME=value; put a value with quotes or blanks in it into single quotes"
            )
        if binding.key is not None and binding.value is not None:
            found[binding.key] = binding.value
    return found


def resolved(value: Any, variables: Mapping[str, str], where: str) -> Any:
    """Return a value of the targets file with each ``${NAME}`` in it replaced.

    A variable that is missing, empty, or holds what cannot be meant is a `UsageError` that begins with
    `where` and names the variable, never its value.
    """
    if isinstance(value, dict):
        between = " " if where.endswith("]") else "."
        return {key: resolved(entry, variables, f"{where}{between}{key}") for key, entry in value.items()}
    if isinstance(value, list):
        return [resolved(entry, variables, where) for entry in value]
    if not isinstance(value, str):
        return value
    return REFERENCE.sub(lambda match: _value(match[1], variables, where), value)


def _value(name: str, variables: Mapping[str, str], where: str) -> str:
    value = variables.get(name)
    if value is None:
        raise UsageError(
            f"{where}: the variable {name} is not set; "
            f"export it or write it into .env beside the file{did_you_mean(name, variables)}"
        )
    if fault := useless(value):
        raise UsageError(
            f"{where}: the variable {name} {fault}; set it to the real value, "
            "or take the line out of the targets file"
        )
    if found := _CONTROL.search(value):
        raise UsageError(
            f"{where}: the variable {name} holds {_named(found[0])} at character {found.start() + 1}; set it "
            "without, and in .env put a value with backslashes into single quotes"
        )
    return value


def useless(value: str) -> str:
    """Return what is wrong with a value that cannot be meant: empty, or a placeholder; "" for any other."""
    text = value.strip()
    if not text:
        return "is empty"
    shown = placeholder(text, UNFILLED)
    return f"holds a placeholder that nobody filled in ({shown})" if shown else ""


def placeholder(text: str, known: Mapping[str, str] = UNSET) -> str:
    """Return the kind of placeholder that the text is, as ``$(…)``, or ""."""
    flags = re.DOTALL | re.IGNORECASE
    return next((shown for shown, pattern in known.items() if re.fullmatch(pattern, text, flags)), "")


def refuse_unmeant(name: str, value: Any, options: Collection[str] = ()) -> None:
    """Raise a `UsageError` where a value, or one of several, is empty, an option, or an unset variable."""
    for each in value if isinstance(value, Sequence) and not isinstance(value, str) else (value,):
        if not isinstance(each, str):
            continue
        fault = "is empty" if not each.strip() else ""
        if each in options:
            fault = f"has no value: {each} follows"
        elif kind := placeholder(each):
            fault = f"holds a variable that nothing replaced ({kind})"
        if fault:
            raise UsageError(f"{name} {fault}: is a variable unset? Give it a value, or leave {name} out")


def _named(character: str) -> str:
    names = {"\n": "a line break", "\r": "a line break", "\t": "a tab", "\ufeff": "a byte order mark"}
    if "\ud800" <= character <= "\udfff":
        return "bytes that are not UTF-8"
    return names.get(character, f"the control character U+{ord(character):04X}")
