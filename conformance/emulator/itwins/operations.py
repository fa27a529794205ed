"""Put the operations of the iTwins API together from their steps."""

from __future__ import annotations

from conformance.emulator import finding
from conformance.emulator.identity.checks import AUTHENTICATION
from conformance.emulator.itwins import account, crud, listing, repositories, resource_create, resources
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
    operation("listAllRepositories", "GET", "/itwins/repositories", ENTRY, _reply(repositories.list_all)),
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
        MODIFIED_REPOSITORY,
        ("find_resource", resources.find_resource),
        _reply(resources.delete),
    ),
)
