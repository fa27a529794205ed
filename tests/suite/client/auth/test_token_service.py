"""Token services as they are: in trouble for a moment, choosy about credentials, free with spellings."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, quote_plus, unquote_plus

import pytest
from pydantic import SecretStr

from conformance.client.auth.token_service import ASK_AFTER, TRIES, TokenService
from conformance.client.auth.tokens import Credentials
from conformance.client.network import Network
from conformance.client.transport import Limits
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from conformance.targets.model import Role, Target

SECRET = "pä$$w\"o#r\\d'%41&b+c=d: e"
GOOD = {"access_token": "a-good-token", "token_type": "Bearer", "expires_in": 3600}
Answer = tuple[str, Any] | tuple[str, Any, str]


@dataclass
class Asking:
    """Credentials of a target whose token service answers as it is told; what it saw, and what was waited."""

    credentials: Credentials
    seen: list[ReceivedRequest]
    waited: list[float] = field(default_factory=list)
    kept: list[Exchange] = field(default_factory=list)
    retries: list[bool] = field(default_factory=list)
    now: list[float] = field(default_factory=lambda: [0.0])

    def client_of(self, number: int) -> tuple[str, str, str]:
        """Return the way, the client and the secret of a request, as a service reads them."""
        asked = self.seen[number]
        kind, _, given = asked.headers.get("authorization", "").partition(" ")
        if kind == "Basic":
            client, _, secret = base64.b64decode(given).decode("ascii").partition(":")
            return "header", unquote_plus(client), unquote_plus(secret)
        form = parse_qs(asked.body.decode("ascii"), encoding="utf-8")
        return "body", form["client_id"][0], form["client_secret"][0]


@contextmanager
def asking(answers: Callable[[ReceivedRequest], Answer], **options: Any) -> Iterator[Asking]:
    """Open a token service that answers each request with a status, a body and perhaps a header."""

    def behave(asked: ReceivedRequest) -> bool:
        status, body, *headers = answers(asked)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return asked.response(content, status, *headers)

    with fault_proxy("http://127.0.0.1:9", behave) as front:
        secret = SecretStr(SECRET)
        target = Target.model_validate(
            {
                "base_url": "http://127.0.0.1:9",
                "token_url": f"{front.url}/token",
                "scope": "itwin-platform",
                "roles": {
                    name: Role(client_id=f"{name}:ü", client_secret=secret) for name in ("owner", "reader")
                },
                **{key: value.replace("FRONT", front.url) for key, value in options.items()},
            }
        )
        asked = Asking(Credentials(target, Redactor(), TokenService(target, Network())), front.seen)
        service = asked.credentials.service
        service.network = Network(Limits(2, 2, 2))
        service.before, service.after, service.pause = (
            asked.retries.append,
            asked.kept.append,
            asked.waited.append,
        )
        asked.credentials.clock = service.clock = lambda: asked.now[0]
        yield asked


def after(*troubles: Answer, then: Answer = ("200 OK", GOOD)) -> Callable[[ReceivedRequest], Answer]:
    """Answer the first requests like this, and every further one with a token."""
    return lambda asked: troubles[asked.number - 1] if asked.number <= len(troubles) else then


@pytest.mark.parametrize(
    ("trouble", "waits"),
    [
        ([("503 Service Unavailable", b"<html>")], [0.5]),
        ([("503 Service Unavailable", b"", "Retry-After: 2")], [2]),
        ([("429 Too Many Requests", {"error": "slow_down"}, "Retry-After: 3")], [3]),
        ([("500 Internal Server Error", {"error": "server_error"})], [0.5]),
        ([("502 Bad Gateway", b""), ("504 Gateway Timeout", b"")], [0.5, 1]),
        ([("500 Oops", b"")] * 3, [0.5, 1, 2]),
    ],
)
def test_trouble_that_passes_costs_a_retry(trouble: list[Answer], waits: list[float]) -> None:
    """As long a wait as the service asks for, a retry each, and a token in the end."""
    with asking(after(*trouble)) as asked:
        assert asked.credentials.token("owner") == "a-good-token"
        assert asked.waited == waits
        assert asked.retries == [False] + [True] * len(trouble)
        assert [exchange.status for exchange in asked.kept] == [int(t[0][:3]) for t in trouble] + [200]


def test_a_retry_after_may_be_a_date() -> None:
    """The service's own Date says how long that is."""
    moments = formatdate(time.time() + 4004, usegmt=True), formatdate(time.time() + 4000, usegmt=True)
    headers = f"Retry-After: {moments[0]}\r\nDate: {moments[1]}"
    with asking(after(("503 Service Unavailable", b"", headers))) as asked:
        asked.credentials.token("owner")
        assert asked.waited == [4]


