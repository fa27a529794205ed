"""A text file reads the same whichever program wrote it; what cannot be read is said with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from conformance.analysis.waivers import load as load_waivers
from conformance.claims.text_files import decoded, read_text, read_yaml
from conformance.errors import UsageError
from conformance.targets.load import load_target
from conformance.targets.variables import read_env_file

TEXT = "# Schlüssel\nkey: wörd\n"
WRITTEN: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark, as Notepad": lambda text: text.encode("utf-8-sig"),
    "UTF-16 LE, as PowerShell's >": lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16 BE": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 LE without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE without a mark": lambda text: text.encode("utf-16-be"),
    "UTF-32 LE": lambda text: b"\xff\xfe\0\0" + text.encode("utf-32-le"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "no newline at the end": lambda text: text.rstrip("\n").encode(),
    "trailing NUL": lambda text: text.encode() + b"\0\0",
    "the end-of-file mark of DOS": lambda text: text.encode() + b"\x1a",
    "two files with marks, joined": lambda text: "\n\ufeff".join(text.split("\n", 1)).encode("utf-8-sig"),
}
TARGETS = """\
# Für QA
[targets.qa]
base_url = "https://qa.example.org"
[targets.qa.roles.owner]
client_id = "ünser"
client_secret = "${SECRET}"
"""
WAIVERS = """\
# Für später
waivers:
  - requirement: a.b
    operation: readIt
    target: qa
    reason: später
    defect: https://bugs.example.org/7
    owner: wir
    first_seen: 2026-01-01
    expires: 2026-02-01
    kind: failing
"""
ENV = "# Für QA\nOTHER=x\nexport SECRET='pä$$w\"o#r\\d'\n"


@pytest.mark.parametrize("way", WRITTEN)
def test_every_loader_reads_what_any_editor_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Targets, secrets, waivers and specs are the same in each encoding and with each line end."""
    monkeypatch.delenv("SECRET", raising=False)
    for name, text in {".env": ENV, "t.toml": TARGETS, "w.yaml": WAIVERS, "s.yaml": TEXT}.items():
        (tmp_path / name).write_bytes(WRITTEN[way](text))
    owner = load_target(tmp_path / "t.toml", "qa").roles["owner"]
    assert owner.client_secret is not None
    assert (owner.client_id, owner.client_secret.get_secret_value()) == ("ünser", 'pä$$w"o#r\\d')
    assert load_waivers(tmp_path / "w.yaml", today=date(2026, 1, 5))[0].reason == "später"
    assert read_yaml(tmp_path / "s.yaml") == {"key": "wörd"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"a: 1\nb\xe4r: 2\n", ":2:2: is not UTF-8 text (byte 6); save the file as UTF-8"),
        (b"\xe4", ":1:1: is not UTF-8 text"),
        (b"a: 1\r\nb: \x001\n", ":2:4: holds a NUL character"),
        (b"\xff\xfea\0b", ":1:2: is not UTF-16-LE text"),
        (b"a: 1\n\tb: 2\n", ":2:1: not valid YAML"),
        (b"a: \x07\n", ":1:4: not valid YAML: special characters are not allowed"),
        (b"a: 2026-02-31\n", ": not valid YAML: day is out of range for month"),
        (b"a: " + b"9" * 5000, ": not valid YAML: Exceeds the limit"),
        (b"a: " + b"[" * 3000, ": not valid YAML: it is nested too deeply"),
        (b"a: &x [*y]\n", ":1:8: not valid YAML: found undefined alias"),
        (b"", ": expected a mapping at the top, found NoneType"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path: Path, content: bytes, complaint: str) -> None:
    """File, line and column stand before what is wrong."""
    file = tmp_path / "s.yaml"
    file.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read_yaml(file)
    assert str(refused.value).startswith(f"{file}{complaint}")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"[targets.qa\xe4]", ":1:12: is not UTF-8 text (byte 11)"),
        (b"[targets.qa]\nx = 2026-02-31\n", ": not valid TOML"),
        (b"x = " + b"9" * 5000, ": not valid TOML: Exceeds the limit"),
        (b"x = " + b"[" * 5000, ": not valid TOML"),
    ],
)
def test_a_targets_file_that_cannot_be_read_is_said_with_its_place(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    """Whatever TOML cannot be is a usage error."""
    file = tmp_path / "targets.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        load_target(file, "qa")
    assert str(refused.value).startswith(f"{file}{complaint}")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=pa$$word${HOME}", "pa$$word${HOME}"),
        ("A=$(x)y", "$(x)y"),
        ("A=a#b", "a#b"),
        ("A=#b", "#b"),
        ("A=a  # a comment", "a"),
        ("A='a # b'", "a # b"),
        ('A="a # b" # c', "a # b"),
        ("A=C:\\new\\temp", "C:\\new\\temp"),
        ("A='C:\\new\\temp'", "C:\\new\\temp"),
        ("A=it's", "it's"),
        ("A='it\\'s'", "it's"),
        ('A="say \\"x\\""', 'say "x"'),
        ("A=a=b==", "a=b=="),
        ("export A=b", "b"),
        ("  A = b  ", "b"),
        ("A=größe✓", "größe✓"),
        ("A=a b c", "a b c"),
        ("A=%41&b+c", "%41&b+c"),
        ("A=`x`", "`x`"),
    ],
)
def test_a_value_of_an_env_file_is_taken_to_the_letter(tmp_path: Path, line: str, value: str) -> None:
    """A dollar sign, a hash within a word, a backslash and quotes inside stay what they are."""
    file = tmp_path / ".env"
    file.write_text(f"B=1\n{line}\n", encoding="utf-8")
    assert read_env_file(file) == {"B": "1", "A": value}


@pytest.mark.parametrize(
    "line", ['A="b', "A='it's'", 'A="a" b', "set A=b", "A: b", '$env:A = "b"', "A b c", "=x"]
)
def test_a_line_of_an_env_file_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    """The line's number and a cure are said, and never what stands in it."""
    file = tmp_path / ".env"
    file.write_text(f"# first\n\n\n{line}\nC=d\n", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read_env_file(file)
    assert str(refused.value).startswith(f"{file}:4: is no NAME=value; put a value with quotes")


def test_a_folder_called_env_is_no_file_of_secrets(tmp_path: Path) -> None:
    """Virtual environments are called so too."""
    (tmp_path / ".env").mkdir()
    assert read_env_file(tmp_path / ".env") == {}


def test_a_missing_file_is_said_with_its_cure(tmp_path: Path) -> None:
    """The reason of the system and what to do."""
    with pytest.raises(UsageError, match=r"none: cannot be read: No such file or directory; write one"):
        read_text(tmp_path / "none", "write one")


def test_bytes_are_text_without_a_file() -> None:
    """What a command printed is read the same way."""
    assert decoded("ä\r\n".encode("utf-16"), "output") == "ä\n"
