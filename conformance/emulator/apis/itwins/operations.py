"""Put the operations of the iTwins API together from their steps."""

from __future__ import annotations

from conformance.emulator.apis.itwins import (
    account,
    crud,
    exports,
    images,
    listing,
    repositories,
    resource_create,
    resources,
    shared,
)
from conformance.emulator.kernel.authentication import ENTRY
from conformance.emulator.kernel.lookup_steps import (
    find_itwin,
    find_repository,
    needs_on_itwin,
    require,
    see_itwin,
)
from conformance.emulator.kernel.pipeline import Operation, operation, with_steps

FOUND = with_steps(ENTRY, find_itwin=find_itwin)
SEEN = with_steps(FOUND, authorize=see_itwin)
MODIFIED = with_steps(FOUND, authorize=require("itwins_modify"))
SEEN_REPOSITORY = with_steps(SEEN, find_repository=find_repository)
CREATED_REPOSITORY = with_steps(
    MODIFIED, find_repository=find_repository, check_created=repositories.check_created
)
NEW_ITWIN = with_steps(ENTRY, validate=crud.validate_new, conflict=crud.conflict)
CHANGED_ITWIN = with_steps(MODIFIED, validate=crud.validate_changes, conflict=crud.conflict)
DELETED_ITWIN = with_steps(FOUND, authorize=require("itwins_delete"))
NEW_REPOSITORY = with_steps(MODIFIED, validate=repositories.validate_new, conflict=repositories.conflict)
SEEN_RESOURCE = with_steps(SEEN_REPOSITORY, find_resource=resources.find_resource)
DELETED_RESOURCE = with_steps(MODIFIED, find_resource=resources.find_for_delete)
SHARED = with_steps(ENTRY, find_repository=shared.find_repository)
SHARED_RESOURCE = with_steps(SHARED, find_resource=shared.find_resource)

_ITWIN = "/itwins/{iTwinId}"
_FAVORITES = "/itwins/favorites"
_RECENTS = "/itwins/recents"
_EXPORTS = "/itwins/exports"
_IMAGE = f"{_ITWIN}/image"
_REPOSITORIES = f"{_ITWIN}/repositories"
_REPOSITORY = f"{_REPOSITORIES}/{{repositoryId}}"
_RESOURCES = f"{_REPOSITORY}/resources"
_RESOURCE = f"{_RESOURCES}/{{resourceId}}"
_GLOBAL = "/itwins/repositories"
_GLOBAL_ONE = f"{_GLOBAL}/{{repositoryId}}"
_GLOBAL_RESOURCES = f"{_GLOBAL_ONE}/resources"
_GLOBAL_RESOURCE = f"{_GLOBAL_RESOURCES}/{{resourceId}}"

ITWINS: tuple[Operation, ...] = (
    operation(
        "getITwinAccount",
        f"GET {_ITWIN}/account",
        FOUND,
        authorize=account.authorize,
        respond=account.response,
    ),
    operation(
        "createRepositoryResource",
        f"POST {_RESOURCES}",
        FOUND,
        authorize=needs_on_itwin("itwin"),
        find_repository=find_repository,
        check_class=resource_create.check_class,
        validate=resource_create.validate,
        conflict=resource_create.conflict,
        make=resource_create.make,
        apply=resource_create.apply,
        respond=resource_create.response,
    ),
    operation("listITwins", "GET /itwins", ENTRY, respond=listing.list_itwins),
    operation("createITwin", "POST /itwins", NEW_ITWIN, respond=crud.create),
    operation("getITwin", f"GET {_ITWIN}", SEEN, respond=crud.get),
    operation("updateITwin", f"PATCH {_ITWIN}", CHANGED_ITWIN, respond=crud.update),
    operation("deleteITwin", f"DELETE {_ITWIN}", DELETED_ITWIN, respond=crud.delete),
    operation("getPrimaryAccount", "GET /itwins/myprimaryaccount", ENTRY, respond=listing.primary_account),
    operation("listFavoriteITwins", f"GET {_FAVORITES}", ENTRY, respond=listing.favorites),
    operation("addFavoriteITwin", f"POST {_FAVORITES}/{{iTwinId}}", SEEN, respond=listing.mark("favorites")),
    operation(
        "removeFavoriteITwin", f"DELETE {_FAVORITES}/{{iTwinId}}", SEEN, respond=listing.unmark("favorites")
    ),
    operation("listRecentITwins", f"GET {_RECENTS}", ENTRY, respond=listing.recents),
    operation("addRecentITwin", f"POST {_RECENTS}/{{iTwinId}}", SEEN, respond=listing.mark("recents")),
    operation("removeRecentITwin", f"DELETE {_RECENTS}/{{iTwinId}}", SEEN, respond=listing.unmark("recents")),
    operation("listGlobalRepositories", f"GET {_GLOBAL}", ENTRY, respond=shared.list_repositories),
    operation("getGlobalRepository", f"GET {_GLOBAL_ONE}", SHARED, respond=shared.get_repository),
    operation("listGlobalResources", f"GET {_GLOBAL_RESOURCES}", SHARED, respond=shared.list_resources),
    operation("getGlobalResource", f"GET {_GLOBAL_RESOURCE}", SHARED_RESOURCE, respond=shared.get_resource),
    operation(
        "getGlobalResourceGraphics",
        f"GET {_GLOBAL_RESOURCE}/graphics",
        SHARED_RESOURCE,
        respond=shared.get_graphics,
    ),
    operation("getResourceGraphics", f"GET {_RESOURCE}/graphics", SEEN, respond=resources.graphics),
    operation("listExports", f"GET {_EXPORTS}", ENTRY, respond=exports.list_exports),
    operation("createExport", f"POST {_EXPORTS}", ENTRY, validate=exports.validate, respond=exports.create),
    operation("getExport", f"GET {_EXPORTS}/{{exportId}}", ENTRY, respond=exports.get),
    operation("uploadITwinImage", f"PUT {_IMAGE}", MODIFIED, validate=images.validate, respond=images.upload),
    operation("getITwinImage", f"GET {_IMAGE}", SEEN, find_image=images.find_image, respond=images.get),
    operation(
        "deleteITwinImage", f"DELETE {_IMAGE}", MODIFIED, find_image=images.find_image, respond=images.delete
    ),
    operation("listRepositories", f"GET {_REPOSITORIES}", SEEN, respond=repositories.list_repositories),
    operation("createRepository", f"POST {_REPOSITORIES}", NEW_REPOSITORY, respond=repositories.create),
    operation("getRepository", f"GET {_REPOSITORY}", SEEN_REPOSITORY, respond=repositories.get),
    operation("updateRepository", f"PATCH {_REPOSITORY}", CREATED_REPOSITORY, respond=repositories.update),
    operation("deleteRepository", f"DELETE {_REPOSITORY}", CREATED_REPOSITORY, respond=repositories.delete),
    operation(
        "listRepositoryResources", f"GET {_RESOURCES}", SEEN_REPOSITORY, respond=resources.list_resources
    ),
    operation("getRepositoryResource", f"GET {_RESOURCE}", SEEN_RESOURCE, respond=resources.get),
    operation("deleteRepositoryResource", f"DELETE {_RESOURCE}", DELETED_RESOURCE, respond=resources.delete),
)