def test_trouble_that_stays_is_one_roles_and_ends() -> None:
    """After four tries the role waits; other roles and later requests find out for themselves."""
    with asking(after(*[("503 Service Unavailable", b"")] * TRIES)) as asked:
        with pytest.raises(NotJudged, match=f"no token for role owner: .* answered 503, {TRIES} times"):
            asked.credentials.token("owner")
        assert asked.credentials.token("reader") == "a-good-token"
        with pytest.raises(NotJudged):
            asked.credentials.token("owner")
        assert len(asked.seen) == TRIES + 1
        asked.now[0] = ASK_AFTER + 1
        assert asked.credentials.token("owner") == "a-good-token"


def test_a_service_that_asks_to_wait_for_too_long_is_not_waited_for() -> None:
    """Longer than max_wait is an outcome of its own, and says so."""
    with asking(after(("429 Too Many Requests", b"", "Retry-After: 3000"))) as asked:
        with pytest.raises(NotJudged, match=r"asks to wait 3000 s, more than max_wait = 90 s"):
            asked.credentials.token("owner")
        assert asked.waited == []


@pytest.mark.parametrize(
    "refusal",
    [
        ("401 Unauthorized", {"error": "invalid_client"}),
        ("400 Bad Request", {"error": "invalid_request", "error_description": "no client_id"}),
        ("400 Bad Request", {"error": "unauthorized_client"}),
        ("401 Unauthorized", {"error": {"code": "Unauthorized", "message": "no"}}),
        ("401 Unauthorized", b"<html>Wer da?</html>"),
        ("400 Bad Request", b""),
        ("401 Unauthorized", ["no"]),
        ("401 Unauthorized", {"message": "who are you"}),
    ],
)
def test_credentials_are_sent_the_other_way_after_any_refusal(refusal: Answer) -> None:
    """However the service words it, and to the letter each way; the next role begins with what worked."""
    with asking(after(refusal)) as asked:
        assert asked.credentials.token("owner") == "a-good-token"
        assert asked.credentials.token("reader") == "a-good-token"
        assert [asked.client_of(number) for number in range(3)] == [
            ("header", "owner:ü", SECRET),
            ("body", "owner:ü", SECRET),
            ("body", "reader:ü", SECRET),
        ]
        assert asked.retries == [False] * 3


@pytest.mark.parametrize(
    ("methods", "way"),
    [
        (["client_secret_post"], "body"),
        (["client_secret_basic"], "header"),
        (["private_key_jwt", "client_secret_post", "client_secret_basic"], "body"),
        (["private_key_jwt"], "header"),
        ("client_secret_post", "header"),
        (None, "header"),
    ],
)
def test_discovery_says_which_way_comes_first(methods: object, way: str) -> None:
    """The order of the document counts; what it names besides is nothing that the suite can do."""
    document: dict[str, Any] = {"token_endpoint_auth_methods_supported": methods}

    def answers(asked: ReceivedRequest) -> Answer:
        if asked.method == "POST":
            return "200 OK", GOOD
        place = f"http://{asked.headers['host']}/elsewhere/token?p=1"
        return "200 OK", {**document, "token_endpoint": place}

    with asking(answers, token_url="", issuer="FRONT") as asked:
        assert asked.credentials.token("owner") == "a-good-token"
        assert asked.seen[1].path == "/elsewhere/token?p=1"
        assert asked.client_of(1)[0] == way


