"""What is secret: every secret and token of a run, and how it is masked in whatever leaves the process.

A server may give a secret back in any dress: whole, in parts, inside a JSON string, percent-encoded, in
base64. So a secret is known by its spellings and by every piece of them of `WINDOW` characters.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Final
from urllib.parse import quote, quote_plus, unquote
from weakref import WeakSet

MASK: Final = "***"
IN_PIECES: Final = "*** (the text held a secret in pieces)"
SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "ocp-apim-subscription-key"}
)
_NAMES: Final = "access_token|refresh_token|id_token|client_secret|client_assertion|password"
SECRET_FIELDS: Final = re.compile(rf'(\\*"(?:{_NAMES})\\*"\s*:\s*\\*")(?:[^"\\]|\\+[^"\\])+')
SECRET_FORM: Final = re.compile(rf"\b({_NAMES})=[^&\s\"'<>]+")
JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,2}")
BEARER: Final = re.compile(r"(?i)\b(bearer|basic)(\s+|%20|\+)[A-Za-z0-9._~+/=-]{8,}")

WINDOW: Final = 16
"""A piece of a secret this long or longer is masked as well: a server may echo a token in parts."""
STEP: Final = 4
"""Every such window of a secret is kept: more would only cost memory, as tokens come and go."""
SEARCHED: Final = 256 * 1024
"""How many characters of a text are searched for pieces; whole secrets are found wherever they stand."""
SHORT: Final = 120
REMEMBERED: Final = 4096
"""So many texts of up to so many characters are masked once, until another secret is learned."""
_RUN: Final = re.compile(r"[A-Za-z0-9._~+/=%!@#$^*-]{16,}")
_ESCAPED: Final = re.compile(r"\\+u00([0-9a-fA-F]{2})")
_BETWEEN: Final = re.compile(r"\\+[nrt]|[^A-Za-z0-9._~+/=%!@#$^-]+")

_EVERY: Final[WeakSet[Redactor]] = WeakSet()


def scrubbed(text: str) -> str:
    """Return the text without any secret that any run of this process knows: for messages of last resort."""
    for redactor in list(_EVERY):
        text = redactor.mask(text)
    return text


class Redactor:
    """Masks the secrets that it was told about, in every spelling that a server or a library gives them."""

    def __init__(self) -> None:
        self._learned: set[str] = set()
        self._whole: tuple[str, ...] = ()
        self._long: tuple[str, ...] = ()
        self._windows: set[str] = set()
        self._masked: dict[str, str] = {}
        self._lock = Lock()
        _EVERY.add(self)

    def learn(self, secret: str) -> None:
        """Remember a secret; from now on it and any long piece of it is masked.

        Short words are kept whole only, and one of three letters not at all: masking it would garble reports.
        """
        with self._lock:
            if len(secret) < 4 or secret in self._learned:  # noqa: PLR2004 - see the docstring
                return
            self._learned.add(secret)
            whole = set(self._whole)
            windows: set[str] = set()
            for spelling in _spellings(secret):
                if len(spelling) < 2 * WINDOW or not _RUN.fullmatch(spelling):
                    whole.add(spelling)
                starts = range(0, len(spelling) - WINDOW + 1, STEP)
                windows.update(spelling[i : i + WINDOW] for i in starts)
            self._windows = self._windows | windows
            self._whole = tuple(sorted(whole, key=len, reverse=True))
            if len(secret) >= WINDOW:
                self._long += (secret,)
            self._masked = {}  # what was asked before it was known is worked out again

    def mask(self, text: str) -> str:
        """Return the text without any secret, token or long piece of one."""
        if len(text) > SHORT:
            return self._mask(text)
        known = self._masked  # the names and values of headers come again with every exchange
        masked = known.get(text)
        if masked is None:
            masked = self._mask(text)
            if len(known) < REMEMBERED:
                known[text] = masked
        return masked

    def _mask(self, text: str) -> str:
        for secret in self._whole:
            if secret in text:
                text = text.replace(secret, MASK)
        text = SECRET_FIELDS.sub(rf"\1{MASK}", text)
        text = SECRET_FORM.sub(rf"\1={MASK}", text)
        text = JWT.sub(MASK, text)
        text = BEARER.sub(rf"\1\2{MASK}", text)
        if not self._windows or len(text) < WINDOW:
            return text
        text = _RUN.sub(self._mask_pieces, text)
        return IN_PIECES if any(map(self._holds, _undressed(text))) else text

    def _mask_pieces(self, match: re.Match[str]) -> str:
        run = match.group()
        hidden = bytearray(len(run))
        for start in self._found(run):
            # Up to STEP - 1 characters on either side belong to the secret as well.
            low, high = max(0, start - STEP + 1), min(len(run), start + WINDOW + STEP - 1)
            hidden[low:high] = b"\1" * (high - low)
        if not any(hidden):
            return run
        shown = "".join("\0" if hide else char for char, hide in zip(run, hidden, strict=True))
        return re.sub("\0+", MASK, shown)

    def _found(self, run: str) -> Iterator[int]:
        windows = self._windows
        return (i for i in range(len(run) - WINDOW + 1) if run[i : i + WINDOW] in windows)

    def _holds(self, text: str) -> bool:
        return any(True for run in _RUN.findall(text[:SEARCHED]) for _ in self._found(run))

    def contains(self, text: str) -> bool:
        """Tell whether the text holds a long secret (a token, not a word) or a long piece of one."""
        if any(secret in text for secret in self._long):
            return True
        return bool(self._windows) and (self._holds(text) or any(map(self._holds, _undressed(text))))

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers with the secret ones masked whole and the others searched."""
        return {
            self.mask(name): self._header(value) if name.lower() in SECRET_HEADERS else self.mask(value)
            for name, value in headers.items()
        }

    @staticmethod
    def _header(value: str) -> str:
        scheme, separator, rest = value.partition(" ")
        return f"{scheme} {MASK}" if separator and rest and scheme.isalpha() else MASK


def _spellings(secret: str) -> set[str]:
    """Return how a server or a library may write the secret."""
    found = {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        html.escape(secret),
    }
    octets = secret.encode("utf-8", errors="surrogatepass")
    found |= {octets.hex(), octets.hex().upper(), secret[::-1]}
    for start in range(3):
        # Behind a prefix of any length, the secret begins at one of three places of a base64 group.
        text = base64.b64encode(octets[start:]).decode()
        text = text if start == 0 else text[: -(len(text) % 4 or 4)]
        found |= {text, text.replace("+", "-").replace("/", "_")}
    return {spelling for spelling in found if len(spelling) >= 4}  # noqa: PLR2004 - as in `learn`


def _undressed(text: str) -> Iterator[str]:
    """Yield the text without what may stand between or in place of the characters of a secret."""
    text = text[:SEARCHED]
    if "\\u00" in text:
        yield _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if "%" in text:
        yield unquote(text)
    if "&#" in text:
        yield html.unescape(text)
    yield _BETWEEN.sub("", text)
