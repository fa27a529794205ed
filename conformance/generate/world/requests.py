"""Drafts a valid request of any operation: path, query, headers and a body of any media type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlsplit

from conformance.claims.endpoints import Endpoint
from conformance.claims.openapi import JsonObject, Operation
from conformance.claims.path_names import PARAMETER
from conformance.errors import HarnessError, NotJudged
from conformance.exchange.model import ABSENT, Exchange, Request, Undo
from conformance.generate.world.at_rest import at_rest
from conformance.generate.world.ids import squeezed
from conformance.generate.world.learned import Learned
from conformance.generate.world.media import as_text, encoded
from conformance.generate.world.slots import slots_of
from conformance.generate.world.values import NAMES, Maker, Reference, kind_of

LEFT_OUT: Final = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that a definition may name and that the client sends itself (OpenAPI 3)."""
WAITING: Final = frozenset({"sync", "synchronous", "wait"})
"""Flags of a query with which the response comes when all is done, and shows what was made."""
REDIRECTS: Final = frozenset({301, 302, 307, 308})
Complaint = tuple[str, tuple[str, ...]]
"""What a refusal complained of: a place, "" where it named none, and the path of a member."""
Bodies = Mapping[str, Callable[[], Any]]


@dataclass(frozen=True)
class Draft:
    """A request in parts, so that a rule can change one of them; `json` is `ABSENT` where there is none.

    `variant` tells which of the ways to make a valid body it was made in, `complaints` what was mended
    since, in so many `rounds`.
    """

    endpoint: Endpoint
    params: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    json: Any = ABSENT
    content: bytes | None = None
    variant: str = ""
    complaints: tuple[Complaint, ...] = ()
    rounds: int = 0


