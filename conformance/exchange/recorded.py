"""One line of `exchanges.ndjson`: a request and its response as a run recorded them, secrets masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PlainValidator

from conformance.exchange.model import CORRELATION_ID
from conformance.exchange.trace import trace_id

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, found {value!r}")  # noqa: TRY004 - pydantic reads ValueError
    return value


def _texts(value: Any) -> Mapping[str, str]:
    found = value if isinstance(value, dict) else {}
    return {str(name): str(text) for name, text in found.items()}


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and value >= 0 else 0.0


Text = Annotated[str, PlainValidator(_text)]
"""Any text, a lone surrogate included: what is sent again has to be what was sent."""
Words = Annotated[str, PlainValidator(lambda value: value if isinstance(value, str) else "")]
Body = Annotated[str | None, PlainValidator(lambda value: value if isinstance(value, str) else None)]
Headers = Annotated[Mapping[str, str], PlainValidator(_texts)]
Number = Annotated[float, PlainValidator(_seconds)]


class _Recorded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class RecordedRequest(_Recorded):
    """What was sent; the headers hold no token."""

    method: Text
    url: Text
    headers: Headers = Field(default_factory=dict)
    body: Body = None

    @property
    def is_authorized(self) -> bool:
        """Tell whether a token went with it."""
        return any(name.lower() == "authorization" for name in self.headers)


class RecordedResponse(_Recorded):
    """What came back."""

    status: int
    headers: Headers = Field(default_factory=dict)
    body: Body = None
    truncated: bool = False


class RecordedExchange(_Recorded):
    """A request and its response, None where none came and `failure` says why.

    `started` is in seconds since the epoch, `elapsed_ms` in milliseconds. Exchanges with the same `group`, if
    it is not empty, were sent concurrently. Older runs call the scenario `story` and the response `reply`.
    """

    id: Text
    request: RecordedRequest
    response: RecordedResponse | None = Field(
        default=None, validation_alias=AliasChoices("response", "reply")
    )
    scenario: Words = Field(default="", validation_alias=AliasChoices("scenario", "story"))
    role: Words = ""
    operation: Words = ""
    purpose: Words = ""
    started: Number = 0.0
    elapsed_ms: Number = 0.0
    failure: Words = ""
    group: Words = ""
    off_spec: Annotated[bool, PlainValidator(bool)] = False
    """The request left the documented path or protocol on purpose."""

    @property
    def writes(self) -> bool:
        """Tell whether the exchange may have changed the target."""
        return self.purpose in {"judged", "setup"} and self.request.method not in SAFE

    @property
    def status(self) -> str:
        """Return the status of the response, empty where none came."""
        return str(self.response.status) if self.response else ""

    @property
    def trace(self) -> str:
        """Return the id of the trace that the request began, empty where it began none."""
        return trace_id(self.request.headers)

    @property
    def correlation(self) -> str:
        """Return the id that the response gives for whoever looks it up at the server; empty without one."""
        headers = self.response.headers if self.response else {}
        return next((text for name, text in headers.items() if name.lower() == CORRELATION_ID), "")

    @property
    def succeeded(self) -> bool:
        """Tell whether the target accepted it."""
        return self.status.startswith("2")
