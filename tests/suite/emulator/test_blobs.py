"""Containers of reality data: what their addresses permit, and what they answer as Azure's storage does."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from conformance.emulator.blobs import endpoints
from conformance.emulator.blobs.storage import Storage
from conformance.emulator.blobs.store import Blob, BlobStore, FullError
from conformance.emulator.serving import Served, running
from tests.suite.emulator.caller import Caller

BASE: Final = "/reality-management/reality-data"
BLOCK_BLOB: Final = {"x-ms-blob-type": "BlockBlob"}


def parsed(content: bytes) -> ET.Element:
    """Return the root of a document that the emulator wrote."""
    return ET.fromstring(content)  # noqa: S314 - our own emulator's words


@dataclass(frozen=True)
class Answer:
    """Status, headers in lower case, and content of a response."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def code(self) -> str:
        """Return the code of a refusal, which its header says too."""
        code = parsed(self.content).findtext("Code", "")
        assert self.headers["x-ms-error-code"] == code
        return code


@dataclass(frozen=True)
class Container:
    """A container at the address that a call gave."""

    address: str

    def ask(self, method: str, blob: str = "", query: str = "", body: bytes = b"", **headers: str) -> Answer:
        """Send a request about a blob, or about the container, and return the response."""
        parts = urlsplit(self.address)
        where = f"{parts.path}{'/' if blob else ''}{quote(blob)}?{parts.query}&{query}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        connection.request(method, where, body or None, (BLOCK_BLOB if method == "PUT" else {}) | named)
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        found = Answer(response.status, told, response.read())
        connection.close()
        return found

    def names(self, query: str = "") -> list[str]:
        """Return the names that a list shows, those of prefixes too, and of the next page if there is one."""
        answer = self.ask("GET", query=f"restype=container&comp=list&{query}")
        assert answer.status == 200, answer
        root = parsed(answer.content)
        more = root.findtext("NextMarker") or ""
        return [each.text or "" for each in root.iter("Name")] + ([f"-> {more}"] if more else [])


def container(caller: Caller, data: str, kind: str = "write") -> Container:
    """Return the container of a reality data as its owner may use it."""
    answer = caller.call("GET", f"{BASE}/{data}/{kind}access")
    assert answer.status == 200, answer
    return Container(answer.json["_links"]["containerUrl"]["href"])


@pytest.fixture
def data(owner: Caller) -> str:
    """Return a new reality data."""
    return owner.data(owner.itwin())


def test_what_was_put_is_there_until_its_reality_data_is_deleted(owner: Caller, data: str) -> None:
    """Content, type and metadata come back; the container goes with the reality data."""
    own, name = container(owner, data), "a b/größe 100%.txt"
    put = own.ask("PUT", name, body=b"12345", content_type="text/plain", x_ms_meta_made="here")
    assert put.status == 201
    read, head = own.ask("GET", name), own.ask("HEAD", name)
    assert (read.status, read.content, read.headers["content-type"]) == (200, b"12345", "text/plain")
    assert read.headers["etag"] == put.headers["etag"] == head.headers["etag"]
    assert (read.headers["x-ms-meta-made"], head.headers["content-length"], head.content) == (
        "here",
        "5",
        b"",
    )
    assert own.names() == [name]
    assert owner.call("DELETE", f"{BASE}/{data}").status == 204
    assert own.ask("GET", name).code == "BlobNotFound"


