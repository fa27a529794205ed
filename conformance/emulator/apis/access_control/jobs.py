"""Change the members of an iTwin in bulk: jobs that assign and unassign roles and remove members."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

from conformance.emulator.apis.access_control.common import owner_role, role_of, user_by_email
from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.bodies import keep_body, writable
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find
from conformance.emulator.kernel.responses import Detail, Response, invalid_value, missing, refuse
from conformance.emulator.state.records import Entry, Member, User, is_guid

ASSIGN, UNASSIGN, REMOVE = "assignRoles", "unassignRoles", "removeMembers"
KINDS = (ASSIGN, UNASSIGN, REMOVE)

find_job = find(
    "job",
    lambda call: call.state.jobs.get(call.itwin.id, call.ids["jobId"].lower()),
    refuse(404, "JobNotFound", "Requested job is not available."),
)


def _invalid(*details: Detail) -> Response:
    return refuse(422, "InvalidiTwinsJobRequest", "Cannot create job.", details)


@seen_live("access-control.job-actions", "A job without actions, an address or a role id is 422.")
def validate(call: Call) -> Response | None:
    """Refuse a job whose actions are not valid with 422."""
    return keep_body(call, _invalid, _problems)


def _problems(body: dict[str, Any]) -> list[Detail]:
    actions = body.get("actions")
    if actions is None or actions == {}:
        return [missing("actions")]
    if not isinstance(actions, dict) or not writable(json.dumps(actions, ensure_ascii=False)):
        return [invalid_value(actions, "actions")]
    found = []
    for kind in KINDS:
        entries = actions.get(kind)
        if entries is not None and not isinstance(entries, list):
            found.append(invalid_value(entries, f"actions.{kind}"))
        else:
            for index, entry in enumerate(entries or ()):
                found += _entry_problems(entry, f"actions.{kind}[{index}]", roles=kind != REMOVE)
    return found if found or any(actions.get(kind) for kind in KINDS) else [missing("actions")]


def _entry_problems(entry: Any, target: str, *, roles: bool) -> list[Detail]:
    if not isinstance(entry, dict):
        return [invalid_value(entry, target)]
    found, email, ids = [], entry.get("email"), entry.get("roleIds")
    if not email:
        found.append(missing(f"{target}.email"))
    elif not isinstance(email, str) or "@" not in email:
        found.append(invalid_value(email, f"{target}.email"))
    if roles and not ids:
        found.append(missing(f"{target}.roleIds"))
    elif roles and not (isinstance(ids, list) and all(isinstance(e, str) and is_guid(e) for e in ids)):
        found.append(invalid_value(ids, f"{target}.roleIds"))
    return found


@assumed("access-control.job-at-once", "A job is done when it is created; what it could not do is its error.")
def create_job(call: Call) -> Response:
    """Carry the actions out and keep the job, 201 with the job."""
    actions = call.facts["body"]["actions"]
    entries = [(kind, each) for kind in KINDS for each in actions.get(kind) or ()]
    errors = [each for each in (_carry_out(call, kind, entry) for kind, entry in entries) if each]
    status = "Completed" if not errors else "Failed" if len(errors) == len(entries) else "PartialCompleted"
    job: dict[str, Any] = {"id": str(uuid.uuid4()), "itwinId": call.itwin.id, "status": status}
    if errors:
        job["error"] = [each.as_json() for each in errors]
    call.state.jobs.put(Entry(call.itwin.id, job["id"], {"job": job, "actions": actions}))
    return Response(201, job)


def _carry_out(call: Call, kind: str, entry: dict[str, Any]) -> Detail | None:
    user = user_by_email(call, entry["email"])
    member = None if user is None else call.state.members.get(call.itwin.id, user.id)
    if user is None or (member is None and kind != ASSIGN):
        return Detail("TeamMemberNotFound", "Requested team member is not available.", entry["email"])
    if kind == REMOVE:
        return _remove(call, member, entry["email"])
    unknown = next((each for each in entry["roleIds"] if role_of(call, each) is None), None)
    if unknown is not None:
        return Detail("RoleNotFound", "Requested Role is not available.", unknown)
    _change_roles(call, user, kind, [each.lower() for each in entry["roleIds"]])
    return None


def _remove(call: Call, member: Member | None, email: str) -> Detail | None:
    if member is not None and member.owner:
        return Detail("InvalidValue", "An owner is not removed by a job.", email)
    if member is not None:
        call.state.members.drop(member)
    return None


def _change_roles(call: Call, user: User, kind: str, ids: list[str]) -> None:
    member = call.state.members.get(call.itwin.id, user.id) or Member(call.itwin.id, user.id)
    kept = [each for each in member.roles if each not in ids]
    given = [] if kind == UNASSIGN else [each for each in ids if each != owner_role(call.itwin.id).id]
    call.state.members.put(replace(member, roles=tuple(dict.fromkeys([*kept, *given]))))


def get_job(call: Call) -> Response:
    """Show the job, 200."""
    return Response(200, call.facts["job"].document["job"])


def get_job_actions(call: Call) -> Response:
    """Show what the job was asked to do, 200 ``{actions}``."""
    return Response(200, {"actions": call.facts["job"].document["actions"]})
