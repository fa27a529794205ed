"""Looks at a host before any request is sent to it: its addresses and its certificate."""

from __future__ import annotations

import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass

from conformance.client.certificates import tls_trouble
from conformance.client.network import tls_context
from conformance.errors import NotJudged


@dataclass(frozen=True)
class Certificate:
    """What a TLS handshake showed."""

    protocol: str
    issuer: str
    days_left: float


def addresses(host: str, port: int, timeout: float) -> list[str]:
    """Return the addresses of a host; `NotJudged` where its name leads nowhere."""
    pool = ThreadPoolExecutor(1)
    try:
        found = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(timeout)
    except TooLong:
        raise NotJudged(f"{host}: no answer of the name service within {timeout:g} s") from None
    except (OSError, UnicodeError) as error:
        raise NotJudged(f"{host}: {error}") from error
    finally:
        pool.shutdown(wait=False)
    return sorted({str(entry[4][0]) for entry in found})


def certificate(host: str, port: int, ca: str, timeout: float) -> Certificate:
    """Return what the host shows of itself in a verified TLS handshake; `NotJudged` says what is wrong."""
    try:
        with (
            socket.create_connection((host, port), timeout) as plain,
            tls_context(ca).wrap_socket(plain, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert() or {}
            protocol = secure.version() or "TLS"
    except (OSError, ValueError) as error:
        raise NotJudged(f"{host}:{port}: {'; '.join(filter(None, tls_trouble(error))) or error}") from error
    # Names come as ((("organizationName", "…"),), …).
    names = dict(pair for part in shown.get("issuer", ()) for pair in part)  # type: ignore[misc] # typeshed gives a union of tuples
    ends = ssl.cert_time_to_seconds(str(shown["notAfter"])) if "notAfter" in shown else time.time()
    issuer = str(names.get("organizationName") or names.get("commonName") or "unknown")
    return Certificate(protocol, issuer, (ends - time.time()) / 86400)
