"""Name the decisions that more than one step shares or that one could get subtly wrong.

Each emulator has its own copy of :data:`RULES`, in which a defect may put another function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.kernel import access
from conformance.emulator.state.records import GIS, ITwin, RealityData, Repository, is_guid
from conformance.emulator.state.state import State

LONGEST = 200


def id_taken(state: State, repository: Repository, resource_id: str) -> bool:
    """Return whether the repository has a resource of exactly this id."""
    return state.resources.get(repository.itwin, repository.id, resource_id) is not None


def name_taken(state: State, repository: Repository, name: str) -> bool:
    """Return whether the repository has a resource of exactly this display name."""
    return state.resources.name_taken(repository.itwin, repository.id, name)


def too_long(_field: str, text: str) -> bool:
    """Return whether a resource's id or name has more than 200 code points."""
    return len(text) > LONGEST


def blank(_field: str, value: object) -> bool:
    """Return whether a required value is null, empty or white space only."""
    return value is None or (isinstance(value, str) and not value.strip())


def kept_text(_field: str, text: str) -> str:
    """Return the text as it is stored: unchanged."""
    return text


def takes_resources(repository: Repository) -> bool:
    """Return whether resources can be created in the repository."""
    return bool(repository.document["class"] == GIS)


def canonical_id(text: str) -> str:
    """Return a GUID in the spelling under which things are kept."""
    return text.lower()


def same_organization(data: RealityData, itwin: ITwin) -> bool:
    """Return whether the iTwin belongs to the reality data's organization."""
    return data.organization == itwin.organization


def same_data_center(data: RealityData, itwin: ITwin) -> bool:
    """Return whether the iTwin lies in the reality data's data center."""
    return data.data_center == itwin.data_center


def associated_once(data: RealityData) -> bool:
    """Return whether the reality data has at most one iTwin."""
    return len(data.itwins) <= 1


def associated_with(data: RealityData, itwin: ITwin) -> bool:
    """Return whether the iTwin is one of the reality data's."""
    return itwin.id in data.itwins


_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    *(access.is_member, access.may_see, access.permissions),
    *(associated_once, associated_with, same_data_center, same_organization),
    *(blank, canonical_id, is_guid, kept_text, too_long),
    *(id_taken, name_taken, takes_resources),
)
RULES = {function.__name__: function for function in _FUNCTIONS}

NEEDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("associateRealityData", "source"): ("realitydata_create", "realitydata_assign"),
    ("associateRealityData", "destination"): ("realitydata_create", "realitydata_assign"),
    ("moveRealityData", "source"): ("realitydata_manage",),
    ("moveRealityData", "destination"): ("realitydata_manage",),
    ("createRepositoryResource", "itwin"): ("itwins_modify",),
}
"""The permissions of the judged operations, by operation and side."""
