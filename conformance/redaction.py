"""What is secret: every secret and token of a run, and how it is masked in whatever leaves the process."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from threading import Lock
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"
SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "ocp-apim-subscription-key"}
)
SECRET_FIELDS: Final = re.compile(
    r'("(?:access_token|refresh_token|id_token|client_secret|client_assertion|password)"\s*:\s*")(?:[^"\\]|\\.)*'
)
SECRET_FORM: Final = re.compile(
    r"\b(access_token|refresh_token|id_token|client_secret|client_assertion|password)=[^&\s\"'<>]+"
)
JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,2}")
BEARER: Final = re.compile(r"(?i)\b(bearer|basic)(\s+|%20|\+)[A-Za-z0-9._~+/=-]{8,}")

WINDOW: Final = 16
"""A piece of a secret this long or longer is masked as well: a server may echo a token in parts."""
_RUN: Final = re.compile(r"[A-Za-z0-9._~+/=%!@#$^*-]{16,}")


class Redactor:
    """Masks the secrets that it knows, in every spelling that a server or a library may give them."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}
        self._long: list[str] = []
        self._pieces: set[str] = set()
        self._lock = Lock()

    def learn(self, secret: str) -> None:
        """Remember a secret: it and any long piece of it is masked from now on. Short ones only whole."""
        if len(secret) < 4:  # noqa: PLR2004 - masking a three-letter word would garble every report
            return
        spellings = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
        spellings.add(base64.b64encode(secret.encode()).decode())
        with self._lock:
            if len(secret) >= WINDOW:
                self._long.append(secret)
            for spelling in sorted(spellings, key=len, reverse=True):
                self._secrets[spelling] = None
                self._pieces.update(spelling[i : i + WINDOW] for i in range(len(spelling) - WINDOW + 1))

    def mask(self, text: str) -> str:
        """Return the text without any secret, token or long piece of one."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            if secret in text:
                text = text.replace(secret, MASK)
        text = SECRET_FIELDS.sub(rf"\1{MASK}", text)
        text = SECRET_FORM.sub(rf"\1={MASK}", text)
        text = JWT.sub(MASK, text)
        text = BEARER.sub(rf"\1\2{MASK}", text)
        return _RUN.sub(self._mask_pieces, text) if self._pieces else text

    def _mask_pieces(self, match: re.Match[str]) -> str:
        run = match.group()
        hidden = bytearray(len(run))
        for i in range(len(run) - WINDOW + 1):
            if run[i : i + WINDOW] in self._pieces:
                hidden[i : i + WINDOW] = b"\1" * WINDOW
        if not any(hidden):
            return run
        shown = "".join("\0" if hide else char for char, hide in zip(run, hidden, strict=True))
        return re.sub("\0+", MASK, shown)

    def contains(self, text: str) -> bool:
        """Tell whether the text holds a long secret (a token, not a word) or a long piece of one."""
        return any(secret in text for secret in self._long) or any(
            run[i : i + WINDOW] in self._pieces
            for run in _RUN.findall(text)
            for i in range(len(run) - WINDOW + 1)
        )

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers with the secret ones masked whole and the others searched."""
        return {
            name: self._header(value) if name.lower() in SECRET_HEADERS else self.mask(value)
            for name, value in headers.items()
        }

    @staticmethod
    def _header(value: str) -> str:
        scheme, separator, rest = value.partition(" ")
        return f"{scheme} {MASK}" if separator and rest and scheme.isalpha() else MASK
