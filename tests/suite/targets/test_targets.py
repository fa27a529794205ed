"""A targets file is read strictly: each thing that is wrong is one sentence, and no secret stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from conformance.errors import UsageError
from conformance.targets.embedded import embedded_target
from conformance.targets.load import load_target
from conformance.targets.model import Target, parse_rate
from conformance.targets.urls import is_loopback

GOOD: Final = """\
[targets.qa]
base_url = "https://qa.example.org/"
token_url = "https://login.example.org/token"
rate = "400/m"
max_requests = 5000
writes = "ledger"

[targets.qa.roles.owner]
client_id = "${ID}"
client_secret = "${SECRET}"

[targets.qa.roles.reader]
token = "${TOKEN}"

[targets.qa.tokens]
expired = "${EXPIRED}"

[targets.qa.fixtures]
itwin_id = "an-id"
"""
ENVIRONMENT: Final = {"ID": "the-id", "SECRET": "the-secret", "TOKEN": "the-token", "EXPIRED": "the-expired"}


def given(folder: Path, text: str, environment: dict[str, str] | None = None) -> Target:
    """Write the file and the ``.env`` beside it, and load target qa."""
    (folder / "targets.toml").write_text(text, encoding="utf-8")
    lines = [f"{name}={value}\n" for name, value in (environment or ENVIRONMENT).items()]
    (folder / ".env").write_text("".join(lines), encoding="utf-8")
    return load_target(folder / "targets.toml", "qa")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the variables of this module to the ``.env`` file."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    """Address, rate, limits, roles, tokens and fixtures reach the target; its secrets show nowhere."""
    target = given(tmp_path, GOOD)
    assert (target.base_url, target.host, target.rate) == (
        "https://qa.example.org",
        "qa.example.org",
        400 / 60,
    )
    owner, reader = target.roles["owner"], target.roles["reader"]
    assert owner.client_id == "the-id"
    assert owner.client_secret is not None
    assert owner.client_secret.get_secret_value() == "the-secret"
    assert reader.token is not None
    assert reader.token.get_secret_value() == "the-token"
    assert target.tokens["expired"].get_secret_value() == "the-expired"
    assert (target.fixtures, target.max_requests) == ({"itwin_id": "an-id"}, 5000)
    shown = repr(target) + str(target.model_dump())
    assert not [secret for secret in ("the-secret", "the-token", "the-expired") if secret in shown]


def test_the_environment_outranks_the_file_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the environment stands before the one in .env."""
    monkeypatch.setenv("ID", "from-outside")
    assert given(tmp_path, GOOD).roles["owner"].client_id == "from-outside"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("targets.qa", "targets.other", "no target 'qa'; there are: other"),
        (GOOD, "", "no target 'qa'; there are: none"),
        (GOOD, "targets = 3", "no target 'qa'; there are: none"),
        (GOOD, "[target.qa]", "unknown key 'target' at the top; targets stand under [targets.NAME]"),
        ('"400/m"', '"400/m', "not valid TOML: Illegal character '\\n' (at line 4, column 14)"),
        ("max_requests = 5000", "max_requests = = 1", "(at line 5, column 16)"),
        (
            "${ID}",
            "${NOBODY}",
            "the variable NOBODY is not set; export it or write it into .env beside the file",
        ),
        ("${SECRET}", "hunter22", "roles.owner.client_secret holds a secret in clear"),
        ("${SECRET}", "pre-${SECRET}", "roles.owner.client_secret holds a secret in clear"),
        ('"${TOKEN}"', "7", "roles.reader.token holds a secret in clear"),
        ("${EXPIRED}", "a.b.c", "tokens.expired holds a secret in clear"),
        ("max_requests", "max_request", "max_request: unknown key; known here: base_url, token_url, issuer"),
        (
            "client_id =",
            "clientid =",
            "roles.owner.clientid: unknown key; known here: client_id, client_secret",
        ),
        ("https://qa.example.org/", "qa.example.org", "base_url: 'qa.example.org' is no http(s) URL"),
        ("https://login.example.org/token", "ftp://x", "token_url: 'ftp://x' is no http(s) URL"),
        ('base_url = "https://qa.example.org/"', "", "base_url: Field required"),
        ('"400/m"', '"fast"', "rate: 'fast' is no rate; write for instance 20/s or 400/m"),
        ('"ledger"', '"always"', "writes: Input should be 'free', 'ledger' or 'none'"),
        ("5000", "0", "max_requests: Input should be greater than 0"),
        ('client_secret = "${SECRET}"', "", "roles.owner: client_id needs a client_secret"),
        (
            'token = "${TOKEN}"',
            "",
            "roles.reader: give client_id and client_secret, or token, or token_command",
        ),
        ('token = "${TOKEN}"', 'token = "${TOKEN}"\ntoken_command = "t"', "exactly one of the three"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    """Every mistake is a usage error of one line that names the file, the key and the cure."""
    assert old in GOOD
    text = GOOD.replace(old, new, -1 if old == "targets.qa" else 1)
    with pytest.raises(UsageError) as refused:
        given(tmp_path, text)
    message = str(refused.value)
    assert complaint in message
    assert message.startswith(str(tmp_path / "targets.toml"))
    assert "\n" not in message
    assert "hunter22" not in message


@pytest.mark.parametrize("what", ["nothing", "a folder", "binary"])
def test_an_unreadable_file_is_refused(tmp_path: Path, what: str) -> None:
    """A file that is missing, a folder or no text is refused with the reason."""
    file = tmp_path / "targets.toml"
    if what == "a folder":
        file.mkdir()
    elif what == "binary":
        file.write_bytes(b"[targets]\xff")
    complaint = {
        "nothing": "No such file",
        "a folder": "Is a directory",
        "binary": "is not UTF-8 text (byte 9)",
    }
    with pytest.raises(UsageError) as refused:
        load_target(file, "qa")
    assert complaint[what] in str(refused.value)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    ("allow", "writes", "judged"),
    [(True, "none", True), (True, "ledger", False), (False, "none", False), (True, None, False)],
)
def test_production_is_judged_only_read_only(
    tmp_path: Path, *, allow: bool, writes: str | None, judged: bool
) -> None:
    """Production needs both the permission and writes = none; otherwise it is refused."""
    text = GOOD.replace("https://qa.example.org/", "https://API.bentley.com")
    mode = f'writes = "{writes}"' if writes else ""
    text = text.replace('writes = "ledger"', f"{mode}\nallow_production = {str(allow).lower()}")
    if judged:
        assert given(tmp_path, text).mode == "none"
        return
    with pytest.raises(UsageError, match=r"api\.bentley\.com is production"):
        given(tmp_path, text)


