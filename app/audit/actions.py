"""Every kind of deed the log knows. A new one is one more line here.

Each line: name, meaning, and the OCSF class and activity it wears in the export. Names are
`what.past_participle` and are never changed or reused: old entries carry them for ever.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from app.audit.ocsf_classes import OTHER, Ocsf

_CREATE, _READ, _UPDATE, _DELETE = 1, 2, 3, 4  # of API
_DATA_READ, _DATA_QUERY, _DATA_DELETE, _DATA_DECRYPT = 1, 4, 7, 10  # of DATASTORE
_LOGON, _LOGOFF = 1, 2  # of AUTHENTICATION
_ASSIGN, _REVOKE = 1, 2  # of USER_ACCESS
_START, _STOP, _CHANGE = 3, 4, 8  # of LIFECYCLE
_ACCOUNT_CREATE, _ACCOUNT_PASSWORD, _ACCOUNT_DISABLE, _ACCOUNT_LOCK = 1, 3, 5, 9  # of ACCOUNT_CHANGE
_FACTOR_ENABLE, _FACTOR_DISABLE = 10, 11  # of ACCOUNT_CHANGE


class Action(NamedTuple):
    """A kind of deed: `meaning` is for the auditor, `ocsf` and `activity` for the export's OCSF view."""

    name: str
    meaning: str
    ocsf: Ocsf
    activity: int


