"""Keep the picture of an iTwin: its size is checked, its bytes are not kept."""

from __future__ import annotations

import struct
import uuid

from conformance.emulator.behaviours import seen_live
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find
from conformance.emulator.kernel.responses import Detail, Response, invalid_itwins, invalid_value, refuse
from conformance.emulator.state.records import Item

LARGEST = 5 * 1024 * 1024
WIDEST = 5
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_PNG_HEADER = 24
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@seen_live("images.rules", "An image of more than 5 MB is 413, one wider or higher than 5:1 is 422.")
def validate(call: Call) -> Response | None:
    """Refuse what is no PNG or JPEG of a fair size."""
    if len(call.request.body) > LARGEST:
        return refuse(413, "RequestTooLarge", "The image is larger than 5 MB.")
    size = _size(call.request.body)
    if size is None:
        return invalid_itwins("Cannot save iTwin image.", invalid_value("image", "image"))
    width, height = size
    if min(width, height) < 1 or max(width, height) / min(width, height) > WIDEST:
        message = "The ratio of width and height is more than 5:1."
        return invalid_itwins("Cannot save iTwin image.", Detail("InvalidValue", message, "image"))
    call.facts["ending"] = "png" if call.request.body.startswith(_PNG) else "jpg"
    return None


def _size(body: bytes) -> tuple[int, int] | None:
    if body.startswith(_PNG) and len(body) >= _PNG_HEADER:
        width, height = struct.unpack(">II", body[16:24])
        return width, height
    return _jpeg_size(body) if body.startswith(_JPEG) else None


def _jpeg_size(body: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(body) and body[place] == 0xFF:  # noqa: PLR2004 - each marker starts so
        marker, length = body[place + 1], int.from_bytes(body[place + 2 : place + 4], "big")
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


def upload(call: Call) -> Response:
    """Put the image in the place of any older one, 201 ``{image}``."""
    image_id, ending = str(uuid.uuid4()), call.facts["ending"]
    places = f"{call.services.base_url}/containers/images"
    document = {
        "id": image_id,
        "smallImageName": f"{image_id}_small.{ending}",
        "smallImageUrl": f"{places}/{image_id}_small.{ending}",
        "largeImageName": f"{image_id}_large.{ending}",
        "largeImageUrl": f"{places}/{image_id}_large.{ending}",
    }
    call.state.images.put(Item(call.itwin.id, image_id, document))
    return Response(201, {"image": document})


find_image = find(
    "image",
    lambda call: call.state.images.get(call.itwin.id),
    refuse(404, "iTwinImageNotFound", "Requested iTwin image is not available."),
)


def get(call: Call) -> Response:
    """Show where the image is, 200 ``{image}``."""
    return Response(200, {"image": dict(call.facts["image"].document)})


def delete(call: Call) -> Response:
    """Forget the image, 204."""
    call.state.images.drop(call.facts["image"])
    return Response(204)