@pytest.mark.parametrize(
    ("base_url", "writes", "hosts", "mode"),
    [
        ("http://127.0.0.1:8080", None, (), "ledger"),
        ("http://localhost:8080", "free", (), "free"),
        ("http://[::1]:8080", "none", (), "none"),
        ("https://qa.example.org", None, (), "none"),
        ("https://qa.example.org", "ledger", (), "ledger"),
        ("https://qa.example.org", "ledger", ("qa.example.org",), "ledger"),
        ("https://qa.example.org", None, ("qa.example.org",), "ledger"),
        ("https://qa.example.org", "free", ("dev.example.org",), "none"),
        ("https://127.0.0.1.example.org", None, (), "none"),
    ],
)
def test_only_what_is_allowed_is_written_to(
    base_url: str, writes: str | None, hosts: tuple[str, ...], mode: str
) -> None:
    """A host that is neither loopback nor allowed is never written to."""
    assert Target.model_validate({"base_url": base_url, "writes": writes, "write_hosts": hosts}).mode == mode


@pytest.mark.parametrize(
    ("text", "rate"), [("20/s", 20.0), (" 90 / m ", 1.5), ("5400/h", 1.5), ("0.5/s", 0.5)]
)
def test_a_rate_is_read_in_each_unit(text: str, rate: float) -> None:
    """Seconds, minutes and hours are all requests a second in the end."""
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "20", "0/s", "-1/s", "20/d", "20 per s", "1e3/s"])
def test_another_rate_is_refused(text: str) -> None:
    """What is no rate is no number of requests a second either."""
    with pytest.raises(ValueError, match="is no rate"):
        parse_rate(text)


def test_loopback_is_this_machine_alone() -> None:
    """Names and addresses of this machine are loopback, and lookalikes are not."""
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.8.9.1", "::1")))
    assert not any(map(is_loopback, ("localhost.example.org", "10.0.0.1", "", "192.168.0.1")))


def test_the_identity_of_a_target_tells_its_configuration(tmp_path: Path) -> None:
    """Another limit, role or fixture is another identity; another secret or loopback port is not."""
    target = given(tmp_path, GOOD)
    assert target.identity() == given(tmp_path, GOOD, {**ENVIRONMENT, "SECRET": "another"}).identity()
    for old, new in (("5000", "5001"), ("roles.reader", "roles.guest"), ("an-id", "another-id")):
        assert given(tmp_path, GOOD.replace(old, new)).identity() != target.identity()
    ports = [
        Target(base_url=f"http://127.0.0.1:{port}", issuer=f"http://127.0.0.1:{port}") for port in (1, 2)
    ]
    assert ports[0].identity() == ports[1].identity()


def test_the_built_in_emulator_is_a_target() -> None:
    """Opened as a target, the emulator has its roles, tokens and fixtures, and may be written to."""
    with embedded_target() as target:
        assert {"owner", "reader", "outsider"} <= set(target.roles)
        assert "expired" in target.tokens
        assert is_loopback(target.host)
        assert target.mode != "none"
