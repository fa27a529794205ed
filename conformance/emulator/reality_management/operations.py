"""Put the operations of the Reality Management API together from their steps."""

from __future__ import annotations

from conformance.emulator import finding
from conformance.emulator.identity.checks import AUTHENTICATION
from conformance.emulator.pipeline import Operation, Run, Step, operation
from conformance.emulator.reality_management import associate, crud, listing, move
from conformance.emulator.throttle import THROTTLE

ENTRY = (*AUTHENTICATION, *THROTTLE)
CHECKED = (*ENTRY, Step("check_data_id", finding.check_data_id))
DATA = (*CHECKED, Step("check_query", crud.check_query), Step("find_data", finding.find_data))
READ = (*DATA, Step("authorize", finding.require_on_data("realitydata_read")))

_ALL = "/reality-management/reality-data"
_ONE = f"{_ALL}/{{realityDataId}}"
_ITWINS = f"{_ONE}/itwins"
_ASSOCIATION = f"{_ITWINS}/{{iTwinId}}"


def _reply(run: Run) -> tuple[str, Run]:
    return ("reply", run)


JUDGED = (
    operation(
        "associateRealityData",
        "POST",
        _ASSOCIATION,
        CHECKED,
        ("check_itwin_id", finding.check_itwin_id),
        ("find_data", finding.find_data),
        ("find_itwin", finding.find_itwin),
        ("authorize_source", associate.authorize_source),
        ("authorize_destination", associate.authorize_destination),
        ("conflict", associate.conflict),
        ("apply", associate.apply),
        _reply(associate.reply),
    ),
    operation(
        "moveRealityData",
        "PATCH",
        f"{_ONE}/move",
        CHECKED,
        ("validate", move.validate),
        ("find_data", finding.find_data),
        ("find_itwin", move.find_itwin),
        ("authorize_source", move.authorize_source),
        ("authorize_destination", move.authorize_destination),
        ("conflict", move.conflict),
        ("check_associations", move.check_associations),
        ("check_organization", move.check_organization),
        ("check_data_center", move.check_data_center),
        ("apply", move.apply),
        _reply(move.reply),
    ),
)

REALITY_MANAGEMENT: tuple[Operation, ...] = (
    *JUDGED,
    operation("listRealityData", "GET", _ALL, ENTRY, _reply(listing.list_data)),
    operation(
        "createRealityData",
        "POST",
        _ALL,
        ENTRY,
        ("validate", crud.validate_new),
        ("authorize", crud.authorize_new),
        _reply(crud.create),
    ),
    operation("getRealityData", "GET", _ONE, READ, _reply(crud.get)),
    operation(
        "updateRealityData",
        "PATCH",
        _ONE,
        DATA,
        ("authorize", finding.require_on_data("realitydata_modify")),
        _reply(crud.update),
    ),
    operation(
        "deleteRealityData",
        "DELETE",
        _ONE,
        DATA,
        ("authorize", finding.require_on_data("realitydata_delete")),
        _reply(crud.delete),
    ),
    operation("listRealityDataITwins", "GET", _ITWINS, READ, _reply(crud.list_itwins)),
    operation(
        "dissociateRealityData",
        "DELETE",
        _ASSOCIATION,
        CHECKED,
        ("check_itwin_id", finding.check_itwin_id),
        ("find_data", finding.find_data),
        ("authorize", finding.require_on_data("realitydata_read")),
        _reply(crud.dissociate),
    ),
    operation("getRealityDataReadAccess", "GET", f"{_ONE}/readaccess", READ, _reply(crud.access_stub)),
    operation(
        "getRealityDataWriteAccess",
        "GET",
        f"{_ONE}/writeaccess",
        DATA,
        ("authorize", finding.require_on_data("realitydata_modify")),
        _reply(crud.access_stub),
    ),
)