_ALL: Final = (
    Action("approach.received", "a call, text, form or hand-written approach arrived", Ocsf.API, _CREATE),
    Action(
        "approach.told", "the one who approached said more: who they are, callback, hours, language", Ocsf.API, _UPDATE
    ),
    Action("approach.ended", "the call or visit was over", Ocsf.API, _UPDATE),
    Action("approach.connected", "a handler pressed 1 and spoke with the caller", Ocsf.API, _UPDATE),
    Action("approach.parted", "the handler and the caller were no longer connected", Ocsf.API, _UPDATE),
    Action("approach.unanswered", "nobody took the call; the caller was asked about calling back", Ocsf.API, _UPDATE),
    Action("mailbox.opened", "an anonymous mailbox was made and its receipt shown", Ocsf.API, _CREATE),
    Action("mailbox.read", "the holder of the receipt read the mailbox", Ocsf.DATASTORE, _DATA_READ),
    Action("mailbox.failed", "a receipt that fits no mailbox was tried", Ocsf.AUTHENTICATION, _LOGON),
    Action("mailbox.written", "a message was left in the mailbox, by either side", Ocsf.API, _CREATE),
    Action("mailbox.confirmed", "the holder of a receipt typed it once more, to be sure of it", Ocsf.API, _READ),
    Action("mailbox.handed", "a handler made a receipt for the person; earlier ones are dead", Ocsf.API, _CREATE),
    Action("mailbox.changed", "a handed receipt was exchanged for the person's own", Ocsf.API, _UPDATE),
    Action("mailbox.duress", "a receipt that is given away under duress was used", Ocsf.API, _UPDATE),
    Action("case.taken_back", "the person took the request back; its clock runs on", Ocsf.API, _UPDATE),
    Action("case.opened", "an approach became a case; its clock runs", Ocsf.API, _CREATE),
    Action("case.joined", "an approach joined a case", Ocsf.API, _UPDATE),
    Action("case.merged", "a handler joined two cases; the earlier clock won", Ocsf.API, _UPDATE),
    Action("case.assigned", "somebody gave the case to a handler", Ocsf.USER_ACCESS, _ASSIGN),
    Action("case.taken", "a handler took the case", Ocsf.USER_ACCESS, _ASSIGN),
    Action("case.released", "a handler gave the case back", Ocsf.USER_ACCESS, _REVOKE),
    Action("case.kept", "a handler keeps the case beyond the end of their shift", Ocsf.USER_ACCESS, _ASSIGN),
    Action("case.declined", "a handler passed a page on without taking the case", Ocsf.API, _UPDATE),
    Action("case.excluded", "a person may not hold or read the case: conflict of interest", Ocsf.USER_ACCESS, _REVOKE),
    Action("case.preference_noted", "whom the person would rather speak with was noted", Ocsf.API, _UPDATE),
    Action("case.read", "a case's page was opened", Ocsf.DATASTORE, _DATA_READ),
    Action("case.listed", "the board or a list of cases was opened", Ocsf.DATASTORE, _DATA_QUERY),
    Action("case.searched", "somebody searched, with a reason", Ocsf.DATASTORE, _DATA_QUERY),
    Action("case.revealed", "contact details or notes were decrypted", Ocsf.DATASTORE, _DATA_DECRYPT),
    Action(
        "case.glass_broken", "somebody read a case that is not theirs, with a reason", Ocsf.DATASTORE, _DATA_DECRYPT
    ),
    Action("case.printed", "a case was printed or exported", Ocsf.DATASTORE, _DATA_READ),
    Action("case.breached", "the deadline passed without contact", Ocsf.API, _UPDATE),
    Action("case.breach_explained", "a reason code was given for a breach", Ocsf.API, _UPDATE),
    Action("case.closed", "the handler closed the case", Ocsf.API, _UPDATE),
    Action("case.reopened", "a new approach reopened a closed case; a new clock runs", Ocsf.API, _UPDATE),
    Action("case.forgotten", "the case's keys were destroyed", Ocsf.DATASTORE, _DATA_DELETE),
    Action("contact.attempted", "the city tried to reach the person", Ocsf.API, _CREATE),
    Action("contact.first", "the city and the person were in two-way contact; the clock stopped", Ocsf.API, _CREATE),
    Action("contact.bridged", "a handler called the person through the line's own number", Ocsf.API, _CREATE),
    Action("bridge.noted", "a telephone of a call with the person was rung, answered or put down", Ocsf.API, _UPDATE),
    Action("contact.invited", "a colleague or an interpreter was called into the conversation", Ocsf.API, _UPDATE),
    Action("contact.joined", "a colleague or an interpreter came into the conversation", Ocsf.API, _UPDATE),
    Action("case.linked", "two cases were said to belong to one event", Ocsf.API, _UPDATE),
    Action("note.added", "a note was sealed into the case", Ocsf.API, _CREATE),
    Action("case.doubted", "a machine may have sent the form; nobody is woken for it at night", Ocsf.API, _UPDATE),
    Action("danger.marked", "danger was marked; the shorter ladder applies", Ocsf.API, _UPDATE),
    Action("permission.given", "the person said how and when they may be contacted", Ocsf.API, _CREATE),
    Action("permission.withdrawn", "the person took a permission back", Ocsf.API, _DELETE),
    Action("screening.begun", "a conversation for the screening was begun", Ocsf.API, _CREATE),
    Action("screening.answered", "screening answers were recorded", Ocsf.API, _UPDATE),
    Action("screening.step_raised", "an answer called for a step that is seen without a key", Ocsf.API, _CREATE),
    Action("screening.step_settled", "somebody said what became of a step", Ocsf.API, _UPDATE),
    Action("route.proposed", "the rules proposed a route", Ocsf.API, _CREATE),
    Action("route.decided", "a person decided the route", Ocsf.API, _UPDATE),
    Action("consent.given", "a consent was recorded", Ocsf.API, _CREATE),
    Action("consent.withdrawn", "a consent was withdrawn", Ocsf.API, _DELETE),
    Action("disclosure.decided", "somebody decided what leaves the house, on a legal basis", Ocsf.API, _CREATE),
    Action("disclosure.read", "a second person read what somebody wants to disclose", Ocsf.DATASTORE, _DATA_DECRYPT),
    Action("disclosure.seconded", "a second person agreed to it, or did not", Ocsf.API, _UPDATE),
    Action("child.noted", "an accompanying child was written down", Ocsf.API, _CREATE),
    Action("child.checked", "the immediate protection check of a child was made", Ocsf.API, _CREATE),
    Action("child.reported", "a report of concern for a child was made", Ocsf.API, _CREATE),
    Action("child.not_reported", "no report of concern was made, with a reason", Ocsf.API, _CREATE),
    Action("case.weighed", "somebody decided whether it is advice or a case", Ocsf.API, _UPDATE),
    Action("handover.offered", "the case was offered to a receiving unit", Ocsf.USER_ACCESS, _ASSIGN),
    Action("handover.accepted", "a named receiving unit accepted the case", Ocsf.USER_ACCESS, _ASSIGN),
    Action("handover.declined", "the receiving unit declined the case", Ocsf.USER_ACCESS, _REVOKE),
    Action("handover.packed", "a sealed package for another house was made", Ocsf.API, _CREATE),
    Action("handover.taken_over", "the house that a package was for took the person over", Ocsf.USER_ACCESS, _ASSIGN),
    Action("handover.returned", "the house that a package was for did not take the person over", Ocsf.API, _UPDATE),
    Action("handover.arrived", "a sealed package from another house became a case", Ocsf.API, _CREATE),
    Action("handover.refused", "a package or a receipt from outside was not taken in", Ocsf.API, OTHER),
    Action("handover.fetched", "a sealed package or its receipt was fetched as a file", Ocsf.DATASTORE, _DATA_READ),
    Action("handover.printed", "what leaves was printed on paper, marked", Ocsf.DATASTORE, _DATA_READ),
    Action("collision.tagged", "a coded conflict tag was put on a case", Ocsf.API, _CREATE),
    Action("collision.warned", "somebody was told that two people could meet who must not", Ocsf.API, OTHER),
    Action("collision.override_asked", "somebody asked to go on in spite of it, with a reason", Ocsf.API, _CREATE),
    Action("collision.overridden", "a second person agreed to going on, or did not", Ocsf.API, _UPDATE),
    Action("place.approved", "a meeting place was put on the register", Ocsf.API, _CREATE),
    Action("place.closed", "a meeting place is used no more", Ocsf.API, _UPDATE),
    Action("place.listed", "the register of meeting places was opened", Ocsf.DATASTORE, _DATA_READ),
    Action("meeting.booked", "a meeting of two of the staff with the person was booked", Ocsf.API, _CREATE),
    Action("meeting.checked_in", "one of the two said how a meeting ended", Ocsf.API, _UPDATE),
    Action("meeting.missed", "nobody checked in from a meeting; the coordinators were told", Ocsf.API, _CREATE),
    Action("step.taken", "a step of the ladder was taken", Ocsf.API, _CREATE),
    Action("step.postponed", "a step failed and was put aside, loudly", Ocsf.API, _UPDATE),
    Action("page.queued", "a page to a member of staff was written", Ocsf.API, _CREATE),
    Action("page.accepted", "the carrier accepted the page", Ocsf.API, _UPDATE),
    Action("page.delivered", "the carrier reported the page delivered", Ocsf.API, _UPDATE),
    Action("page.failed", "the page could not be delivered", Ocsf.API, _UPDATE),
    Action("page.acknowledged", "the one paged answered", Ocsf.API, _UPDATE),
    Action("page.followed", "the one paged signed in by the link of their page", Ocsf.API, _UPDATE),
    Action("senior.called", "whoever has the case asked a coordinator or a manager for help", Ocsf.API, _CREATE),
    Action("senior.reached", "a carrier took the page to the senior", Ocsf.API, _UPDATE),
    Action("senior.missed", "the senior could not be paged", Ocsf.API, _UPDATE),
    Action("alarm.raised", "the watcher told the standing chain that something due is late", Ocsf.API, _CREATE),
    Action("alarm.lifted", "the watcher told the standing chain that nothing is late any longer", Ocsf.API, _UPDATE),
    Action("canary.sent", "an approach of our own was sent, to see whether somebody answers", Ocsf.API, _CREATE),
    Action("canary.answered", "whoever was paged answered it", Ocsf.API, _UPDATE),
    Action("canary.lost", "nobody answered it in time; the coordinator was alarmed", Ocsf.API, _UPDATE),
    Action("message.queued", "a message to the person was written, under a permission", Ocsf.API, _CREATE),
    Action("message.accepted", "the carrier accepted the message to the person", Ocsf.API, _UPDATE),
    Action("message.delivered", "the carrier reported the message to the person delivered", Ocsf.API, _UPDATE),
    Action("message.failed", "the message to the person could not be delivered", Ocsf.API, _UPDATE),
    Action("staff.added", "a person joined the staff", Ocsf.ACCOUNT_CHANGE, _ACCOUNT_CREATE),
    Action("staff.changed", "a member of staff's languages or channels changed", Ocsf.ACCOUNT_CHANGE, OTHER),
    Action("staff.role_given", "a member of staff was given a role", Ocsf.USER_ACCESS, _ASSIGN),
    Action("staff.role_taken", "a role was taken from a member of staff", Ocsf.USER_ACCESS, _REVOKE),
    Action(
        "staff.unreachable", "a channel to a member of staff does not work, by the carrier's word", Ocsf.API, _UPDATE
    ),
    Action("staff.reachable", "that channel may be used again", Ocsf.API, _UPDATE),
    Action("staff.probed", "a code or a test page was sent to a member of staff's channel", Ocsf.API, _CREATE),
    Action("staff.proved", "a member of staff's channel was shown to arrive", Ocsf.ACCOUNT_CHANGE, OTHER),
    Action("staff.not_proved", "something else than the code was typed", Ocsf.ACCOUNT_CHANGE, OTHER),
    Action("staff.wished", "a member of staff chose what they are paged by as well", Ocsf.ACCOUNT_CHANGE, OTHER),
    Action("staff.left", "a person left the staff", Ocsf.ACCOUNT_CHANGE, _ACCOUNT_DISABLE),
    Action("staff.linked", "a one-time sign-in link was made", Ocsf.ACCOUNT_CHANGE, OTHER),
    Action(
        "staff.enrolled",
        "a member of staff set a passphrase or a second factor",
        Ocsf.ACCOUNT_CHANGE,
        _ACCOUNT_PASSWORD,
    ),
    Action("staff.halfway", "a passphrase was right; the second factor was asked for", Ocsf.AUTHENTICATION, OTHER),
    Action("staff.factor_begun", "a member of staff began to add an authenticator app", Ocsf.ACCOUNT_CHANGE, OTHER),
    Action("staff.factor_added", "a member of staff added a second factor", Ocsf.ACCOUNT_CHANGE, _FACTOR_ENABLE),
    Action("staff.factor_removed", "a second factor was taken away", Ocsf.ACCOUNT_CHANGE, _FACTOR_DISABLE),
    Action("staff.codes_made", "a member of staff had new recovery codes made", Ocsf.ACCOUNT_CHANGE, OTHER),
    Action("staff.code_used", "a recovery code stood in for a second factor", Ocsf.AUTHENTICATION, _LOGON),
    Action("staff.proved_again", "a member of staff showed once more who they are", Ocsf.AUTHENTICATION, _LOGON),
    Action("staff.duress_set", "a passphrase for duress was chosen or removed", Ocsf.ACCOUNT_CHANGE, OTHER),
    Action("staff.duress", "somebody signed in under duress; colleagues were told", Ocsf.AUTHENTICATION, _LOGON),
    Action("staff.passphrase_changed", "a passphrase was changed by its owner", Ocsf.ACCOUNT_CHANGE, _ACCOUNT_PASSWORD),
    Action("staff.signed_in", "a member of staff signed in", Ocsf.AUTHENTICATION, _LOGON),
    Action("staff.sign_in_failed", "a sign-in was refused", Ocsf.AUTHENTICATION, _LOGON),
    Action("staff.locked", "too many failed sign-ins; the account waits", Ocsf.ACCOUNT_CHANGE, _ACCOUNT_LOCK),
    Action("staff.signed_out", "a member of staff signed out, or the session ran out", Ocsf.AUTHENTICATION, _LOGOFF),
    Action("roster.read", "the roster was opened", Ocsf.DATASTORE, _DATA_READ),
    Action("roster.overridden", "somebody else stands in for a shift", Ocsf.API, _CREATE),
    Action("roster.restored", "an override was lifted", Ocsf.API, _DELETE),
    Action("roster.offered", "a member of staff offered a shift to colleagues", Ocsf.API, _CREATE),
    Action("roster.withdrawn", "the offer of a shift was withdrawn", Ocsf.API, _DELETE),
    Action("roster.swapped", "two members of staff swapped shifts", Ocsf.API, _UPDATE),
    Action("roster.away", "a member of staff is away for a while", Ocsf.API, _CREATE),
    Action("roster.back", "a member of staff is not away after all", Ocsf.API, _DELETE),
    Action("roster.feed_given", "a member of staff was given a calendar address", Ocsf.API, _CREATE),
    Action("roster.feed_ended", "a member of staff's calendar address ended", Ocsf.API, _DELETE),
    Action("roster.gap_found", "nobody stands on the roster for a coming hour", Ocsf.API, OTHER),
    Action("programme.applied", "the programme file was brought into force", Ocsf.LIFECYCLE, _CHANGE),
    Action("keys.made", "keys were made", Ocsf.API, _CREATE),
    Action("keys.rotated", "a key was replaced by a new generation", Ocsf.API, _UPDATE),
    Action("keys.granted", "a member of staff was given the key that opens cases", Ocsf.USER_ACCESS, _ASSIGN),
    Action("keys.revoked", "the key that opens cases was taken from a member of staff", Ocsf.USER_ACCESS, _REVOKE),
    Action("keys.resealed", "everything sealed to an old key was sealed to the new one", Ocsf.API, _UPDATE),
    Action("keys.shared", "a recovery key was made, in shares for paper", Ocsf.API, _CREATE),
    Action("keys.drilled", "it was tried whether the shares open the recovery key", Ocsf.API, _READ),
    Action("keys.locked", "the key files were encrypted, or opened again, on disk", Ocsf.API, _UPDATE),
    Action("keys.printed", "keys were printed, for a platform without disks", Ocsf.API, _READ),
    Action("keys.recovered", "keys were recovered from offline shares", Ocsf.API, _READ),
    Action("keys.destroyed", "a key was destroyed", Ocsf.API, _DELETE),
    Action("process.started", "a process started", Ocsf.LIFECYCLE, _START),
    Action("process.stopped", "a process stopped", Ocsf.LIFECYCLE, _STOP),
    Action("engine.started", "the engine started", Ocsf.LIFECYCLE, _START),
    Action("engine.stopped", "the engine stopped", Ocsf.LIFECYCLE, _STOP),
    Action("database.migrated", "the schema was brought to a revision", Ocsf.LIFECYCLE, _CHANGE),
    Action("backup.made", "a backup was made", Ocsf.DATASTORE, _DATA_READ),
    Action("backup.restored", "a backup was restored", Ocsf.DATASTORE, OTHER),
    Action("carrier.failed", "a carrier refuses us until an operator has mended something", Ocsf.API, OTHER),
    Action("carrier.mended", "the carrier takes what it refused before", Ocsf.API, OTHER),
    Action("carrier.cleared", "records of calls and texts were deleted at the carrier and are gone", Ocsf.API, _DELETE),
    Action("carrier.reconciled", "missed calls and texts were looked up at the carrier", Ocsf.API, _READ),
    Action("access.refused", "somebody asked for what they may not see or do", Ocsf.API, OTHER),
    Action("log.refused", "a witness or a time stamping authority did not sign the log's checkpoint", Ocsf.API, OTHER),
    Action("log.read", "the log was read in the console", Ocsf.DATASTORE, _DATA_READ),
    Action("log.handed_over", "a new key took over the log's signature", Ocsf.API, _UPDATE),
    Action("log.exported", "the log was exported", Ocsf.DATASTORE, _DATA_READ),
    Action("log.verified", "an auditor said that they verified an export somewhere else", Ocsf.DATASTORE, _DATA_READ),
    Action("log.heartbeat", "the log was alive, and so was the clock", Ocsf.LIFECYCLE, OTHER),
    Action("case.number_known", "what was opened is a number that staff have; whose is not kept", Ocsf.API, OTHER),
    Action("log.flagged", "a reading met a rule, and is to be reviewed", Ocsf.API, _CREATE),
    Action("log.sampled", "readings of a month were drawn by chance, to be reviewed", Ocsf.API, _CREATE),
    Action("log.reviewed", "a reviewer looked at accesses and recorded findings", Ocsf.DATASTORE, _DATA_READ),
    Action("statistics.read", "suppressed aggregates were read or exported", Ocsf.DATASTORE, _DATA_QUERY),
    Action("statistics.published", "tables of suppressed aggregates were published", Ocsf.API, _CREATE),
    Action("statistics.corrected", "a published table was counted anew", Ocsf.API, _UPDATE),
    Action("retention.previewed", "somebody looked at what would be forgotten", Ocsf.DATASTORE, _DATA_QUERY),
    Action("retention.held", "a legal hold was set or lifted", Ocsf.API, _UPDATE),
    Action("request.received", "somebody asked for what the law gives them an answer to", Ocsf.API, _CREATE),
    Action("request.assessed", "somebody looked whether secrecy speaks against a request", Ocsf.API, _UPDATE),
    Action("request.decided", "a manager decided on a request", Ocsf.API, _UPDATE),
    Action("request.listed", "the requests and incidents were read", Ocsf.DATASTORE, _DATA_QUERY),
    Action("incident.noted", "an incident was written down; its clocks run", Ocsf.API, _CREATE),
    Action("incident.said", "something of an incident was reported or decided", Ocsf.API, _UPDATE),
    Action("retention.proposed", "somebody asked for a case to be forgotten", Ocsf.API, _CREATE),
    Action("retention.agreed", "a second person agreed that cases are forgotten", Ocsf.API, _UPDATE),
    Action("retention.refused", "a second person did not agree that cases are forgotten", Ocsf.API, _UPDATE),
    Action("retention.carried_out", "what two people agreed to was forgotten", Ocsf.DATASTORE, _DATA_DELETE),
    Action("case.details_forgotten", "a case's telephone numbers were destroyed", Ocsf.DATASTORE, _DATA_DELETE),
    Action("case.received", "another house received what there was of a case", Ocsf.API, _CREATE),
)

ACTIONS: Final = {action.name: action for action in _ALL}
"""The closed registry, by name."""


def known(name: str) -> Action:
    """The action of this name; ValueError for one that is not in the registry."""
    try:
        return ACTIONS[name]
    except KeyError:
        raise ValueError(f"no action is called {name!r}: add a line to app/audit/actions.py") from None
