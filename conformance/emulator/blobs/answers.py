"""Word what the storage answers: refusals and lists in Azure's XML, and the headers of a blob."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from xml.etree import ElementTree as ET

from starlette.responses import Response

from conformance.emulator.blobs.signature import VERSION
from conformance.emulator.blobs.store import Blob


def said(status: int, headers: Mapping[str, str] | None = None, content: bytes = b"") -> Response:
    """Return a response with what each one of the service has."""
    own = {"x-ms-request-id": str(uuid.uuid4()), "x-ms-version": VERSION}
    return Response(content, status, {**own, **(headers or {})})


class RefusedError(Exception):
    """What was asked is refused with this status, Azure's code, and a message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def response(self) -> Response:
        """Return the refusal ``<Error><Code/><Message/></Error>``."""
        error = ET.Element("Error")
        ET.SubElement(error, "Code").text = self.code
        ET.SubElement(error, "Message").text = str(self)
        told = {"x-ms-error-code": self.code, "Content-Type": "application/xml"}
        return said(self.status, told, _xml(error))


def written(status: int, blob: Blob) -> Response:
    """Return the response to what stored a blob."""
    return said(status, {**_identity(blob), "x-ms-request-server-encrypted": "true"})


def described(blob: Blob) -> dict[str, str]:
    """Return the headers that describe a blob, without its length."""
    own = {f"x-ms-meta-{name}": value for name, value in blob.metadata.items()}
    told = {"Content-Type": blob.content_type, "Accept-Ranges": "bytes", "x-ms-blob-type": "BlockBlob"}
    return {**_identity(blob), **told, **own, "x-ms-server-encrypted": "true"}


def _identity(blob: Blob) -> dict[str, str]:
    md5 = base64.b64encode(blob.md5).decode()
    return {"ETag": blob.etag, "Last-Modified": formatdate(blob.modified, usegmt=True), "Content-MD5": md5}


def listed(
    address: str, asked: Mapping[str, str], entries: Iterable[tuple[str, Blob | None]], marker: str
) -> Response:
    """Return one page of a list: blobs, and prefixes, which have None; `marker` begins the next page."""
    root = ET.Element("EnumerationResults", {"ServiceEndpoint": address, "ContainerName": ""})
    for parameter, name in (("prefix", "Prefix"), ("marker", "Marker"), ("delimiter", "Delimiter")):
        if asked.get(parameter):
            ET.SubElement(root, name).text = asked[parameter]
    shown = ET.SubElement(root, "Blobs")
    for name, blob in entries:
        if blob is None:
            ET.SubElement(ET.SubElement(shown, "BlobPrefix"), "Name").text = name
        else:
            _add_blob(shown, name, blob)
    ET.SubElement(root, "NextMarker").text = marker
    return said(200, {"Content-Type": "application/xml"}, _xml(root))


def _add_blob(entries: ET.Element, name: str, blob: Blob) -> None:
    entry = ET.SubElement(entries, "Blob")
    ET.SubElement(entry, "Name").text = name
    properties = ET.SubElement(entry, "Properties")
    identity = _identity(blob)
    told = {
        "Creation-Time": identity["Last-Modified"],
        "Last-Modified": identity["Last-Modified"],
        "Etag": blob.etag.strip('"'),
        "Content-Length": str(len(blob.content)),
        "Content-Type": blob.content_type,
        "Content-MD5": identity["Content-MD5"],
        "BlobType": "BlockBlob",
        "AccessTier": "Hot",
        "ServerEncrypted": "true",
    }
    for key, value in told.items():
        ET.SubElement(properties, key).text = value


def _xml(root: ET.Element) -> bytes:
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content