def test_a_part_of_a_blob(owner: Caller, data: str) -> None:
    """A range is answered with 206 and what it covers; behind the end there is nothing."""
    own = container(owner, data)
    own.ask("PUT", "b", body=b"0123456789")
    part = own.ask("GET", "b", x_ms_range="bytes=2-4")
    assert (part.status, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert own.ask("GET", "b", range="bytes=8-99").content == b"89"
    assert own.ask("GET", "b", range="bytes=7-").content == b"789"
    assert own.ask("GET", "b", range="bytes=10-").code == "InvalidRange"


def test_blocks_are_joined_in_the_order_of_their_list(owner: Caller, data: str) -> None:
    """What no list names is not there."""
    own = container(owner, data)
    for block, content in (("AA==", b"one"), ("AQ==", b"two"), ("Ag==", b"three")):
        assert own.ask("PUT", "b", f"comp=block&blockid={quote(block)}", content).status == 201
    assert own.ask("GET", "b").code == "BlobNotFound"
    unknown = own.ask("PUT", "b", "comp=blocklist", b"<BlockList><Latest>no==</Latest></BlockList>")
    assert (unknown.status, unknown.code) == (400, "InvalidBlockList")
    blocks = b"<BlockList><Latest>Ag==</Latest><Uncommitted>AA==</Uncommitted></BlockList>"
    assert own.ask("PUT", "b", "comp=blocklist", blocks).status == 201
    assert own.ask("GET", "b").content == b"threeone"


def test_a_list_by_prefix_by_folder_and_by_page(owner: Caller, data: str) -> None:
    """Each name stands on one page; a delimiter sums up what is below it."""
    own = container(owner, data)
    for name in ("a/1", "a/2", "b", "c/d/3"):
        own.ask("PUT", name, body=b"x")
    assert own.names("prefix=a/") == ["a/1", "a/2"]
    assert own.names("delimiter=/") == ["a/", "b", "c/"]
    assert own.names("prefix=c/&delimiter=/") == ["c/d/"]
    assert own.names("maxresults=3") == ["a/1", "a/2", "b", "-> c/d/3"]
    assert own.names("maxresults=3&marker=c/d/3") == ["c/d/3"]
    assert own.names("maxresults=1&delimiter=/") == ["a/", "-> b"]
    for wrong in ("0", "x"):
        answer = own.ask("GET", query=f"restype=container&comp=list&maxresults={wrong}")
        assert answer.code == "InvalidQueryParameterValue"


def test_an_address_gives_what_it_says_and_no_more(owner: Caller, data: str) -> None:
    """To read is not to write; a signature is good for its container and its permissions alone."""
    read, write = container(owner, data, "read"), container(owner, data)
    write.ask("PUT", "b", body=b"x")
    assert read.ask("GET", "b").status == read.ask("GET", query="restype=container").status == 200
    for method in ("PUT", "DELETE"):
        assert read.ask(method, "b", body=b"y").code == "AuthorizationPermissionMismatch"
    other = owner.data(owner.itwin())
    for changed in (
        read.address.replace(data, other),
        read.address.replace("sp=rl", "sp=racwdl"),
        read.address.partition("?")[0] + "?",
        read.address.partition("&sig=")[0] + "&sig=%C3%A9",
    ):
        assert (Container(changed).ask("GET", "b").status, Container(changed).ask("GET", "b").code) == (
            403,
            "AuthenticationFailed",
        )
    assert write.ask("DELETE", "b").status == 202
    assert write.ask("DELETE", "b").code == "BlobNotFound"


def test_what_the_storage_does_not_offer_is_said(owner: Caller, data: str) -> None:
    """Other kinds of blobs, other operations and names that no XML holds are refused, each by its code."""
    own = container(owner, data)
    assert own.ask("GET", "b", "comp=tags").code == "UnsupportedOperation"
    assert own.ask("PUT", "b\x01", body=b"x").code == "InvalidUri"
    assert own.ask("PUT", "b", x_ms_blob_type="PageBlob").code == "InvalidHeaderValue"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Serve an emulator whose storage holds ten bytes, four of them in one request."""
    monkeypatch.setattr(endpoints, "LARGEST", 4)
    with running() as served:
        served.emulator.services.storage.store._most = 10
        yield served


def test_the_storage_is_bounded(small: Served) -> None:
    """Too large a request and a full storage are refused; a reset empties it."""
    storage = small.emulator.services.storage
    own = Container(storage.address("any", "racwdl"))
    assert own.ask("PUT", "b", body=b"12345").code == "RequestBodyTooLarge"
    for number in range(2):
        assert own.ask("PUT", f"b{number}", body=b"1234").status == 201
    full = own.ask("PUT", "c", body=b"1234")
    assert (full.status, full.code) == (507, "InsufficientStorage")
    assert own.ask("PUT", "c", "comp=block&blockid=AA==", b"1234").code == "InsufficientStorage"
    small.reset()
    assert own.names() == []


def test_an_address_runs_out_after_an_hour() -> None:
    """Its end stands in the address, and what was changed in it is no address any more."""
    now = [1_000_000.0]
    storage = Storage("http://here", lambda: now[0])
    told = dict(parse_qsl(urlsplit(storage.address("c", "rl")).query))
    assert storage.signer.permissions("c", told) == "rl"
    now[0] += 3599
    assert storage.signer.permissions("c", told) == "rl"
    now[0] += 2
    assert storage.signer.permissions("c", told) == ""
    assert storage.signer.permissions("c", told | {"se": "2999-01-01T00:00:00Z"}) == ""


def test_a_blob_takes_the_place_of_the_one_before_it() -> None:
    """It has another ETag, and only its own bytes count."""
    store = BlobStore(most=10)
    first = store.put("c", "b", Blob(b"12345", "x", 0.0))
    second = store.put("c", "b", Blob(b"1", "x", 0.0))
    assert first.etag != second.etag
    store.put("c", "d", Blob(b"123456789", "x", 0.0))
    with pytest.raises(FullError):
        store.put("c", "e", Blob(b"1", "x", 0.0))