def test_discovery_in_trouble_costs_a_retry_too() -> None:
    """And one that names no endpoint is asked again later."""
    found: list[dict[str, str]] = [{}, {}]

    def answers(asked: ReceivedRequest) -> Answer:
        if asked.method == "POST":
            return "200 OK", GOOD
        if asked.number == 1:
            return "503 Service Unavailable", b""
        return "200 OK", {"token_endpoint": f"http://{asked.headers['host']}/t"} if asked.number > 2 else {}

    with asking(answers, token_url="", issuer="FRONT") as asked:
        with pytest.raises(NotJudged, match="names no token_endpoint"):
            asked.credentials.token("owner")
        assert (asked.waited, len(found)) == ([0.5], 2)
        asked.now[0] = ASK_AFTER + 1
        assert asked.credentials.token("owner") == "a-good-token"


@pytest.mark.parametrize(
    ("answer", "life"),
    [
        ({"expires_in": 120}, 120),
        ({"expires_in": "120"}, 120),
        ({"expires_in": 119.7}, 119.7),
        ({"expires_in": "119.70"}, 119.7),
        ({"expires_in": "120 seconds"}, 120),
        ({"expires_in": 1.2e2}, 120),
        ({}, 3600),
        ({"expires_in": None}, 3600),
        ({"expires_in": ""}, 3600),
        ({"expires_in": "soon"}, 3600),
        ({"expires_in": 0}, 3600),
        ({"expires_in": -5}, 3600),
        ({"expires_in": True}, 3600),
        ({"expires_in": [120]}, 3600),
        ({"expires_in": 1e300}, 3600),
        ({"expiresIn": 120}, 120),
        ({"expires_on": "EPOCH"}, 120),
        ({"expires_in": 120, "expires_on": "EPOCH", "ext_expires_in": 7}, 120),
        ({"expires_at": "2999-01-01T00:00:00Z"}, 86400),
        ({"token_type": "bearer"}, 3600),
        ({"token_type": "BEARER"}, 3600),
        ({"token_type": None}, 3600),
        ({"token_type": ""}, 3600),
        ({"scope": ["itwin-platform", "email"]}, 3600),
        ({"scope": "itwin-platform email", "id_token": "x", "refresh_token": None}, 3600),
        ({"scope": None, "not_before": {"a": 1}}, 3600),
        ({"error": None}, 3600),
        ({"error": "", "error_description": ""}, 3600),
        ({"access_token": None, "accessToken": "a-good-token"}, 3600),
        ({"access_token": " a-good-token\n"}, 3600),
    ],
)
def test_every_spelling_of_an_answer_gives_a_token(answer: dict[str, Any], life: float) -> None:
    """The token is used as long as the answer says it lives, or an hour."""
    content = {"access_token": "a-good-token"} | answer
    content = {
        k: str(int(time.time() + 120)) if v == "EPOCH" else v
        for k, v in content.items()
        if k != "access_token" or v
    }
    with asking(lambda _: ("200 OK", content)) as asked:
        assert asked.credentials.token("owner") == "a-good-token"
        held = asked.credentials._held["owner"]
        assert held.ends_at == pytest.approx(life, abs=2)
        assert 0 < held.renew_at < held.ends_at


@pytest.mark.parametrize(
    ("status", "content", "header"),
    [
        ("201 Created", json.dumps(GOOD).encode(), "X-Y: z"),
        ("200 OK", b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "X-Y: z"),
        ("200 OK", json.dumps(GOOD).encode("utf-16"), "X-Y: z"),
        (
            "200 OK",
            b"access_token=a-good-token&expires_in=60",
            "Content-Type: application/x-www-form-urlencoded",
        ),
    ],
)
def test_every_form_of_an_answer_gives_a_token(status: str, content: bytes, header: str) -> None:
    """Another 2xx, a byte order mark, UTF-16, a form."""

    def answers(asked: ReceivedRequest) -> bool:
        lines = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{header}\r\n\r\n"
        asked.sock.sendall(lines.encode() + content)
        return True

    with fault_proxy("http://127.0.0.1:9", answers) as front:
        role = Role(client_id="me", client_secret=SecretStr("s"))
        target = Target(base_url=front.url, token_url=front.url, roles={"owner": role})
        assert (
            Credentials(target, Redactor(), TokenService(target, Network())).token("owner") == "a-good-token"
        )


