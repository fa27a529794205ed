"""The way to a target is what its file or the environment says to every program; trouble on it is named."""

from __future__ import annotations

import importlib.util
import json
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from conformance.client import network
from conformance.client.network import checked_proxy, is_meant, network_of
from conformance.client.probe import certificate
from conformance.errors import NotJudged, UsageError
from conformance.exchange.curl import curl
from conformance.exchange.model import Request
from conformance.exchange.recorder import to_record
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from conformance.targets.model import Role, Target
from tests.suite.client.test_sender import ROOT, client_of
from tests.suite.client.tls import made, plain, secured

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", *network.CA_VARIABLES)
API, LOGIN = "https://api.example.org", "https://login.example.org:8443/token"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing of this machine's own environment."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def way_to(base_url: str = API, **options: Any) -> network.Network:
    """Return the way to a target."""
    return network_of(Target.model_validate({"name": "qa", "base_url": base_url, **options}))


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, API, ""),
        ({"HTTPS_PROXY": "http://p:1"}, API, "http://p:1"),
        ({"https_proxy": "http://p:1"}, API, "http://p:1"),
        ({"HTTPS_PROXY": "p:1"}, API, "http://p:1"),
        ({"HTTPS_PROXY": " http://p:1 "}, API, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, API, ""),
        ({"HTTP_PROXY": "http://p:1"}, "http://api.example.org", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, API, "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "HTTPS_PROXY": "http://q:2"}, API, "http://q:2"),
        ({"HTTPS_PROXY": ""}, API, ""),
        ({"ALL_PROXY": "http://p:1"}, "http://127.0.0.1:8080", ""),
        ({"HTTP_PROXY": "http://p:1"}, "http://localhost:8080", ""),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "api.example.org"}, API, ""),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "example.org"}, API, ""),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.org, .example.org"}, API, ""),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "https://10.1.2.3", ""),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "https://11.1.2.3", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, API, ""),
    ],
)
def test_the_environment_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str, proxy: str
) -> None:
    """By scheme, for all, and for whom not; this machine needs none."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert way_to(url).proxy_for(url) == proxy


def test_each_host_of_a_target_has_a_way_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception with a port means that port, and hosts that discovery names are looked up too."""
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    monkeypatch.setenv("NO_PROXY", "login.example.org:8443")
    way = way_to(token_url=LOGIN)
    assert (way.proxy_for(LOGIN), way.proxy_for(API)) == ("", "http://p:1")
    assert way.proxy_for("https://login.example.org/keys") == "http://p:1"
    assert way.proxies_for(API) == {"https": "http://p:1"}


def test_the_proxy_of_a_target_outranks_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its password is a secret, in each spelling."""
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    monkeypatch.setenv("NO_PROXY", "*")
    way = way_to(proxy="http://me:pass%20word@q:2")
    assert way.proxy_for(API) == "http://me:pass%20word@q:2"
    assert way.secrets() == ["pass%20word", "pass word"]
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:word@q:2")
    assert way_to().secrets() == ["word", "word"]


@pytest.mark.parametrize(
    ("entry", "host", "port", "meant"),
    [
        ("example.org", "example.org", 443, True),
        ("example.org", "api.example.org", 443, True),
        ("*.example.org", "api.example.org", 443, True),
        (".EXAMPLE.org", "api.example.org", 443, True),
        ("example.org.", "example.org", 443, True),
        ("example.org", "myexample.org", 443, False),
        ("example.org:8443", "api.example.org", 8443, True),
        ("example.org:8443", "api.example.org", 443, False),
        ("https://example.org/", "example.org", 443, True),
        ("10.1.2.3", "10.1.2.3", 80, True),
        ("10.1.2.3:80", "10.1.2.3", 80, True),
        ("10.1.2.3:81", "10.1.2.3", 80, False),
        ("10.0.0.0/8", "10.255.0.1", 443, True),
        ("10.1.2.3/8", "10.255.0.1", 443, True),
        ("10.0.0.0/8", "example.org", 443, False),
        ("2001:db8::/32", "2001:db8::7", 443, True),
        ("[2001:db8::7]:8443", "2001:db8::7", 8443, True),
        ("[2001:db8::7]:8443", "2001:db8::7", 443, False),
        ("::1", "::1", 80, True),
        ("*", "anything", 80, True),
        (".", "anything", 80, False),
        ("", "anything", 80, False),
    ],
)
def test_an_exception_means_hosts_as_everywhere(entry: str, host: str, port: int, *, meant: bool) -> None:
    """Names, domains, addresses, ranges, each with or without a port."""
    assert is_meant(entry, host, port) is meant


@pytest.mark.parametrize(
    ("proxy", "complaint"),
    [
        ("$(PROXY)", "is no address of a proxy; write http://HOST:PORT"),
        ("http://", "is no address of a proxy"),
        ("http://p:port", "is no address of a proxy"),
        ("http://p:99999", "is no address of a proxy"),
        ("http://p:0", "is no address of a proxy"),
        ("http://me:pa#ss@p:1", "is no address of a proxy"),
        ("http://my proxy:1", "is no address of a proxy"),
        ("ftp://p:1", "a proxy speaks http, https, socks4, socks4a, socks5, socks5h, not ftp"),
    ],
)
def test_a_proxy_that_is_none_is_the_users_mistake(
    monkeypatch: pytest.MonkeyPatch, proxy: str, complaint: str
) -> None:
    """Said before anything is sent, with where it stands, and without what may be a password in it."""
    with pytest.raises(UsageError, match="target qa: proxy") as named:
        way_to(proxy=proxy)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(UsageError, match="HTTPS_PROXY") as found:
        way_to()
    for refused in (named, found):
        assert complaint in str(refused.value)
        assert "pa#ss" not in str(refused.value)
    assert way_to("http://127.0.0.1:1").proxies  # not used, so not refused


def test_a_socks_proxy_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library is missing; where it is there, the proxy is taken."""
    monkeypatch.setenv("ALL_PROXY", "socks5h://p:1080")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r'ALL_PROXY speaks SOCKS; .*pip install "requests\[socks\]"'):
        way_to()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    assert way_to().proxy_for(API) == checked_proxy("socks5h://p:1080", "") == "socks5h://p:1080"


