"""Addresses of a targets file, checked for what can only go wrong, and which hosts are this machine."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?")
_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f]")


def is_loopback(host: str) -> bool:
    """Tell whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def port_of(parts: SplitResult) -> int:
    """Return the port of an address, which may be its scheme's own."""
    return parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def check_url(value: str) -> SplitResult:
    """Return the parts of an http(s) address; a `ValueError` says what is wrong and how to write it."""
    if _BLANK.search(value):
        raise ValueError("there is a blank or a line break in the address; remove it")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"{_shown(value)!r} is no address: {error}") from None
    if parts.username is not None or parts.password is not None:
        raise ValueError("no credentials in a URL: give them to a role")
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise ValueError(f"{_shown(value)!r} is no http(s) URL; write it as https://HOST")
    if host in DEFAULT_PORTS:
        raise ValueError(f"{_shown(value)!r}: the scheme stands twice; write it as https://HOST")
    _check_host(host)
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError(f"{_shown(value)!r}: the port is missing or 0; write one, or no colon")
    other = {80: "https", 443: "http"}
    if port is not None and other.get(port) == parts.scheme and not is_loopback(host):
        right = "http" if port == DEFAULT_PORTS["http"] else "https"
        raise ValueError(f"port {port} speaks {right}, not {parts.scheme}; correct the port or the scheme")
    if "#" in value:
        raise ValueError("an address has no fragment; leave out what begins with #")
    if "\\" in value:
        raise ValueError("there is a backslash in the address; write / instead")
    return parts


def _check_host(host: str) -> None:
    if ":" in host or _HOST.fullmatch(host):
        return
    try:
        spelled = host.encode("idna").decode("ascii")
    except UnicodeError:
        spelled = host
    cure = f"; write it as {spelled}" if spelled != host and _HOST.fullmatch(spelled) else ""
    raise ValueError(f"{host!r} is no name of a host{cure}")


def check_base_url(value: str) -> str:
    """Return the base URL of an API without a slash at its end; `ValueError` where it can only go wrong."""
    parts = check_url(value)
    if "?" in value:
        raise ValueError("a base URL has no query; leave out what begins with ?")
    path = parts.path.rstrip("/")
    if "//" in path or {".", ".."} & set(path.split("/")):
        raise ValueError(f"the path {path!r} has an empty or dotted segment; correct it")
    return value.rstrip("/")


def check_issuer(value: str) -> str:
    """Return an issuer without a slash at its end; the address of its discovery document is refused."""
    check_url(value)
    if "/.well-known/" in value or "?" in value:
        raise ValueError("an issuer is the address before /.well-known; leave out the rest")
    return value.rstrip("/")


def _shown(value: str) -> str:
    """Return the address without what may be a password in it."""
    return re.sub(r"//[^/@]*@", "//***@", value)
