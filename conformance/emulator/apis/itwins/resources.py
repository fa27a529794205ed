"""List, read and delete the resources of a repository."""

from __future__ import annotations

from functools import partial

from conformance.emulator.apis.itwins.views import resource_view
from conformance.emulator.behaviours import seen_live
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find_repository
from conformance.emulator.kernel.paging import show_page
from conformance.emulator.kernel.responses import Response, invalid_itwins, resource_not_found

_invalid = partial(invalid_itwins, "Cannot get iTwin Repository Resources.")


def list_resources(call: Call) -> Response:
    """Show a page of resources, 200 ``{resources, _links}``; ``$search`` looks in display names."""
    words = call.request.query.get("$search", "").lower()
    found = call.state.resources.of(call.itwin.id, call.repository.id)
    rows = [each.document for each in found if words in each.name.lower()]
    return show_page(call, "resources", rows, _invalid, lambda row: resource_view(call, row))


@seen_live("resources.unknown", "An unknown resource is 404 iTwinRepositoryResourceNotFound.")
def find_resource(call: Call) -> Response | None:
    """Find the path's resource in the repository, or answer 404."""
    found = call.state.resources.get(call.itwin.id, call.repository.id, call.ids["resourceId"])
    call.facts["resource"] = found
    return resource_not_found() if found is None else None


def get(call: Call) -> Response:
    """Show the resource, 200 ``{resource}``."""
    return Response(200, {"resource": resource_view(call, call.facts["resource"].document)})


@seen_live("resources.delete-unknown", "Deleting from an unknown repository is 404 as for a resource.")
def find_for_delete(call: Call) -> Response | None:
    """Find repository and resource, or answer 404 iTwinRepositoryResourceNotFound for either."""
    return resource_not_found() if find_repository(call) is not None else find_resource(call)


@seen_live("resources.no-graphics", "No resource of an iTwin has graphics, whether it exists or not.")
def graphics(_call: Call) -> Response:
    """Show that there are no graphics, 200 ``{graphics: []}``."""
    return Response(200, {"graphics": []})


def delete(call: Call) -> Response:
    """Forget the resource, 204; its id and name are free again."""
    call.state.resources.drop(call.facts["resource"])
    return Response(204)
