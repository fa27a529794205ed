"""Put the operations of the iTwins API together from their steps."""

from __future__ import annotations

from conformance.emulator import finding
from conformance.emulator.identity.checks import AUTHENTICATION
from conformance.emulator.itwins import (
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
from conformance.emulator.pipeline import Operation, Run, Step, operation
from conformance.emulator.throttle import THROTTLE

ENTRY = (*AUTHENTICATION, *THROTTLE)
ITWIN = (*ENTRY, Step("find_itwin", finding.find_itwin))
SEEN = (*ITWIN, Step("authorize", finding.see_itwin))
MODIFIED = (*ITWIN, Step("authorize", finding.require("itwins_modify")))
SEEN_REPOSITORY = (*SEEN, Step("find_repository", finding.find_repository))
MODIFIED_REPOSITORY = (*MODIFIED, Step("find_repository", finding.find_repository))

_REPOSITORIES = "/itwins/{iTwinId}/repositories"
_REPOSITORY = f"{_REPOSITORIES}/{{repositoryId}}"
_RESOURCES = f"{_REPOSITORY}/resources"
_RESOURCE = f"{_RESOURCES}/{{resourceId}}"
_GLOBAL = "/itwins/repositories"
_GLOBAL_ONE = f"{_GLOBAL}/{{repositoryId}}"
_GLOBAL_RESOURCES = f"{_GLOBAL_ONE}/resources"
_GLOBAL_RESOURCE = f"{_GLOBAL_RESOURCES}/{{resourceId}}"
_IMAGE = "/itwins/{iTwinId}/image"
SHARED = (*ENTRY, Step("find_repository", shared.find_repository))
SHARED_RESOURCE = (*SHARED, Step("find_resource", shared.find_resource))


def _reply(run: Run) -> tuple[str, Run]:
    return ("reply", run)


JUDGED = (
    operation(
        "getITwinAccount",
        "GET",
        "/itwins/{iTwinId}/account",
        ITWIN,
        ("authorize", account.authorize),
        _reply(account.reply),
    ),
    operation(
        "createRepositoryResource",
        "POST",
        _RESOURCES,
        ITWIN,
        ("authorize", resource_create.authorize),
        ("find_repository", finding.find_repository),
        ("check_class", resource_create.check_class),
        ("validate", resource_create.validate),
        ("conflict", resource_create.conflict),
        ("make", resource_create.make),
        ("apply", resource_create.apply),
        _reply(resource_create.reply),
    ),
)

ITWINS: tuple[Operation, ...] = (
    *JUDGED,
    operation("listITwins", "GET", "/itwins", ENTRY, _reply(listing.list_itwins)),
    operation(
        "createITwin",
        "POST",
        "/itwins",
        ENTRY,
        ("validate", crud.validate_new),
        ("conflict", crud.conflict),
        _reply(crud.create),
    ),
    operation("getITwin", "GET", "/itwins/{iTwinId}", SEEN, _reply(crud.get)),
    operation(
        "updateITwin",
        "PATCH",
        "/itwins/{iTwinId}",
        MODIFIED,
        ("validate", crud.validate_changes),
        ("conflict", crud.conflict),
        _reply(crud.update),
    ),
    operation(
        "deleteITwin",
        "DELETE",
        "/itwins/{iTwinId}",
        ITWIN,
        ("authorize", finding.require("itwins_delete")),
        _reply(crud.delete),
    ),
    operation("getPrimaryAccount", "GET", "/itwins/myprimaryaccount", ENTRY, _reply(listing.primary_account)),
    operation("listFavoriteITwins", "GET", "/itwins/favorites", ENTRY, _reply(listing.favorites)),
    operation("addFavoriteITwin", "POST", "/itwins/favorites/{iTwinId}", SEEN, _reply(listing.add_favorite)),
    operation(
        "removeFavoriteITwin", "DELETE", "/itwins/favorites/{iTwinId}", SEEN, _reply(listing.drop_favorite)
    ),
    operation("listRecentITwins", "GET", "/itwins/recents", ENTRY, _reply(listing.recents)),
    operation("addRecentITwin", "POST", "/itwins/recents/{iTwinId}", SEEN, _reply(listing.add_recent)),
    operation("removeRecentITwin", "DELETE", "/itwins/recents/{iTwinId}", SEEN, _reply(listing.drop_recent)),
    operation("listGlobalRepositories", "GET", _GLOBAL, ENTRY, _reply(shared.list_repositories)),
    operation("getGlobalRepository", "GET", _GLOBAL_ONE, SHARED, _reply(shared.get_repository)),
    operation("listGlobalResources", "GET", _GLOBAL_RESOURCES, SHARED, _reply(shared.list_resources)),
    operation("getGlobalResource", "GET", _GLOBAL_RESOURCE, SHARED_RESOURCE, _reply(shared.get_resource)),
    operation(
        "getGlobalResourceGraphics",
        "GET",
        f"{_GLOBAL_RESOURCE}/graphics",
        SHARED_RESOURCE,
        _reply(shared.get_graphics),
    ),
    operation("getResourceGraphics", "GET", f"{_RESOURCE}/graphics", SEEN, _reply(resources.graphics)),
    operation("listExports", "GET", "/itwins/exports", ENTRY, _reply(exports.list_exports)),
    operation(
        "createExport",
        "POST",
        "/itwins/exports",
        ENTRY,
        ("validate", exports.validate),
        _reply(exports.create),
    ),
    operation("getExport", "GET", "/itwins/exports/{exportId}", ENTRY, _reply(exports.get)),
    operation(
        "uploadITwinImage", "PUT", _IMAGE, MODIFIED, ("validate", images.validate), _reply(images.upload)
    ),
    operation("getITwinImage", "GET", _IMAGE, SEEN, ("find_image", images.find_image), _reply(images.get)),
    operation(
        "deleteITwinImage",
        "DELETE",
        _IMAGE,
        MODIFIED,
        ("find_image", images.find_image),
        _reply(images.delete),
    ),
    operation("listRepositories", "GET", _REPOSITORIES, SEEN, _reply(repositories.list_repositories)),
    operation(
        "createRepository",
        "POST",
        _REPOSITORIES,
        MODIFIED,
        ("validate", repositories.validate_new),
        ("conflict", repositories.conflict),
        _reply(repositories.create),
    ),
    operation("getRepository", "GET", _REPOSITORY, SEEN_REPOSITORY, _reply(repositories.get)),
    operation(
        "updateRepository",
        "PATCH",
        _REPOSITORY,
        MODIFIED_REPOSITORY,
        ("check_created", repositories.check_created),
        _reply(repositories.update),
    ),
    operation(
        "deleteRepository",
        "DELETE",
        _REPOSITORY,
        MODIFIED_REPOSITORY,
        ("check_created", repositories.check_created),
        _reply(repositories.delete),
    ),
    operation(
        "listRepositoryResources", "GET", _RESOURCES, SEEN_REPOSITORY, _reply(resources.list_resources)
    ),
    operation(
        "getRepositoryResource",
        "GET",
        _RESOURCE,
        SEEN_REPOSITORY,
        ("find_resource", resources.find_resource),
        _reply(resources.get),
    ),
    operation(
        "deleteRepositoryResource",
        "DELETE",
        _RESOURCE,
        MODIFIED,
        ("find_resource", resources.find_for_delete),
        _reply(resources.delete),
    ),
)