@dataclass(frozen=True)
class Drafts:
    """Drafts valid requests of a definition's operations; `bodies` are those of its override.

    `prefix` stands before each path where it is not None, instead of the base path of the definition.
    """

    operations: Mapping[str, Operation]
    unique: Callable[[str], str]
    refer: Reference
    bodies: Mapping[str, Any] = field(default_factory=dict)
    prefix: str | None = None
    learned: Learned = field(default_factory=Learned)
    _turned: set[str] = field(default_factory=set)

    def drafts(self, endpoint: Endpoint, params: Mapping[str, str]) -> Iterator[Draft]:
        """Yield valid requests, the likeliest first: the override's, the shortest, the example, the whole."""
        query, headers = self._around(endpoint)
        for variant, make in self._bodies(endpoint).items():
            yield self._draft(Draft(endpoint, params, query, headers, variant=variant), make())

    def again(self, draft: Draft) -> Draft:
        """Return a draft of the same request, as it was before it was mended, with new names of its own."""
        make = self._bodies(draft.endpoint)[draft.variant]
        return self._draft(replace(draft, json=ABSENT, content=None), make())

    def chosen_id(self, endpoint: Endpoint, name: str, kind: str) -> str:
        """Return a new id for the parameter of this name of a path, of the form that its schema says."""
        schema = endpoint.schema_of_parameter(endpoint.parameter(name))
        if kind_of(schema) == "integer":
            return str(900_000_000 + int(self.unique("n").rpartition("-")[2]))
        form = schema if schema.keys() & {"format", "pattern", "maxLength", "minLength"} else {}
        return str(Maker(endpoint.document, self.unique, lambda _: None).text(form, kind or name))

    def maker(self, endpoint: Endpoint) -> Maker:
        """Return what makes values of the definition, with names of this run's own."""
        return Maker(
            *(endpoint.document, self.unique, self.refer), learned=partial(self.learned.value, endpoint)
        )

    def _bodies(self, endpoint: Endpoint) -> Bodies:
        """Return the ways to make a valid body by name, the likeliest first."""
        content = endpoint.body
        if content is None:
            return {"none": lambda: ABSENT}
        if endpoint.id in self.bodies:
            return {"override": lambda: self._filled(self.bodies[endpoint.id])}
        maker = Maker(endpoint.document, self.unique, self.refer)
        whole = Maker(endpoint.document, self.unique, self.refer, whole=True)
        found: dict[str, Callable[[], Any]] = {}
        short = maker.value(content.schema) if content.schema else ABSENT
        if short not in (ABSENT, {}, []):
            found["short"] = lambda: maker.value(content.schema)
        if content.has_example:
            found["example"] = lambda: self._renamed(content.example, maker)
        other = replace(maker, choice=1)
        if content.schema and _form(maker, content.schema) != _form(other, content.schema):
            found["other"] = lambda: other.value(content.schema)
        if content.schema:
            found["whole"] = lambda: whole.value(content.schema)
        if "short" not in found:
            found["empty"] = lambda: short if short is not ABSENT else {}
            if _flat(replace(whole, refer=lambda _: None).value(content.schema)):
                found["flat"] = lambda: _flat(whole.value(content.schema))
        return found

    def _renamed(self, example: Any, maker: Maker) -> Any:
        """Return an example with names of the run's own and ids of real things."""
        if not isinstance(example, dict):
            return example
        return {name: self._replaced(name, value, maker) for name, value in example.items()}

    def _replaced(self, name: str, value: Any, maker: Maker) -> Any:
        if isinstance(value, str) and NAMES.search(name):
            return maker.text({}, name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            kind = "integer" if isinstance(value, int) else "string"
            real = maker.reference({"type": kind}, name)
            return value if real is None else real
        return value

    def _filled(self, body: Any) -> Any:
        if isinstance(body, str):
            return body.replace("{unique}", self.unique("text")) if "{unique}" in body else body
        if isinstance(body, list):
            return [self._filled(each) for each in body]
        return {k: self._filled(v) for k, v in body.items()} if isinstance(body, dict) else body

    def _around(self, endpoint: Endpoint) -> tuple[dict[str, str], dict[str, str | None]]:
        """Return the query and the headers that are required."""
        maker = Maker(endpoint.document, self.unique, self.refer)
        query: dict[str, str] = {}
        medias = list(dict.fromkeys(c.media for _, c in endpoint.success() if "*" not in c.media))
        headers: dict[str, str | None] = {
            "Accept": ", ".join([*medias, "application/json;q=0.9", "*/*;q=0.5"])
        }
        for parameter in endpoint.parameters:
            name, where = str(parameter.get("name", "")), parameter.get("in")
            if where == "query" and name.lower() in WAITING and _is_flag(endpoint, parameter):
                query[name] = "true"
            if not parameter.get("required") or (where == "header" and name.lower() in LEFT_OUT):
                continue
            if where in {"query", "header"}:
                value = as_text(parameter_value(endpoint, parameter, maker))
                (query if where == "query" else headers)[name] = value
        return query, headers

    def _draft(self, bare: Draft, body: Any) -> Draft:
        content = bare.endpoint.body
        if content is None or body is ABSENT:
            return bare
        if bare.endpoint.method in {"PUT", "PATCH"} and bare.variant != "override":
            body = _named_as_its_path(body, bare)
        if bare.variant != "override":
            body = at_rest(body, bare.endpoint)
        media = content.media if "*" not in content.media else "application/json"
        if content.is_json:
            return replace(bare, headers={**bare.headers, "Content-Type": media}, json=body)
        data, media = encoded(content, body)
        return replace(bare, headers={**bare.headers, "Content-Type": media}, content=data)

    def request(self, draft: Draft, *, undo: Undo | None = None, purpose: str = "judged") -> Request:
        """Return the request of a draft; a parameter of the path without a value is an error."""
        return Request(
            draft.endpoint.method,
            self.path(draft.endpoint, draft.params),
            self.operations.get(draft.endpoint.id),
            dict(draft.params),
            query=dict(draft.query),
            headers=dict(draft.headers),
            json=draft.json,
            content=draft.content,
            undo=undo,
            purpose=purpose,
        )

    def path(self, endpoint: Endpoint, params: Mapping[str, str], *, is_open: bool = False) -> str:
        """Return the path that is sent; where `is_open`, with ``{id}`` in the place of its last parameter."""
        last = endpoint.path_names[-1] if is_open else ""
        path = endpoint.path
        for name in endpoint.path_names:
            if name not in params and name != last:
                raise HarnessError(f"{path}: the parameter {name} of the path has no value")
            if name != last and not params[name]:
                raise NotJudged(f"{path}: no value for {name}")
        filled = PARAMETER.sub(lambda match: "{id}" if match[1] == last else _quoted(params[match[1]]), path)
        if endpoint.id in self._turned:
            filled = filled.rstrip("/") if filled.endswith("/") else f"{filled}/"
        return (endpoint.base if self.prefix is None else self.prefix) + filled

    def turns(self, draft: Draft, exchange: Exchange) -> bool:
        """Tell whether a request was sent to the same path with or without its last slash; remember it."""
        where = urlsplit(exchange.header("Location") or "").path
        sent = self.path(draft.endpoint, draft.params)
        is_turned = where != sent and where.rstrip("/") == sent.rstrip("/") != ""
        if exchange.status not in REDIRECTS or not is_turned or draft.endpoint.id in self._turned:
            return False
        self._turned.add(draft.endpoint.id)
        return True


def _flat(body: Any) -> dict[str, Any]:
    """Return the members of a body that hold a text or a number, where others hold more; else nothing."""
    members = body if isinstance(body, dict) else {}
    flat = {name: value for name, value in members.items() if not isinstance(value, dict | list)}
    return flat if len(flat) < len(members) else {}


def _form(maker: Maker, schema: Any) -> str:
    """Return the form of what is made of a schema, its names and ids apart."""
    plain = replace(maker, unique=lambda _: "n", refer=lambda _: None)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", repr(plain.value(schema)))


def _named_as_its_path(body: Any, draft: Draft) -> Any:
    """Return the body of a change with the id of its path where it says that too: nothing is renamed."""
    if not isinstance(body, dict) or not draft.endpoint.path.rstrip("/").endswith("}"):
        return body
    slot = slots_of(draft.endpoint.path)[-1]
    own = {squeezed(slot.name), squeezed(slot.name).removeprefix(slot.kind)}
    same = {n: draft.params[slot.name] for n, v in body.items() if squeezed(n) in own and isinstance(v, str)}
    return {**body, **same}


def _quoted(value: str) -> str:
    return quote(value, safe="", errors="surrogatepass")


def _is_flag(endpoint: Endpoint, parameter: JsonObject) -> bool:
    return kind_of(endpoint.schema_of_parameter(parameter)) == "boolean"


def parameter_value(endpoint: Endpoint, parameter: JsonObject, maker: Maker) -> Any:
    """Return a valid value of a parameter: its example, or one that its schema allows."""
    if parameter.get("example") not in (None, ""):
        return parameter["example"]
    return maker.value(endpoint.schema_of_parameter(parameter), str(parameter.get("name", "")))
