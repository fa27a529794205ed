"""Put the operations of the Reality Management API together from their steps."""

from __future__ import annotations

from conformance.emulator.apis.reality_management import associate, crud, listing, move
from conformance.emulator.kernel.authentication import ENTRY
from conformance.emulator.kernel.lookup_steps import (
    check_id,
    find_data,
    find_itwin,
    needs_on_data,
    needs_on_itwin,
    require_on_data,
)
from conformance.emulator.kernel.pipeline import Operation, operation, with_steps

CHECKED = with_steps(ENTRY, check_data_id=check_id("realityDataId"))
CHECKED_BOTH = with_steps(CHECKED, check_itwin_id=check_id("iTwinId"))
DATA = with_steps(CHECKED, check_query=crud.check_query, find_data=find_data)
READ = with_steps(DATA, authorize=require_on_data("realitydata_read"))
MODIFIED = with_steps(DATA, authorize=require_on_data("realitydata_modify"))
DELETED = with_steps(DATA, authorize=require_on_data("realitydata_delete"))

_ALL = "/reality-management/reality-data"
_ONE = f"{_ALL}/{{realityDataId}}"
_ITWINS = f"{_ONE}/itwins"
_ASSOCIATION = f"{_ITWINS}/{{iTwinId}}"

REALITY_MANAGEMENT: tuple[Operation, ...] = (
    operation(
        "associateRealityData",
        f"POST {_ASSOCIATION}",
        CHECKED_BOTH,
        find_data=find_data,
        find_itwin=find_itwin,
        authorize_source=needs_on_data("source"),
        authorize_destination=needs_on_itwin("destination"),
        conflict=associate.conflict,
        apply=associate.apply,
        respond=associate.response,
    ),
    operation(
        "moveRealityData",
        f"PATCH {_ONE}/move",
        CHECKED,
        validate=move.validate,
        find_data=find_data,
        find_itwin=move.find_itwin,
        authorize_source=needs_on_data("source"),
        authorize_destination=needs_on_itwin("destination"),
        conflict=move.conflict,
        check_associations=move.check_associations,
        check_organization=move.check_organization,
        check_data_center=move.check_data_center,
        apply=move.apply,
        respond=move.response,
    ),
    operation("listRealityData", f"GET {_ALL}", ENTRY, respond=listing.list_data),
    operation(
        "createRealityData",
        f"POST {_ALL}",
        ENTRY,
        validate=crud.validate_new,
        authorize=crud.authorize_new,
        respond=crud.create,
    ),
    operation("getRealityData", f"GET {_ONE}", READ, respond=crud.get),
    operation("updateRealityData", f"PATCH {_ONE}", MODIFIED, respond=crud.update),
    operation("deleteRealityData", f"DELETE {_ONE}", DELETED, respond=crud.delete),
    operation("listRealityDataITwins", f"GET {_ITWINS}", READ, respond=crud.list_itwins),
    operation(
        "dissociateRealityData",
        f"DELETE {_ASSOCIATION}",
        CHECKED_BOTH,
        find_data=find_data,
        authorize=require_on_data("realitydata_read"),
        respond=crud.dissociate,
    ),
    operation("getRealityDataReadAccess", f"GET {_ONE}/readaccess", READ, respond=crud.access),
    operation("getRealityDataWriteAccess", f"GET {_ONE}/writeaccess", MODIFIED, respond=crud.access),
)
