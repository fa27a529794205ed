"""A variable that cannot be meant is refused by its name with the cure; any other is taken whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from conformance.errors import UsageError
from conformance.targets.load import load_target
from conformance.targets.model import Target

FILE = """\
[targets.qa]
base_url = "https://qa.example.org"
headers = { "Ocp-Apim-Subscription-Key" = "${KEY}", X-Feature = "on" }
[targets.qa.roles.owner]
client_id = "me"
client_secret = "${SECRET}"
headers = { x-feature = "off", X-User-Key = "${USER_KEY}" }
[targets.qa.roles.reader]
token = "${READER}"
[targets.qa.tokens]
expired = "${EXPIRED}"
"""
VALUES = {"SECRET": "s", "READER": "r", "EXPIRED": "e", "KEY": "the-key", "USER_KEY": "the-user-key"}


def given(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str = FILE, **values: str) -> Target:
    """Return the target of the file with these values in the environment."""
    file = folder / "targets.toml"
    file.write_text(text, encoding="utf-8")
    for name, value in {**VALUES, **values}.items():
        monkeypatch.setenv(name, value)
    return load_target(file, "qa")


@pytest.mark.parametrize("name", sorted(VALUES))
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("$(QA_EXPIRED_TOKEN)", "($(…))"),
        ("${QA_EXPIRED_TOKEN}", "(${…})"),
        ("${{ secrets.QA }}", "(${…})"),
        ("{{ qa_token }}", "({{…}})"),
        ("#{QaToken}#", "(#{…}#)"),
        ("%QA_EXPIRED_TOKEN%", "(%…%)"),
        ("<the expired token>", "(<…>)"),
        (" $(QA_EXPIRED_TOKEN)\n", "($(…))"),
        ("***", "(***)"),
        ("...", "(…)"),
        ("undefined", "(null)"),
        ("null", "(null)"),
        ("changeme", "(null)"),
        ("", "is empty"),
        (" \t\n", "is empty"),
    ],
)
def test_a_value_that_nobody_filled_in_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    """An undefined variable of a pipeline, an example, an empty secret: the variable is named."""
    with pytest.raises(UsageError) as refused:
        given(tmp_path, monkeypatch, **{name: value})
    message = str(refused.value)
    assert f"the variable {name} " in message
    assert fault in message
    assert "set it to the real value, or take the line out" in message


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("secret\n", "holds a line break at character 7"),
        ("sec\tret", "holds a tab at character 4"),
        ("\ufeffsecret", "holds a byte order mark at character 1"),
        ("sec\x07ret", "holds the control character U+0007 at character 4"),
        ("sec\udce4ret", "holds bytes that are not UTF-8 at character 4"),
    ],
)
def test_a_value_that_no_service_gave_out_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, fault: str
) -> None:
    """A line break at the end comes from a shell, and never belongs to the secret; the value is not shown."""
    with pytest.raises(UsageError) as refused:
        given(tmp_path, monkeypatch, SECRET=value)
    assert f"the variable SECRET {fault}" in str(refused.value)
    assert "secret\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["READER", "EXPIRED"])
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("Bearer the-token", "begins with the word Bearer"),
        ('"eyJ.x.y"', "stands in quotes"),
        ("eyJ x", "has blanks or other signs in it"),
        ("größe", "has blanks or other signs in it"),
        ("x" * 20000, "is longer than 16384 characters"),
    ],
)
def test_a_ready_token_that_could_not_be_sent_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    """The key says which token, and the value is not shown."""
    with pytest.raises(UsageError, match=r"roles\.reader\.token|tokens\.expired") as refused:
        given(tmp_path, monkeypatch, **{name: value})
    assert fault in str(refused.value)
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    "secret",
    [
        "$ecret",
        "$1",
        "a$(b)",
        "%41%",
        "p<w>",
        "#{",
        "pa ss",
        "a~b!c*d'e(f)",
        "größe✓",
        'q"\\q',
        " blank ",
        "nullx",
    ],
)
def test_any_other_secret_is_taken_to_the_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    """Signs that mean something elsewhere mean nothing in a secret."""
    assert given(tmp_path, monkeypatch, SECRET=secret).roles["owner"].client_secret == SecretStr(secret)


def test_a_variable_that_is_nearly_named_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo in the file or in the environment is found at a glance."""
    with pytest.raises(UsageError, match=r"the variable SECRT_OF_QA is not set.*; did you mean SECRET_OF_QA"):
        given(tmp_path, monkeypatch, FILE.replace("{SECRET}", "{SECRT_OF_QA}"), SECRET_OF_QA="x")


