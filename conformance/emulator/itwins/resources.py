"""List, read and delete the resources of a repository."""

from __future__ import annotations

from conformance.emulator.call import Call
from conformance.emulator.finding import find_repository
from conformance.emulator.itwins.views import resource_view
from conformance.emulator.paging import links, read_page
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import Resource
from conformance.emulator.replies import Detail, Reply, invalid_itwins, resource_not_found


def list_resources(call: Call) -> Reply:
    """Show a page of resources, 200 ``{resources, _links}``; ``$search`` looks in display names."""
    query = call.query
    page = read_page(query)
    if isinstance(page, Detail):
        return invalid_itwins("Cannot get iTwin Repository Resources.", page)
    found = call.emulator.state.resources_of(call.itwin.id, call.repository.id)
    if query.get("$search"):
        words = query["$search"].lower()
        found = [each for each in found if words in str(each.document["displayName"]).lower()]
    shown = [resource_view(call, each.document) for each in page.cut(found)]
    return Reply(200, {"resources": shown, "_links": links(call, page, len(found))})


@states("resources.unknown", "An unknown resource is 404 iTwinRepositoryResourceNotFound.", Source.LIVE)
def find_resource(call: Call) -> Reply | None:
    """Find the path's resource in the repository, or answer 404."""
    resource = call.emulator.state.resource(call.itwin.id, call.repository.id, call.ids["resourceId"])
    if resource is None:
        return resource_not_found()
    call.facts["resource"] = resource
    return None


def get(call: Call) -> Reply:
    """Show the resource, 200 ``{resource}``."""
    return Reply(200, {"resource": resource_view(call, _resource(call).document)})


@states(
    "resources.delete-unknown", "Deleting from an unknown repository is 404 as for a resource.", Source.LIVE
)
def find_for_delete(call: Call) -> Reply | None:
    """Find repository and resource, or answer 404 iTwinRepositoryResourceNotFound for either."""
    return resource_not_found() if find_repository(call) is not None else find_resource(call)


@states(
    "resources.no-graphics", "No resource of an iTwin has graphics, whether it exists or not.", Source.LIVE
)
def graphics(_call: Call) -> Reply:
    """Show that there are no graphics, 200 ``{graphics: []}``."""
    return Reply(200, {"graphics": []})


def delete(call: Call) -> Reply:
    """Forget the resource, 204; its id and name are free again."""
    call.emulator.state.drop_resource(_resource(call))
    return Reply(204)


def _resource(call: Call) -> Resource:
    resource: Resource = call.facts["resource"]
    return resource
