"""The small APIs as targets, with the credentials that they take."""

from __future__ import annotations

from pydantic import SecretStr

from conformance.targets.model import Role, Target
from tests.suite.run.derived.board_api import BoardApi
from tests.suite.run.derived.small_server import SmallApi


def target_of(api: SmallApi, address: str) -> Target:
    """Return a small API as a target."""
    if isinstance(api, BoardApi):
        keys = {"owner": "key-of-owner-0123456789", "outsider": "key-of-outsider-0123456789"}
        roles = {role: Role(headers={"X-API-Key": SecretStr(key)}) for role, key in keys.items()}
    else:
        users = {"owner": ("olga", "owner-password-01"), "outsider": ("otto", "outsider-password-01")}
        roles = {r: Role(username=u, password=SecretStr(word)) for r, (u, word) in users.items()}
    return Target(name="small", base_url=address, roles=roles, writes="free", consistency_timeout=0)
