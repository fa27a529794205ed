"""A request that logs a role in, and what of its response goes with the requests of the role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Login(BaseModel):
    """Sends `body` to `url` (a path of the target, or an address) and takes a token or cookies.

    `selector` is a JSON pointer into the body of the response, or the name of a header; `template` has
    ``{token}`` where the token stands in what is sent `sent_as`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    verb: str
    body: SecretStr = SecretStr("")
    content_type: str = ""
    headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    password: SecretStr = SecretStr("")
    found_in: Literal["body", "header", "cookies"] = "body"
    selector: str = ""
    sent_in: Literal["header", "query", "cookies"] = "header"
    sent_as: str = "Authorization"
    template: str = "{token}"
