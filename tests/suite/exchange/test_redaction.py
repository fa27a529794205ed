"""No secret leaves the process, in a report or on the terminal, in whatever dress a server gives it back."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from conformance.emulator.serving import Served
from conformance.exchange.redaction import MASK, Redactor, scrubbed
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from tests.suite.judged_requests import is_judged
from tests.suite.run.runs import ACCOUNT, Ended, place

SECRET: Final = "kQ7-".join(f"{number * 7919:x}Zw_{number * 104729:X}" for number in range(11, 40))

DRESSES: Final[dict[str, Callable[[str], str]]] = {
    "whole": lambda token: f"token {token} seen",
    "split by a blank": lambda token: f"{token[:101]} {token[101:]}",
    "split over members": lambda token: json.dumps({"a": token[:-90], "b": token[-90:]}),
    "wrapped": lambda token: "\n".join(token[i : i + 64] for i in range(0, len(token), 64)),
    "in crumbs": lambda token: "\n".join(token[i : i + 9] for i in range(0, len(token), 9)),
    "in a JSON string in a JSON string": lambda token: json.dumps(json.dumps({"h": json.dumps([token])})),
    "in escapes": lambda token: "".join(f"\\u{ord(char):04x}" for char in token),
    "in base64": lambda token: base64.b64encode(token.encode()).decode(),
    "in base64 behind something": lambda token: base64.b64encode(f"x Bearer {token}".encode()).decode(),
    "in hexadecimal": lambda token: token.encode().hex(),
    "percent-encoded": lambda token: "".join(f"%{ord(char):02x}" for char in token),
    "as entities": lambda token: html.unescape("&amp;#") + ";&#".join(str(ord(char)) for char in token) + ";",
    "backwards": lambda token: token[::-1],
    "only its end": lambda token: token[-80:],
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_secret_is_masked_in_every_dress(dress: str) -> None:
    """Neither the secret nor a piece of it can be read out of what is left, and an echo of it is noticed."""
    redactor = Redactor()
    redactor.learn(SECRET)
    text = DRESSES[dress](SECRET)
    masked = redactor.mask(f"before {text} after")
    assert MASK in masked
    assert redactor.contains(text)
    assert not redactor.contains(masked)
    assert len(masked) < len(text)


def test_what_is_no_secret_stays() -> None:
    """Ids, names and messages of an ordinary response are left as they are."""
    redactor = Redactor()
    redactor.learn(SECRET)
    body = json.dumps({"iTwin": {"id": "aaaaaaaa-1111-2222-3333-444444444444", "displayName": "ct-1-zone-7"}})
    assert redactor.mask(body) == body
    assert not redactor.contains(body)


def test_known_shapes_are_masked_without_being_learned() -> None:
    """Fields, forms, headers and tokens that look secret are."""
    redactor = Redactor()
    assert (
        redactor.mask('{"client_secret": "abc", "id": "abc"}')
        == f'{{"client_secret": "{MASK}", "id": "abc"}}'
    )
    assert redactor.mask("a=1&access_token=abc&b=2") == f"a=1&access_token={MASK}&b=2"
    assert redactor.mask("Bearer abcdefghij") == f"Bearer {MASK}"
    assert redactor.mask("eyJhbGciOiJub25lIn0.e30.x") == MASK
    shown = redactor.headers({"Set-Cookie": "a=b", "Authorization": "Basic YTpi", "X-A": "b"})
    assert shown == {"Set-Cookie": MASK, "Authorization": f"Basic {MASK}", "X-A": "b"}


def test_a_last_message_is_scrubbed_of_what_any_run_knows() -> None:
    """An error that nobody foresaw may hold a secret."""
    redactor = Redactor()
    redactor.learn(SECRET)
    assert SECRET not in scrubbed(f"ValueError: {SECRET}")


def check_no_secret(ended: Ended, secrets: list[str]) -> None:
    """Search every artifact for the secrets, their pieces, and their spellings."""
    probes = {probe for secret in secrets for probe in _probes(secret)}
    for name, content in ended.artifacts().items():
        flat = b"".join(content.split()).replace(b"\\n", b"")
        found = [probe for probe in probes if probe in content or probe in flat]
        assert not found, f"{name} holds {found[0][:12]!r}…"


def _probes(secret: str) -> set[bytes]:
    tail = secret[-60:].encode()
    spellings = {tail, tail.hex().encode(), tail[::-1]}
    middle = base64.b64encode(secret[-120:].encode())[8:60]
    return spellings | {middle}


@pytest.mark.parametrize("dress", ["whole", "wrapped", "in base64", "in escapes", "split over members"])
def test_no_artifact_holds_a_token_that_the_server_echoes(tmp_path: Path, served: Served, dress: str) -> None:
    """Responses that repeat the token are judged, and every file and the terminal are clean."""
    tokens = set()

    def echoes(received: ReceivedRequest) -> bool:
        if received.token.count(".") != 2 or not is_judged(received):
            return received.hand_on()
        if b" 401 " not in received.forward()[:14]:
            tokens.add(received.token)  # a forged one is nobody's secret
        said = DRESSES[dress](received.token)
        body = (
            json.dumps({"error": {"code": said, "message": said}})
            if dress != "in escapes"
            else (f'{{"error":{{"code":"X","message":"{said}"}}}}')
        )
        return received.response(
            body.encode(), "404 Not Found", f"X-Debug: {received.token}", "Set-Cookie: t=" + received.token
        )

    with fault_proxy(served.base_url, echoes) as proxy:
        ended = place(tmp_path, served, proxy.url).run(*ACCOUNT)
    assert ended.code == 1, ended.said
    assert "token-never-echoed" in " ".join(v["requirement"] for v in ended.verdicts("FAIL"))
    secrets = [held.client_secret for held in served.credentials.values()]
    check_no_secret(ended, [*tokens, *served.tokens.values(), *secrets])


def test_a_token_in_the_place_of_an_id_stands_in_no_artifact(tmp_path: Path, served: Served) -> None:
    """A server that gives the token as an account's id makes the run ask for it by path; no file tells it."""
    tokens = set()

    def names(received: ReceivedRequest) -> bool:
        if received.token.count(".") != 2 or not received.path.endswith("/account"):
            return received.hand_on()
        if b" 401 " not in received.forward()[:14]:
            tokens.add(received.token)
        account = dict.fromkeys(("id", "number", "displayName"), received.token)
        body = {"iTwin": account | {"class": "Account", "subClass": "Account", "type": None}}
        return received.response(json.dumps(body).encode())

    with fault_proxy(served.base_url, names) as proxy:
        ended = place(tmp_path, served, proxy.url).run(*ACCOUNT)
        paths = {received.path for received in proxy.seen}
    assert ended.code == 1, ended.said
    assert any(token in path for token in tokens for path in paths)
    check_no_secret(ended, [*tokens])


def test_a_refusal_that_repeats_the_secret_is_masked(tmp_path: Path, served: Served) -> None:
    """A token service that puts the client secret into its error says it to nobody else."""

    def refuses(received: ReceivedRequest) -> bool:
        if not received.path.endswith("/token"):
            return received.hand_on()
        said = {
            "error": "invalid_client",
            "error_description": received.body.decode() + str(received.headers),
        }
        return received.response(json.dumps(said).encode(), "401 Unauthorized")

    with fault_proxy(served.base_url, refuses) as proxy:
        home = place(tmp_path, served, proxy.url)
        file = home.folder / "targets.toml"
        text = file.read_text(encoding="utf-8").replace(served.token_url, f"{proxy.url}/connect/token")
        file.write_text(text, encoding="utf-8")
        ended = home.run(*ACCOUNT)
        looked = home.verb("doctor", "--json")
    assert ended.code == 3, ended.said
    assert looked.code == 3
    secrets = [held.client_secret for held in served.credentials.values()]
    check_no_secret(ended, secrets)
    assert not [secret for secret in secrets if secret in looked.said]
    assert "Traceback" not in ended.said + looked.said
