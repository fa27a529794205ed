"""Keep the picture of an iTwin: its size is checked, its bytes are not kept."""

from __future__ import annotations

import struct
import uuid

from conformance.emulator.call import Call
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import Item
from conformance.emulator.replies import Detail, Reply, invalid_itwins, invalid_value, refuse

LARGEST = 5 * 1024 * 1024
WIDEST = 5
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_PNG_HEADER = 24
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@states(
    "images.rules", "An image of more than 5 MB is 413, one wider or higher than 5:1 is 422.", Source.LIVE
)
def validate(call: Call) -> Reply | None:
    """Refuse what is no PNG or JPEG of a fair size."""
    if len(call.body) > LARGEST:
        return refuse(413, "RequestTooLarge", "The image is larger than 5 MB.")
    size = _size(call.body)
    if size is None:
        return invalid_itwins("Cannot save iTwin image.", invalid_value("image", "image"))
    width, height = size
    if min(width, height) < 1 or max(width, height) / min(width, height) > WIDEST:
        message = "The ratio of width and height is more than 5:1."
        return invalid_itwins("Cannot save iTwin image.", Detail("InvalidValue", message, "image"))
    call.facts["ending"] = "png" if call.body.startswith(_PNG) else "jpg"
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


def upload(call: Call) -> Reply:
    """Put the image in the place of any older one, 201 ``{image}``."""
    image_id, ending = str(uuid.uuid4()), call.facts["ending"]
    places = f"{call.emulator.base_url}/containers/images"
    document = {
        "id": image_id,
        "smallImageName": f"{image_id}_small.{ending}",
        "smallImageUrl": f"{places}/{image_id}_small.{ending}",
        "largeImageName": f"{image_id}_large.{ending}",
        "largeImageUrl": f"{places}/{image_id}_large.{ending}",
    }
    call.emulator.state.images.put(call.itwin.id, Item(call.itwin.id, image_id, document))
    return Reply(201, {"image": document})


def find_image(call: Call) -> Reply | None:
    """Find the iTwin's image, or answer 404."""
    image = call.emulator.state.images.get(call.itwin.id)
    if image is None:
        return refuse(404, "iTwinImageNotFound", "Requested iTwin image is not available.")
    call.facts["image"] = image
    return None


def get(call: Call) -> Reply:
    """Show where the image is, 200 ``{image}``."""
    return Reply(200, {"image": dict(call.facts["image"].document)})


def delete(call: Call) -> Reply:
    """Forget the image, 204."""
    call.emulator.state.images.drop(call.itwin.id)
    return Reply(204)
