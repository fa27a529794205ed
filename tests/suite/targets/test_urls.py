"""An address that can only go wrong is refused before anything is sent, with what to write."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from conformance.targets.model import Target


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("api.example.org", "is no http(s) URL; write it as https://HOST"),
        ("//api.example.org", "is no http(s) URL"),
        ("https:api.example.org", "is no http(s) URL"),
        ("https:///itwins", "is no http(s) URL"),
        ("htps://api.example.org", "is no http(s) URL"),
        ("ws://api.example.org", "is no http(s) URL"),
        ("", "is no http(s) URL"),
        ("https://me:secret@api.example.org", "no credentials in a URL: give them to a role"),
        ("https://me@api.example.org", "no credentials in a URL"),
        ("https://api.example.org?x=1", "a base URL has no query"),
        ("https://api.example.org/#top", "an address has no fragment"),
        ("https://api.example.org:80", "port 80 speaks http, not https"),
        ("http://api.example.org:443", "port 443 speaks https, not http"),
        ("https://api.example.org:99999", "is no address: Port out of range"),
        ("https://api.example.org:port", "is no address: Port could not be cast"),
        ("https://api.example.org:0", "the port is missing or 0"),
        ("https://api.example.org:", "the port is missing or 0"),
        ("https://api.example.org ", "there is a blank or a line break"),
        (" https://api.example.org", "there is a blank or a line break"),
        ("https://api.example.org\n", "there is a blank or a line break"),
        ("https://api.exa mple.org", "there is a blank or a line break"),
        ("https://api.example.org//v1", "has an empty or dotted segment"),
        ("https://api.example.org/a/../b", "has an empty or dotted segment"),
        ("https://https://api.example.org", "the scheme stands twice"),
        ("https://http//api.example.org", "the scheme stands twice"),
        ("https://<host>/v1", "'<host>' is no name of a host"),
        ("https://*.example.org", "is no name of a host"),
        ("https://bücher.example.org", "write it as xn--bcher-kva.example.org"),
        ("https://api.example.org\\v1", "is no name of a host"),
        ("https://api.example.org/a\\b", "there is a backslash"),
        ("https://[::1", "is no address: Invalid IPv6 URL"),
    ],
)
def test_a_base_url_that_can_only_go_wrong_is_refused(url: str, complaint: str) -> None:
    """Nothing secret of it is repeated."""
    with pytest.raises(ValidationError) as refused:
        Target(base_url=url)
    message = refused.value.errors(include_input=False)[0]["msg"]
    assert complaint in message
    assert "secret" not in message


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org",
        "https://api.example.org:8443/gateway/v1",
        "http://127.0.0.1:443",
        "http://[::1]:8080",
        "https://API_1.example.org.",
        "http://localhost",
    ],
)
def test_any_other_base_url_is_taken_as_it_is(url: str) -> None:
    """But for a slash at its end."""
    assert Target(base_url=f"{url}/").base_url == url


@pytest.mark.parametrize(
    ("key", "url", "kept"),
    [
        ("token_url", "https://b2c.example.org/token/?p=policy", "https://b2c.example.org/token/?p=policy"),
        ("issuer", "https://login.example.org/", "https://login.example.org"),
        ("token_url", "https://login.example.org/token#x", ""),
        ("token_url", "login.example.org/token", ""),
        ("issuer", "https://login.example.org/.well-known/openid-configuration", ""),
        ("issuer", "https://login.example.org?x", ""),
    ],
)
def test_addresses_of_the_token_service_are_checked_too(key: str, url: str, kept: str) -> None:
    """A token endpoint may have a query and keeps its slash; an issuer is no address of a document."""
    if kept:
        target = Target.model_validate({"base_url": "https://x.example.org", key: url})
        assert target.urls[key] == kept
        return
    with pytest.raises(ValidationError):
        Target.model_validate({"base_url": "https://x.example.org", key: url})