@pytest.mark.parametrize(
    ("status", "content", "complaint"),
    [
        ("200 OK", {"token_type": "Bearer"}, "answered without an access_token"),
        ("200 OK", {"access_token": ""}, "answered without an access_token"),
        ("200 OK", {"access_token": 7}, "is no token: it is empty"),
        ("200 OK", {"access_token": "a\r\nX-Evil: 1"}, "is no token"),
        ("200 OK", {"access_token": "größe"}, "is no token"),
        ("200 OK", {"access_token": "x" * 20000}, "is longer than 16384"),
        ("200 OK", {**GOOD, "token_type": "DPoP"}, "gives tokens of type DPoP"),
        ("200 OK", {**GOOD, "error": "invalid_scope"}, "refused it: invalid_scope"),
        ("200 OK", b"<html>", "something else than a JSON object"),
        ("200 OK", b"[" * 100000, "something else than a JSON object"),
        ("200 OK", ["a-good-token"], "something else than a JSON object"),
        ("302 Found", b"", "answered 302, a redirect to https://sso.example.org/login"),
        (
            "403 Forbidden",
            {"error": "access_denied", "error_description": "no " + SECRET},
            "access_denied: no \\*\\*\\*",
        ),
        ("404 Not Found", b"nothing", "answered 404"),
        ("401 Unauthorized", {"error": "invalid_client"}, "refused it: invalid_client"),
        (
            "400 Bad Request",
            {"error": {"code": "InvalidScope", "message": "no such scope"}},
            "InvalidScope: no such",
        ),
    ],
)
def test_no_token_is_said_in_the_services_words(status: str, content: Any, complaint: str) -> None:
    """And never with the secret in it; the role is not asked for again."""
    with asking(lambda _: (status, content, "Location: https://sso.example.org/login")) as asked:
        asked.credentials.redactor.learn(SECRET)
        for _ in range(2):
            with pytest.raises(NotJudged, match=f"no token for role owner: .*{complaint}") as why:
                asked.credentials.token("owner")
            assert SECRET not in why.value.reason
        assert len(asked.seen) == (2 if status[:3] in {"400", "401"} else 1)
        asked.credentials.forgive()
        with pytest.raises(NotJudged):
            asked.credentials.token("owner")
        assert len(asked.seen) > 1


def test_the_more_telling_refusal_is_the_one_that_is_said() -> None:
    """invalid_client tells only that the other way was right."""
    refusals = (
        ("401 Unauthorized", {"error": "invalid_client"}),
        ("400 Bad Request", {"error": "invalid_scope"}),
    )
    for order in (refusals, refusals[::-1]):
        with asking(after(*order)) as asked, pytest.raises(NotJudged, match="invalid_scope"):
            asked.credentials.token("owner")


@pytest.mark.parametrize(
    ("named", "is_without"),
    [
        ("openid", True),
        (["openid"], True),
        ("itwin-platform", False),
        (None, False),
        ("email itwin-platform", False),
    ],
)
def test_a_token_without_the_scope_is_one_that_says_so(named: object, *, is_without: bool) -> None:
    """One that says nothing may have it."""
    with asking(lambda _: ("200 OK", {**GOOD, "scope": named})) as asked:
        assert asked.credentials.token_without_scope("owner") == ("a-good-token" if is_without else "")


def test_a_secret_in_a_header_is_form_encoded() -> None:
    """What a service decodes by RFC 6749, 2.3.1 is the secret itself."""
    with asking(after()) as asked:
        asked.credentials.token("owner")
        given = base64.b64decode(asked.seen[0].headers["authorization"].partition(" ")[2]).decode()
        assert given == f"{quote_plus('owner:ü')}:{quote_plus(SECRET)}"
        assert asked.seen[0].headers["content-type"] == "application/x-www-form-urlencoded"
