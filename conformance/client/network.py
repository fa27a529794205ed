"""The way to the target's hosts: which certificates are trusted, and which proxy stands between."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext, SSLError, create_default_context
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from conformance.client.transport import Limits
from conformance.errors import UsageError
from conformance.targets.model import Target
from conformance.targets.urls import port_of
from conformance.targets.variables import placeholder

CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables that name a company's certificates to other programs, the first that is set counts."""
LOOPBACK: Final = ("localhost", "127.0.0.0/8", "::1")
"""This machine needs no proxy."""
SOCKS: Final = frozenset({"socks4", "socks4a", "socks5", "socks5h"})
SCHEMES: Final = frozenset({"http", "https", "all"})
PROXY_SCHEMES: Final = frozenset({"http", "https"}) | SOCKS
WITH_PORT: Final = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<host>[^:]+))(?::(?P<port>\d+))?")
DER: Final = b"\x30\x82"
"""How a certificate in binary form begins."""


@dataclass(frozen=True)
class Network:
    """How requests reach the target: `ca` is a file or folder of certificates, or "" for the usual ones.

    `proxies` are addresses by scheme, or "all"; `direct` are the hosts that no proxy is used for.
    """

    limits: Limits = field(default_factory=Limits)
    ca: str = ""
    proxies: Mapping[str, str] = field(default_factory=dict)
    direct: tuple[str, ...] = ()

    def proxy_for(self, url: str) -> str:
        """Return the proxy for an address, or ""."""
        parts = urlsplit(url)
        proxy = self.proxies.get(parts.scheme) or self.proxies.get("all", "")
        return "" if not proxy or self._is_direct(parts) else proxy

    def proxies_for(self, url: str) -> dict[str, str]:
        """Return the proxies for an address as requests wants them."""
        proxy = self.proxy_for(url)
        return {urlsplit(url).scheme: proxy} if proxy else {}

    def _is_direct(self, parts: SplitResult) -> bool:
        host, port = (parts.hostname or "").rstrip("."), port_of(parts)
        return any(is_meant(entry, host, port) for entry in self.direct)

    def secrets(self) -> list[str]:
        """Return the passwords of the proxies, for whoever masks them."""
        passwords = [urlsplit(proxy).password or "" for proxy in self.proxies.values()]
        return [text for password in passwords if password for text in (password, unquote(password))]


def network_of(target: Target) -> Network:
    """Return the way to a target: as it says itself, or else as the environment says to other programs too.

    `UsageError` where certificates cannot be read, or a proxy that would be used is none.
    """
    limits = Limits(target.connect_timeout, target.read_timeout, target.total_timeout)
    ca = _ca_of(target)
    if target.proxy:
        return Network(limits, ca, {"all": checked_proxy(target.proxy, f"target {target.name}: proxy")})
    found = getproxies()
    direct = (*LOOPBACK, *found.get("no", "").replace(",", " ").split())
    hosts = {parts.hostname or "" for parts in map(urlsplit, target.urls.values())}
    # What Windows or macOS excepts stands in no variable.
    direct += tuple(host for host in hosts if proxy_bypass(host))
    proxies: dict[str, str] = {
        scheme: found[scheme].strip() for scheme in ("http", "https", "all") if scheme in found
    }
    named = Network(limits, ca, proxies, direct)
    used = {named.proxy_for(url) for url in target.urls.values()}
    checked: dict[str, str] = {
        scheme: checked_proxy(proxy, f"{scheme.upper()}_PROXY") if proxy in used else proxy
        for scheme, proxy in proxies.items()
    }
    return Network(limits, ca, checked, direct)


def is_meant(entry: str, host: str, port: int) -> bool:
    """Tell whether an entry of NO_PROXY means a host: ``*``, a name, a domain, an address or a range.

    Each of them may end with a port; a domain is written ``example.org``, ``.example.org`` or
    ``*.example.org``.
    """
    entry = entry.lower().removeprefix("http://").removeprefix("https://").rstrip("/.")
    if entry == "*":
        return True
    if found := WITH_PORT.fullmatch(entry):
        entry, wanted = found["v6"] or found["host"], int(found["port"] or port)
        if wanted != port:
            return False
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        domain = entry.removeprefix("*").lstrip(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def checked_proxy(value: str, where: str) -> str:
    """Return the address of a proxy with its scheme; a `UsageError` names `where`, and never the address."""
    proxy = value if "://" in value else f"http://{value}"
    wrong = UsageError(
        f"{where} is no address of a proxy; write http://HOST:PORT, a password percent-encoded"
    )
    try:
        parts = urlsplit(proxy)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise wrong from None
    if not usable or placeholder(value) or any(map(str.isspace, proxy)) or "#" in proxy:
        raise wrong
    if parts.scheme not in PROXY_SCHEMES:
        raise UsageError(f"{where}: a proxy speaks {', '.join(sorted(PROXY_SCHEMES))}, not {parts.scheme}")
    if parts.scheme in SOCKS and importlib.util.find_spec("socks") is None:
        raise UsageError(
            f'{where} speaks SOCKS; install what it needs: python -m pip install "requests[socks]"'
        )
    return proxy


def _ca_of(target: Target) -> str:
    """Return the file or folder of certificates to trust, "" for the usual ones."""
    if target.ca:
        return _checked_ca(target.ca, f"target {target.name}: ca")
    if not any(url.startswith("https:") for url in target.urls.values()):
        return ""
    name = next((name for name in CA_VARIABLES if os.environ.get(name)), "")
    return _checked_ca(os.environ[name], name) if name else ""


def _checked_ca(path: str, where: str) -> str:
    if not Path(path).exists():
        raise UsageError(f"{where} = {path!r}: there is no such file")
    try:
        tls_context(path)
    except (SSLError, OSError) as error:
        binary = Path(path).is_file() and _begins_with(path, DER)
        cure = "; it is in binary form: openssl x509 -inform der -in FILE -out FILE.pem" if binary else ""
        raise UsageError(
            f"{where} = {path!r} holds no certificates in PEM form: {error.strerror or error}{cure}"
        ) from error
    return path


def _begins_with(path: str, start: bytes) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(len(start)) == start
    except OSError:
        return False


def tls_context(ca: str) -> SSLContext:
    """Return a context that trusts the certificates of a file or folder, or the usual ones."""
    trusted = ca or DEFAULT_CA_BUNDLE_PATH
    if Path(trusted).is_dir():
        return create_default_context(capath=trusted)
    return create_default_context(cafile=trusted)