def test_headers_of_target_and_role_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the role win, whatever the spelling, and go only where the request is sent as the role."""
    target = given(tmp_path, monkeypatch)
    both = {"Ocp-Apim-Subscription-Key": "the-key", "x-feature": "off", "X-User-Key": "the-user-key"}
    assert target.extra_headers("owner") == both
    alone = {"Ocp-Apim-Subscription-Key": "the-key", "X-Feature": "on"}
    assert target.extra_headers("reader") == target.extra_headers("owner", as_role=False) == alone
    assert target.secret_headers() == {"ocp-apim-subscription-key", "x-user-key"}
    assert {"the-key", "the-user-key"} <= set(target.secrets())
    assert "the-key" not in repr(target) + str(target.model_dump())


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"${KEY}"', '"clear"', "headers.Ocp-Apim-Subscription-Key holds a secret in clear"),
        ('"${USER_KEY}"', '"clear"', "roles.owner.headers.X-User-Key holds a secret in clear"),
        (
            'X-Feature = "on"',
            'Authorization = "${KEY}"',
            "headers: Authorization cannot be given here: give credentials to a role",
        ),
        ("X-Feature", "Content-Length", "Content-Length cannot be given here: the suite sets it"),
        ("X-Feature", '"X Feature"', "'X Feature' is no name of a header"),
        ('"on"', '"größe"', "the value of X-Feature is empty, or has other characters"),
        ('"on"', '"a\\r\\nb: c"', "the value of X-Feature is empty, or has other characters"),
        ('"on"', '""', "the value of X-Feature is empty"),
        ("X-Feature", "ocp-apim-subscription-key", "holds a secret in clear"),
        ('X-Feature = "on"', 'x-a = "1", X-A = "2"', "a header stands twice"),
        ('"on"', "1", "headers.X-Feature"),
        ('{ x-feature = "off", X-User-Key = "${USER_KEY}" }', '"x"', "roles.owner.headers: Input should be"),
        (
            "[targets.qa.tokens]",
            '[targets.qa.roles."a.b"]\nheaders = {}\n[targets.qa.tokens]',
            "a.b",
        ),
        ("base_url", 'name = "x"\nbase_url', "name: unknown key"),
        ("base_url", 'proxy = "http://me:clear@proxy:8080"\nbase_url', "proxy holds a secret in clear"),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, complaint: str
) -> None:
    """A key in clear, a header that is the suite's own, a value that would be two headers."""
    assert old in FILE
    with pytest.raises(UsageError) as refused:
        given(tmp_path, monkeypatch, FILE.replace(old, new, 1))
    assert complaint in str(refused.value)


def test_a_relative_ca_stands_beside_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the command is called; one that only the working folder has is found there."""
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "there" / "ca.pem").touch()
    (tmp_path / "here" / "own.pem").touch()
    monkeypatch.chdir(tmp_path / "here")
    for name, place in (("ca.pem", "there"), ("own.pem", "here"), ("none.pem", "there")):
        text = FILE.replace("base_url", f'ca = "{name}"\nbase_url', 1)
        target = given(tmp_path / "there", monkeypatch, text)
        assert target.ca == str(tmp_path / place / name)


def test_the_old_name_of_a_key_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A targets file of before says patience, and its target is the same one."""
    old, new = (
        given(tmp_path, monkeypatch, FILE.replace("base_url", f"{key} = 3\nbase_url", 1))
        for key in ("patience", "consistency_timeout")
    )
    assert (old.consistency_timeout, old.identity()) == (3, new.identity())
