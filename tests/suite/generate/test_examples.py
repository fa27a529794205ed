"""Valid requests are made of the specification's examples and of real ids."""

from __future__ import annotations

import pytest

from conformance.claims.requirements import Catalogue
from conformance.errors import HarnessError
from conformance.generate.examples import example_body, example_request
from conformance.ledger.unique_names import Unique


def test_an_example_is_about_real_things(bulbs: Catalogue) -> None:
    """Real ids stand where the spec wants them, new names where it wants those, the example elsewhere."""
    add, get = bulbs.operations["addBulb"], bulbs.operations["getBulb"]
    ids = {"bulb_id": "desk bulb"}
    assert example_body(add, ids, Unique("n-")) == {"id": "n-id-1", "model": "desk bulb", "lit": False}
    assert example_body(get, ids, Unique("n-")) is None
    request = example_request(get, ids, Unique("n-"), rewrite=str.upper, off_spec=True)
    assert (request.path, request.off_spec) == ("/BULBS/DESK%20BULB", True)
    assert example_request(add, ids, Unique("n-"), content=b"{").body() == b"{"
    with pytest.raises(HarnessError, match="no real id bulb_id"):
        example_request(get, {}, Unique("n-"))
