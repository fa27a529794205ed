"""Put the operations on groups, jobs and shares of the Access Control API together from their steps."""

from __future__ import annotations

from conformance.emulator.apis.access_control import common, group_members, groups, invitations, jobs, shares
from conformance.emulator.apis.access_control.operations import FOUND, INVITE, ITWIN, NEW_MEMBER, REMOVE, SEEN
from conformance.emulator.kernel.lookup_steps import require
from conformance.emulator.kernel.pipeline import Operation, operation, with_steps

SEEN_GROUP = with_steps(SEEN, find_group=groups.find_group)
GROUPS = with_steps(FOUND, authorize=require("administration_manage_groups"))
NEW_GROUP = with_steps(GROUPS, validate=groups.validate_new, conflict=groups.check_conflict)
GROUP = with_steps(GROUPS, find_group=groups.find_group)
CHANGED_GROUP = with_steps(GROUP, validate=groups.validate_changes, conflict=groups.check_conflict)
REMOVED_GROUP_INVITATION = with_steps(GROUP, find_invitation=invitations.find_invitation)
SEEN_GROUP_MEMBER = with_steps(SEEN, find_group_member=group_members.find_group_member)
CHANGED_GROUP_MEMBER = with_steps(
    INVITE, find_group_member=group_members.find_group_member, read_body=common.read_body
)
REMOVED_GROUP_MEMBER = with_steps(REMOVE, find_group_member=group_members.find_group_member)
NEW_JOB = with_steps(INVITE, validate=jobs.validate)
SEEN_JOB = with_steps(SEEN, find_job=jobs.find_job)
NEW_SHARE = with_steps(INVITE, validate=shares.validate)
SEEN_SHARE = with_steps(SEEN, find_share=shares.find_share)
REVOKED_SHARE = with_steps(INVITE, find_share=shares.find_share)

_GROUPS = f"{ITWIN}/groups"
_GROUP = f"{_GROUPS}/{{groupId}}"
_GROUP_INVITATIONS = f"{_GROUP}/invitations"
_GROUP_INVITATION = f"{_GROUP_INVITATIONS}/{{invitationId}}"
_GROUP_MEMBERS = f"{ITWIN}/members/groups"
_GROUP_MEMBER = f"{_GROUP_MEMBERS}/{{groupId}}"
_JOBS = f"{ITWIN}/jobs"
_JOB = f"{_JOBS}/{{jobId}}"
_SHARES = f"{ITWIN}/shares"
_SHARE = f"{_SHARES}/{{shareId}}"

ACCESS_CONTROL_GROUPS: tuple[Operation, ...] = (
    operation("listGroups", f"GET {_GROUPS}", SEEN, respond=groups.list_groups),
    operation("createGroup", f"POST {_GROUPS}", NEW_GROUP, respond=groups.create_group),
    operation("getGroup", f"GET {_GROUP}", SEEN_GROUP, respond=groups.get_group),
    operation("updateGroup", f"PATCH {_GROUP}", CHANGED_GROUP, respond=groups.update_group),
    operation("deleteGroup", f"DELETE {_GROUP}", GROUP, respond=groups.delete_group),
    operation(
        "listGroupInvitations",
        f"GET {_GROUP_INVITATIONS}",
        SEEN_GROUP,
        respond=invitations.list_group_invitations,
    ),
    operation(
        "deleteGroupInvitation",
        f"DELETE {_GROUP_INVITATION}",
        REMOVED_GROUP_INVITATION,
        respond=invitations.delete_invitation,
    ),
    operation("listGroupMembers", f"GET {_GROUP_MEMBERS}", SEEN, respond=group_members.list_group_members),
    operation(
        "addGroupMembers", f"POST {_GROUP_MEMBERS}", NEW_MEMBER, respond=group_members.add_group_members
    ),
    operation(
        "getGroupMember", f"GET {_GROUP_MEMBER}", SEEN_GROUP_MEMBER, respond=group_members.get_group_member
    ),
    operation(
        "updateGroupMember",
        f"PATCH {_GROUP_MEMBER}",
        CHANGED_GROUP_MEMBER,
        respond=group_members.update_group_member,
    ),
    operation(
        "removeGroupMember",
        f"DELETE {_GROUP_MEMBER}",
        REMOVED_GROUP_MEMBER,
        respond=group_members.remove_group_member,
    ),
    operation("createJob", f"POST {_JOBS}", NEW_JOB, respond=jobs.create_job),
    operation("getJob", f"GET {_JOB}", SEEN_JOB, respond=jobs.get_job),
    operation("getJobActions", f"GET {_JOB}/actions", SEEN_JOB, respond=jobs.get_job_actions),
    operation("listShares", f"GET {_SHARES}", SEEN, respond=shares.list_shares),
    operation("createShare", f"POST {_SHARES}", NEW_SHARE, respond=shares.create_share),
    operation("getShare", f"GET {_SHARE}", SEEN_SHARE, respond=shares.get_share),
    operation("revokeShare", f"DELETE {_SHARE}", REVOKED_SHARE, respond=shares.revoke_share),
)
