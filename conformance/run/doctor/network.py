"""Names, certificates, the base URL, the clock and what the target says about limits."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from conformance.client import Client
from conformance.client.network import Network, network_of
from conformance.client.probe import addresses, certificate
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange, Request
from conformance.run.doctor.model import Observation, State
from conformance.targets.model import Target
from conformance.targets.urls import is_loopback, port_of

LIMIT_HEADER: Final = re.compile(r"rate-?limit|retry-after", re.IGNORECASE)
SKEW: Final = 30.0
"""Seconds of difference between the clocks that tokens forgive; with more of it, one reads wrong things."""
SOON: Final = 14.0
"""Days before the end of a certificate at which one wants to know."""


def hosts(target: Target) -> Iterator[Observation]:
    """Look the hosts of the API and of the token service up, and their certificates."""
    seen, network = set(), network_of(target)
    for key, url in target.urls.items():
        parts = urlsplit(url)
        if parts.netloc in seen:
            continue
        seen.add(parts.netloc)
        if proxy := network.proxy_for(url):
            # It may be the only one that knows the name, and the only one that may connect.
            words = f"left to the proxy {urlsplit(proxy).hostname}"
            yield Observation("DNS, TLS", parts.hostname or "", State.NOTE, words)
        else:
            yield from _host(network, key, parts)


def _host(network: Network, key: str, parts: SplitResult) -> Iterator[Observation]:
    host, port = parts.hostname or "", port_of(parts)
    try:
        found = addresses(host, port, network.limits.connect)
    except NotJudged as why:
        cure = f"correct {key}, or the name service of this machine"
        yield Observation("DNS", host, State.DOWN, why.reason, cure)
        return
    yield Observation("DNS", host, State.OK, ", ".join(found[:3]))
    if parts.scheme == "https":
        yield _tls(network, host, port)
    elif not is_loopback(host):
        seen = "plain http: tokens and secrets would travel in clear"
        yield Observation("TLS", host, State.WRONG, seen, f"use https in {key}")


def _tls(network: Network, host: str, port: int) -> Observation:
    try:
        shown = certificate(host, port, network.ca, network.limits.connect)
    except NotJudged as why:
        return Observation("TLS", host, State.DOWN, why.reason)
    seen = f"{shown.protocol}, certificate of {shown.issuer}, {shown.days_left:.0f} days left"
    return Observation("TLS", host, State.NOTE if shown.days_left < SOON else State.OK, seen)


def base_url(client: Client) -> tuple[Observation, Exchange | None]:
    """Ask for the root of the API as nobody: any answer will do."""
    url = client.target.base_url
    try:
        response = client.send(
            Request("GET", "/", purpose="setup", headers={"Authorization": None}, may_throttle=True)
        )
    except NotJudged as why:
        return Observation(
            "base URL", url, State.DOWN, why.reason, "correct base_url, or start the target"
        ), None
    return Observation("base URL", url, State.OK, f"answers, in {response.elapsed_ms:.0f} ms"), response


def clock(response: Exchange) -> Observation:
    """Compare the target's clock with ours."""
    said = response.header("Date")
    try:
        theirs = parsedate_to_datetime(said or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return Observation("clock", "Date", State.NOTE, "the target does not say what time it is")
    skew = theirs + 0.5 - (response.started + response.elapsed_ms / 2000)
    if abs(skew) <= SKEW:
        return Observation("clock", "Date", State.OK, f"{skew:+.1f} s from ours")
    return Observation(
        "clock",
        "Date",
        State.NOTE,
        f"{skew:+.0f} s from ours ({time.strftime('%H:%M:%S', time.gmtime())} UTC here)",
        "set the clock that is wrong: lives of tokens are reckoned with it",
    )


def limits(client: Client) -> Iterator[Observation]:
    """Say which limits a run keeps to, and what the target says about its own."""
    target = client.target
    told = {
        f"{name}: {value}"
        for response in client.recorder
        for name, value in response.headers.items()
        if LIMIT_HEADER.search(name)
    }
    seen = f"{target.rate:g} requests a second" if target.rate else "none configured"
    cure = (
        "" if target.rate or is_loopback(target.host) else 'set rate, for instance "400/m": others use it too'
    )
    yield Observation("rate limit", "rate", State.OK if not cure else State.NOTE, seen, cure)
    if told:
        yield Observation(
            "rate limit", "responses", State.NOTE, client.redactor.mask("; ".join(sorted(told)))[:200]
        )
    spent = [f"at most {target.max_requests} requests"] if target.max_requests else []
    spent += [f"at most {target.max_writes} writes"] if target.max_writes is not None else []
    modes = {
        "none": "nothing is written",
        "ledger": "what is written is undone",
        "free": "what is written is undone",
    }
    seen = ", ".join([modes[target.mode], *spent])
    yield Observation("writes", target.host, State.OK if target.mode != "none" else State.NOTE, seen)