def test_a_proxy_cannot_hold_a_response_up() -> None:
    """Behind it a whole response has its limit in seconds as everywhere."""

    def trickles(asked: ReceivedRequest) -> bool:
        asked.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        while True:
            asked.sock.sendall(b"x")
            time.sleep(0.1)

    with fault_proxy("http://127.0.0.1:9", trickles) as front:
        client = client_of("http://api.example.invalid", proxy=front.url, total_timeout=1)
        with pytest.raises(NotJudged, match="timeout: "):
            client.send(ROOT)
        client.close()


@pytest.mark.parametrize("name", network.CA_VARIABLES[:3])
def test_the_environment_names_the_companys_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As requests, curl and OpenSSL are told; a `ca` of the target outranks it."""
    good, other = made(tmp_path, "127.0.0.1"), made(tmp_path, "127.0.0.9")
    with secured(good) as url:
        monkeypatch.setenv(name, str(good))
        client = client_of(url)
        assert client.send(ROOT).status == 204
        client.close()
        client = client_of(url, ca=str(other))
        with pytest.raises(NotJudged, match="TLS"):
            client.send(ROOT)
        client.close()


def test_certificates_that_cannot_be_read_are_said_with_their_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, empty or binary; where nothing is secure they do not matter."""
    pem = made(tmp_path, "127.0.0.1").read_bytes()
    binary = tmp_path / "binary.cer"
    binary.write_bytes(x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER))
    for file, complaint in (
        (tmp_path / "none.pem", "there is no such file"),
        (binary, "openssl x509 -inform der"),
    ):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
        with pytest.raises(UsageError, match="REQUESTS_CA_BUNDLE = ") as refused:
            way_to()
        assert complaint in str(refused.value)
        assert way_to("http://127.0.0.1:1").ca == ""


def test_each_trouble_with_a_certificate_is_named_with_its_cure(tmp_path: Path) -> None:
    """Expired, not valid yet, of nobody known, of itself, for another host: in a run and in the doctor."""
    root = made(tmp_path, "authority.example")
    expired, future = made(tmp_path, "127.0.0.1", days=(-3, -1)), made(tmp_path, "127.0.0.1", days=(1, 3))
    issued, wrong = made(tmp_path, "127.0.0.1", days=(-1, 9), signer=root), made(tmp_path, "127.0.0.8")
    cases = [
        (expired, expired, "has expired", "set the clock"),
        (future, future, "is not valid yet", "set the clock"),
        (issued, wrong, "is of an unknown issuer", 'name its authority: ca = "FILE.pem"'),
        (wrong, issued, "is self-signed", 'name its authority: ca = "FILE.pem"'),
        (wrong, wrong, "is for another host", "instead of its number"),
    ]
    for shown, trusted, what, cure in cases:
        with secured(shown) as url:
            client = client_of(url, ca=str(trusted))
            with pytest.raises(NotJudged) as run:
                client.send(ROOT)
            client.close()
            with pytest.raises(NotJudged) as doctor:
                certificate("127.0.0.1", int(url.rpartition(":")[2]), str(trusted), 5)
        for said in (run.value.reason, doctor.value.reason):
            assert what in said
            assert cure in said


