"""Small parts: names, valid examples, forged tokens, and where the data of an installation stands."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from conformance.claims import folders as paths
from conformance.claims.openapi import brief, load_documents, load_operations, pointer, resolve
from conformance.claims.requirements import Catalogue
from conformance.claims.text_files import read_yaml
from conformance.client.auth.forged_tokens import forged
from conformance.errors import HarnessError, UsageError
from conformance.generate.examples import example_body, example_request
from conformance.ledger.unique_names import Unique
from tests.suite.toy_api import SPEC, Checkout


def test_names_never_repeat() -> None:
    """Every name carries the run's prefix and its word, and comes once; a length is kept exactly."""
    unique = Unique("ct-1-")
    names = [unique(), unique("zone"), unique("zone")]
    assert names == ["ct-1-thing-1", "ct-1-zone-2", "ct-1-zone-3"]
    assert len(unique.of_length(200)) == 200
    assert unique.of_length(40, "ü").endswith("ü")


def test_an_example_is_about_real_things(lamps: Catalogue) -> None:
    """Real ids stand where the spec wants them, new names where it wants those, the example elsewhere."""
    add, get = lamps.operations["addLamp"], lamps.operations["getLamp"]
    ids = {"lamp_id": "desk lamp"}
    assert example_body(add, ids, Unique("n-")) == {"id": "n-id-1", "model": "desk lamp", "lit": False}
    assert example_body(get, ids, Unique("n-")) is None
    request = example_request(get, ids, Unique("n-"), rewrite=str.upper, off_spec=True)
    assert (request.path, request.off_spec) == ("/LAMPS/DESK%20LAMP", True)
    assert example_request(add, ids, Unique("n-"), content=b"{").body() == b"{"
    with pytest.raises(HarnessError, match="no real id lamp_id"):
        example_request(get, {}, Unique("n-"))


@pytest.fixture(scope="module")
def key() -> RSAKey:
    """Return an issuer's key."""
    return RSAKey.generate_key(2048, parameters={"kid": "k1"})


def read(token: str, public: dict[str, Any]) -> bool:
    """Tell whether a careful verifier accepts the token."""
    try:
        jwt.decode(token, KeySet.import_key_set(public), algorithms=["RS256"])  # type: ignore[arg-type] # one key
    except (JoseError, ValueError):
        return False
    return True


def test_forged_tokens_are_refused_by_a_careful_verifier(key: RSAKey) -> None:
    """Each kind of forgery differs from the good token in one way, and none passes."""
    token = jwt.encode({"alg": "RS256", "kid": "k1"}, {"sub": "u", "scope": "s"}, key)
    public: dict[str, Any] = {"keys": [key.as_dict(private=False)]}
    assert read(token, public)
    made = forged(token, public)
    assert set(made) == {
        "malformed-token",
        "empty-token",
        "forged-signature",
        "changed-claims",
        "unsigned-token",
        "foreign-key",
        "public-key-as-secret",
    }
    assert not [kind for kind, forgery in made.items() if read(forgery, public)]
    signature = made["forged-signature"].split(".")
    assert (signature[:2], len(signature[2])) == (token.split(".")[:2], len(token.split(".")[2]))
    assert sum(a != b for a, b in zip(made["forged-signature"], token, strict=True)) == 1
    header, claims, signed = made["unsigned-token"].split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "none"
    assert (claims, signed) == (token.split(".")[1], "")
    assert made["changed-claims"].split(".")[2] == token.split(".")[2]


@pytest.mark.parametrize(
    ("token", "keys"),
    [("opaque", {}), ("a.b", {}), ("%%%.%%%.x", {}), ("bm8.bm8.x", {}), ("W10.W10.x", {})],
)
def test_only_a_jwt_can_be_forged(token: str, keys: dict[str, Any]) -> None:
    """Of a token that is no JWT only a malformed and an empty one are made."""
    assert set(forged(token, keys)) == {"malformed-token", "empty-token"}


@pytest.mark.parametrize(
    "keys", [{}, {"keys": []}, {"keys": [7, {"kty": "EC"}]}, {"keys": [{"kty": "RSA", "n": "!"}]}]
)
def test_without_a_usable_key_none_is_confused(key: RSAKey, keys: dict[str, Any]) -> None:
    """Where the issuer publishes no RSA key, its public key cannot be taken for a secret."""
    token = jwt.encode({"alg": "RS256"}, {"sub": "u"}, key)
    assert "public-key-as-secret" not in forged(token, keys)


def test_the_checkout_stands_before_the_wheel(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Inside a checkout its files win, elsewhere those beside the package; without any the reason is said."""
    assert paths.specs_dir() == checkout.root / "specs"
    assert paths.contract_dir() == checkout.root / "tests" / "contract"
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "site" / "conformance"
    (package / "_data" / "specs").mkdir(parents=True)
    monkeypatch.setattr(paths, "PACKAGE", package)
    assert paths.specs_dir() == package / "_data" / "specs"
    with pytest.raises(HarnessError, match="the installation lacks contract"):
        paths.contract_dir()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("openapi:", "openapi: [", ":2:5: not valid YAML"),
        (SPEC, "- a list", "expected a mapping at the top, found list"),
        (
            "operationId: breakLamp",
            "operationId: getLamp",
            "operationId getLamp stands in two specs: lamps and lamps",
        ),
        (
            "#/components/schemas/Lamp",
            "#/components/schemas/Lantern",
            "refers to #/components/schemas/Lantern",
        ),
    ],
)
def test_a_bad_spec_is_refused(checkout: Checkout, old: str, new: str, complaint: str) -> None:
    """What is wrong with a spec is a usage error with its place."""
    assert old in SPEC
    checkout.spec(SPEC.replace(old, new, 1))
    with pytest.raises(UsageError) as refused:
        load_operations(checkout.specs)
    assert complaint in str(refused.value)


def test_a_missing_spec_is_said(tmp_path: Path) -> None:
    """A folder without specs and a file that is not there are usage errors."""
    with pytest.raises(UsageError, match=r"no API/openapi.yaml in"):
        load_documents(tmp_path)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")


def test_an_operation_knows_what_its_page_says(lamps: Catalogue) -> None:
    """Method, path, tags, statuses, headers, examples and undo come from the spec, references followed."""
    get, add = lamps.operations["getLamp"], lamps.operations["addLamp"]
    assert (get.method, get.safe, get.page, get.tags, get.source) == (
        "GET",
        True,
        "001_lamps",
        ("Reading",),
        "the page of lamps",
    )
    assert (get.path_parameters, get.real_ids()) == (("lampId",), {"lampId": "lamp_id"})
    assert (get.responses[200].example, get.responses[200].headers) == (
        {"id": "desk", "lit": True},
        ("retry-after",),
    )
    assert get.responses[404].errors({}) == ("/: 'error' is a required property",)
    assert lamps.operations["breakLamp"].responses[204].errors({"anything": 1}) == ()
    assert (add.safe, add.body_example["id"]) == (False, "hall")
    assert add.undo == {"what": "lamp", "path": "/lamps/{id}", "pointer": "/id"}


def test_pointers_and_long_texts_are_shown_short() -> None:
    """A pointer escapes its keys; a long text keeps its two ends."""
    assert pointer(["a/b", 0, "c~d"]) == "/a~1b/0/c~0d"
    assert pointer([]) == "/"
    assert brief("x" * 200) == "x" * 200
    assert brief("a" * 150 + "b" * 150, 10) == "aaaaa … bbbbb"
    assert resolve({"a": {"b~c": {"d": 1}}}, {"$ref": "#/a/b~0c"}) == {"d": 1}