def test_a_port_without_tls_is_named(tmp_path: Path) -> None:
    """An address with https for a port that speaks http is the mistake."""
    with plain() as url:
        client = client_of(url, ca=str(made(tmp_path, "127.0.0.1")))
        with pytest.raises(NotJudged, match=r"the port does not speak TLS; write http://"):
            client.send(ROOT)
        client.close()


def test_an_own_certificate_authority_is_trusted_and_nothing_else(tmp_path: Path) -> None:
    """With `ca` the handshake succeeds; without it, or for another host, nobody judges."""
    good, wrong = made(tmp_path, "127.0.0.1"), made(tmp_path, "127.0.0.9")
    with secured(good) as url:
        trusting = client_of(url, ca=str(good))
        assert trusting.send(ROOT, "owner").status == 204
        trusting.close()
        for authority in ("", str(wrong)):
            client = client_of(url, ca=authority)
            with pytest.raises(NotJudged, match="TLS"):
                client.send(ROOT, "owner")
            client.close()
    with secured(wrong) as url:
        client = client_of(url, ca=str(wrong))
        with pytest.raises(NotJudged, match="TLS"):
            client.send(ROOT, "owner")
        client.close()


def test_a_ca_that_is_no_certificate_is_the_users_mistake(tmp_path: Path) -> None:
    """Said before anything is sent."""
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate", encoding="utf-8")
    for file in (empty, tmp_path / "missing.pem"):
        with pytest.raises(UsageError, match="ca = "):
            client_of("https://127.0.0.1:1", ca=str(file))


def test_a_context_trusts_a_folder_too(tmp_path: Path) -> None:
    """As SSL_CERT_DIR names one."""
    assert isinstance(network.tls_context(str(tmp_path)), ssl.SSLContext)


def test_headers_of_the_target_go_with_each_request() -> None:
    """Those of a role only as that role; what is recorded has none of them, even where it is given back."""
    keys = {"all": SecretStr("the-key-of-all"), "one": SecretStr("the-key-of-one")}
    owner = Role(token=SecretStr("the-token-of-owner"), headers={"X-User-Key": keys["one"]})
    headers = {"Ocp-Apim-Subscription-Key": keys["all"], "X-Feature": "on", "Prefer": "return=minimal"}
    with fault_proxy(
        "http://127.0.0.1:9", lambda asked: asked.response(b'{"said": "the-key-of-all"}')
    ) as front:
        client = client_of(front.url, headers=headers, roles={"owner": owner})
        client.send(ROOT)
        sent = client.send(Request("GET", "/x", headers={"prefer": "return=representation"}))
        client.close()
        nobody, somebody = (asked.headers for asked in front.seen)
    assert (nobody["ocp-apim-subscription-key"], nobody["x-feature"]) == ("the-key-of-all", "on")
    assert ("x-user-key" in nobody, nobody["prefer"]) == (False, "return=minimal")
    assert (somebody["x-user-key"], somebody["prefer"]) == ("the-key-of-one", "return=representation")
    for text in (json.dumps(to_record(sent, client.redactor)), curl(sent, client.redactor)):
        assert not [word for word in ("the-key-of-all", "the-key-of-one") if word in text]
    assert "X-Feature: on" in curl(sent, client.redactor)


def test_the_token_service_gets_no_header_of_the_api() -> None:
    """A key of one host is not for another."""
    with fault_proxy("http://127.0.0.1:9", lambda asked: asked.response(b'{"access_token": "t"}')) as front:
        role = Role(client_id="me", client_secret=SecretStr("s"), headers={"X-User-Key": SecretStr("abc")})
        headers = {"Ocp-Apim-Subscription-Key": SecretStr("the-key")}
        client = client_of(front.url, token_url=f"{front.url}/t", headers=headers, roles={"owner": role})
        client.send(Request("GET", "/x"))
        client.close()
        assert front.seen[0].path == "/t"
        assert not {"x-user-key", "ocp-apim-subscription-key"} & front.seen[0].headers.keys()
