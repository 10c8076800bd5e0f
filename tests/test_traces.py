"""Whatever changes something, and whoever reads something, leaves a trace that names no person."""

from __future__ import annotations

import json
import re

import pytest

from app.audit.actions import ACTIONS
from app.audit.log import NOT_STAFF
from tests.busy_day import NUMBERS, WORDS, Day, Request, day
from tests.doorways import every_door
from tests.evidence import log

__all__ = ["day"]

pytestmark = pytest.mark.xdist_group("a busy day")

LEAVES: dict[str, set[str]] = {
    "POST /carrier/voice": {"case.opened", "approach.received"},
    "POST /carrier/voice/language": {"approach.told"},
    "POST /carrier/voice/role": {"approach.told"},
    "POST /carrier/voice/code": {"case.merged"},
    "POST /carrier/voice/status": {"approach.ended"},
    "POST /carrier/keys": {"approach.told"},
    "POST /carrier/keys/danger": {"danger.marked"},
    "POST /carrier/keys/call": {"permission.given"},
    "POST /carrier/keys/text": {"permission.given"},
    "POST /carrier/ring": {"approach.parted", "approach.unanswered", "approach.ended"},
    "POST /carrier/ring/screen/{approach_id}/{person_id}/key": {"approach.connected", "case.taken"},
    "POST /carrier/callback": {"approach.unanswered"},
    "POST /carrier/callback/chosen": {"permission.given"},
    "POST /carrier/callback/text": {"permission.given"},
    "POST /carrier/callback/voicemail": {"permission.given"},
    "POST /carrier/callback/number/keyed": {"approach.told"},
    "POST /carrier/callback/hours/chosen": {"permission.given"},
    "POST /carrier/sms": {"case.opened", "case.joined", "case.taken", "case.declined", "case.listed", "page.queued"},
    "POST /carrier/page/{notification_id}/key": {"case.taken", "page.acknowledged"},
    "POST /carrier/receipts/{notification_id}": {"page.delivered", "page.failed"},
    "POST /carrier/elks/page/{notification_id}/key/{tag}": {"case.declined", "page.acknowledged"},
    "POST /carrier/elks/receipts/{notification_id}/{tag}": {"page.delivered"},
    "POST /carrier/elks/sms/{tag}": {"case.taken", "page.queued"},
    "POST /carrier/bridge/{leg_id}/key": {"bridge.noted", "contact.joined"},
    "POST /carrier/bridge/{leg_id}/room": {"bridge.noted"},
    "POST /carrier/bridge/{leg_id}/answer": {"bridge.noted"},
    "POST /carrier/bridge/{leg_id}/left": {"bridge.noted", "approach.ended"},
    "POST /carrier/bridge/{leg_id}/said": {"contact.attempted", "contact.first"},
    "POST /carrier/bridge/{leg_id}/status": {"bridge.noted"},
    "POST /carrier/texts/{text_id}": {"message.delivered"},
    "POST /{lang}/contact": {"case.opened", "mailbox.opened", "permission.given"},
    "POST /{lang}/work": {"case.opened", "mailbox.opened", "permission.given"},
    "POST /{lang}/mailbox": {"mailbox.read", "mailbox.failed", "mailbox.changed"},
    "POST /{lang}/mailbox/answer": {"mailbox.written", "contact.attempted", "contact.first"},
    "POST /{lang}/mailbox/wishes": {"permission.given"},
    "POST /{lang}/mailbox/withdrawal": {"case.taken_back"},
    "POST /{lang}/receipt": {"mailbox.confirmed"},
    "GET /console/": {"case.listed"},
    "GET /console/board": {"case.listed"},
    "GET /console/parts/{part}": {"case.listed"},
    "GET /console/cases/{reference}": {"case.read", "access.refused"},
    "GET /console/l/{token}": {"page.followed"},
    "GET /console/morning": {"case.listed"},
    "GET /console/roster": {"roster.read"},
    "GET /console/roster/month": {"roster.read"},
    "POST /console/calendar": {"roster.feed_given"},
    "POST /console/calendar/end": {"roster.feed_ended"},
    "GET /console/log": {"log.read", "access.refused"},
    "POST /console/log/exports": {"log.exported"},
    "POST /console/log/verifications": {"log.verified"},
    "GET /console/statistics": {"statistics.read"},
    "GET /console/statistics/sheet": {"statistics.read"},
    "GET /console/statistics/equality": {"statistics.read"},
    "POST /console/statistics/editions": {"statistics.published"},
    "POST /console/statistics/screenings": {"statistics.opened", "statistics.published"},
    "POST /console/enrol/{token}": {"staff.enrolled", "staff.signed_in"},
    "POST /console/sign-in": {"staff.signed_in", "staff.sign_in_failed"},
    "POST /console/sign-out": {"staff.signed_out"},
    "GET /console/people": {"staff.listed"},
    "POST /console/people/{alias}/link": {"staff.linked", "page.queued"},
    "POST /console/people/{alias}/sessions/end": {"staff.put_out", "page.queued"},
    "POST /console/people/{alias}/reset": {"staff.reset_asked", "page.queued"},
    "POST /console/people/resets/{reset_id}/answer": {"staff.reset_agreed", "staff.reset_declined", "staff.linked"},
    "POST /console/people/{alias}/cut-off": {"staff.cut_off", "staff.left"},
    "POST /console/passphrase": {"staff.passphrase_changed"},
    "POST /console/sign-in/second": {"staff.signed_in", "staff.sign_in_failed"},
    "POST /console/account/app": {"staff.factor_begun"},
    "POST /console/account/app/code": {"staff.factor_added", "staff.codes_made"},
    "POST /console/account/app/removal": {"staff.factor_removed"},
    "POST /console/account/codes": {"staff.codes_made"},
    "POST /console/account/duress": {"staff.duress_set"},
    "POST /console/account/duress/removal": {"staff.duress_set"},
    "POST /console/account/sessions/{session_id}/end": {"staff.signed_out"},
    "POST /console/sign-in/passkey": {"staff.signed_in", "staff.sign_in_failed"},
    "POST /console/sign-in/provider/return": {
        "staff.factor_added",
        "staff.signed_in",
        "staff.proved_again",
        "staff.sign_in_failed",
    },
    "POST /console/account/provider/removal": {"staff.factor_removed"},
    "POST /console/account/passkeys": {"staff.factor_added"},
    "POST /console/account/passkeys/{passkey_id}/removal": {"staff.factor_removed"},
    "POST /console/keys/{alias}/grant": {"keys.granted"},
    "POST /console/keys/generations": {"keys.rotated", "keys.granted"},
    "POST /console/keys/portions": {"keys.resealed"},
    "POST /console/keys/endings": {"keys.destroyed"},
    "GET /console/control": {"log.read"},
    "POST /console/control/reviews/{leaf}": {"log.reviewed"},
    "POST /console/control/baits": {"case.opened", "contact.first"},
    "POST /console/cases/{reference}/hold": {"case.taken", "access.refused"},
    "POST /console/cases/{reference}/release": {"case.declined", "case.released"},
    "POST /console/cases/{reference}/attempts": {"contact.attempted", "contact.first"},
    "GET /console/cases/{reference}/dossier": {"case.read"},
    "POST /console/cases/{reference}/dossier": {"case.revealed", "route.proposed"},
    "POST /console/cases/{reference}/screening": {
        "case.revealed",
        "screening.begun",
        "screening.answered",
        "screening.step_raised",
        "danger.marked",
    },
    "POST /console/cases/{reference}/steps": {"screening.step_settled"},
    "POST /console/cases/{reference}/route": {"route.decided"},
    "POST /console/cases/{reference}/offers": {"handover.offered"},
    "GET /console/offers": {"case.listed"},
    "POST /console/offers/{offer_id}/answer": {"handover.declined", "handover.offered", "handover.accepted"},
    "POST /console/cases/{reference}/consents": {"consent.given"},
    "POST /console/cases/{reference}/consents/{consent_id}/withdrawal": {"consent.withdrawn"},
    "POST /console/cases/{reference}/disclosures": {"disclosure.decided"},
    "POST /console/cases/{reference}/disclosures/{disclosure_id}/reading": {"disclosure.read"},
    "POST /console/cases/{reference}/disclosures/{disclosure_id}/second": {"disclosure.seconded"},
    "GET /console/places": {"place.listed"},
    "POST /console/places": {"place.approved"},
    "POST /console/places/{place_id}/closing": {"place.closed"},
    "POST /console/places/{place_id}/opening": {"place.opening_asked"},
    "POST /console/places/{place_id}/opening/second": {"place.opened"},
    "POST /console/cases/{reference}/incidents": {"place.incident", "page.queued"},
    "POST /console/cases/{reference}/to-dos": {"case.revealed", "to_do.set"},
    "POST /console/cases/{reference}/to-dos/{to_do_id}/day": {"case.revealed", "to_do.moved"},
    "POST /console/cases/{reference}/to-dos/{to_do_id}/end": {"case.revealed", "to_do.ended"},
    "POST /console/cases/{reference}/co-handlers": {"co_handler.added"},
    "POST /console/cases/{reference}/co-handlers/{co_handling_id}/end": {"co_handler.ended"},
    "GET /console/cases/{reference}/meetings": {"case.read"},
    "POST /console/cases/{reference}/meetings": {"meeting.booked"},
    "POST /console/cases/{reference}/meetings/{meeting_id}/check-in": {"meeting.checked_in"},
    "POST /console/cases/{reference}/collisions": {"collision.tagged"},
    "POST /console/cases/{reference}/collisions/overrides": {"collision.override_asked"},
    "POST /console/cases/{reference}/collisions/overrides/{override_id}/second": {"collision.overridden"},
    "POST /handover": {"case.opened", "handover.arrived", "handover.returned"},
    "POST /console/cases/{reference}/handovers": {"case.revealed", "handover.packed"},
    "POST /console/cases/{reference}/handovers/{package_id}/file": {"handover.fetched"},
    "POST /console/cases/{reference}/disclosures/{disclosure_id}/paper": {"case.revealed", "handover.printed"},
    "POST /console/cases/{reference}/arrivals/{package_id}/reading": {"case.revealed"},
    "POST /console/cases/{reference}/arrivals/{package_id}/answer": {
        "case.revealed",
        "handover.declined",
        "case.closed",
    },
    "POST /console/cases/{reference}/children": {"child.noted"},
    "POST /console/cases/{reference}/protection": {"child.checked"},
    "POST /console/cases/{reference}/concerns": {"child.reported", "child.not_reported"},
    "POST /console/cases/{reference}/concerns/{report_id}": {"case.revealed", "case.printed"},
    "POST /console/cases/{reference}/follow-ups": {"case.revealed", "followup.answered"},
    "POST /console/cases/{reference}/side": {"case.weighed"},
    "POST /console/cases/{reference}/handing": {"case.revealed", "case.printed"},
    "POST /console/cases/{reference}/received": {"case.received"},
    "GET /console/retention": {"retention.previewed"},
    "POST /console/retention/batches": {"retention.proposed"},
    "POST /console/retention/seconds/{batch_id}": {"retention.agreed"},
    "POST /console/retention/holds": {"retention.held"},
    "POST /console/retention/holds/{hold_id}": {"retention.held"},
    "GET /console/cases/{reference}/own-data": {"case.read"},
    "POST /console/cases/{reference}/own-data": {"extract.made"},
    "POST /console/cases/{reference}/own-data/reading": {"case.revealed"},
    "POST /console/cases/{reference}/own-data/{extract_id}/paper": {"case.revealed", "case.printed"},
    "POST /console/cases/{reference}/own-data/{extract_id}/given": {"extract.given"},
    "POST /console/demands/extracts/{extract_id}": {"extract.released"},
    "GET /console/demands": {"request.listed"},
    "POST /console/demands/requests": {"request.received"},
    "POST /console/demands/requests/{request_id}": {"request.assessed", "request.decided"},
    "POST /console/demands/incidents": {"incident.noted"},
    "POST /console/demands/incidents/{incident_id}": {"incident.said"},
    "POST /console/cases/{reference}/closure": {"case.closed"},
    "POST /console/cases/{reference}/tap": {"case.closed"},
    "POST /console/cases/{reference}/reveal": {"case.revealed"},
    "POST /console/cases/{reference}/notes": {"note.added"},
    "POST /console/cases/{reference}/links": {"case.linked"},
    "POST /console/glass": {"case.glass_broken", "page.queued"},
    "POST /console/cases/{reference}/bridge": {"case.revealed"},
    "POST /console/cases/{reference}/bridge/colleague": {"contact.invited"},
    "POST /console/cases/{reference}/bridge/stop": {"bridge.noted"},
    "POST /console/cases/{reference}/bridge/outcome": {"contact.attempted"},
    "POST /console/cases/{reference}/texts": {"case.revealed", "message.queued", "message.accepted"},
    "POST /console/cases/{reference}/letters": {"mailbox.written"},
    "POST /console/cases/{reference}/letters/reading": {"case.revealed"},
    "POST /console/cases/{reference}/receipt": {"mailbox.handed"},
    "POST /console/cases/{reference}/permissions": {"permission.given"},
    "POST /console/channels": {"staff.wished"},
    "POST /console/channels/browsers": {"staff.changed"},
    "POST /console/channels/codes": {"staff.probed"},
    "POST /console/channels/codes/typed": {"staff.proved"},
    "POST /console/channels/tests": {"staff.probed"},
    "POST /console/channels/tests/{probe_id}": {"staff.proved"},
    "POST /console/cases/{reference}/senior": {"senior.called", "page.queued"},
    "POST /console/entering": {"approach.received", "case.opened", "case.taken"},
    "POST /console/cases/{reference}/join": {"case.merged"},
    "POST /console/cases/{reference}/parting": {"case.parted"},
    "POST /console/cases/{reference}/breach": {"case.breach_explained"},
    "POST /console/cases/{reference}/keep": {"case.kept"},
    "POST /console/channels/browsers/{endpoint_id}/end": {"staff.changed"},
    "POST /console/cases/{reference}/exclusions": {"case.excluded"},
    "POST /console/cases/{reference}/preferences": {"case.preference_noted"},
    "POST /console/roster/offers": {"roster.offered"},
    "POST /console/roster/offers/{offer_id}/taking": {"roster.swapped", "page.queued"},
    "POST /console/roster/offers/{offer_id}/withdrawal": {"roster.withdrawn"},
    "POST /console/roster/leaves": {"roster.away", "page.queued"},
    "POST /console/roster/leaves/{leave_id}/return": {"roster.back", "page.queued"},
    "POST /console/roster/overrides": {"roster.overridden", "page.queued"},
    "POST /console/roster/overrides/{override_id}/lifting": {"roster.restored", "page.queued"},
}
"""Each door that changes or shows something, and every kind of trace it left on that day."""

SILENT: dict[str, str] = {
    "GET /healthz": "says that the process is up",
    "GET /readyz": "says what is missing, for machines",
    "GET /metrics": "counts, for machines with a token",
    "GET /": "leads on",
    "GET /assets": "a file of ours",
    "GET /{lang}": "a page for anybody",
    "GET /{lang}/": "a page for anybody",
    "GET /{lang}/accessibility": "a page for anybody",
    "GET /{lang}/privacy": "a page for anybody",
    "GET /{lang}/tips": "a page for anybody",
    "GET /{lang}/{leaf}": "a page for anybody",
    "GET /{lang}/exit": "leads away",
    "GET /{lang}/contact": "an empty form",
    "GET /{lang}/work": "an empty form",
    "GET /{lang}/mailbox": "an empty form",
    "GET /{lang}/receipt": "an empty form",
    "GET /console/assets": "a file of ours",
    "GET /console/sign-in": "an empty form",
    "GET /console/glass": "an empty form; nothing is looked up before it is sent",
    "GET /console/entering": "an empty sheet",
    "GET /console/paper": "an empty sheet to print, and whom to call, by their roles",
    "GET /console/calendar": "says whether one has an address oneself",
    "GET /console/calendar/{secret}.ics": "one's own turns, fetched every hour; that they may be is in the log",
    "GET /console/channels": "shows a member of staff how they themselves are paged",
    "GET /console/channels/tests/{probe_id}": "shows a member of staff a button; looking proves nothing",
    "GET /console/enrol/{token}": "an empty form; looking uses nothing up",
    "GET /console/passphrase": "an empty form",
    "GET /console/style": "shows the parts that pages are made of, and no case",
    "GET /console/account": "shows a member of staff their own ways in",
    "GET /console/account/app": "shows a member of staff the seed of an app they are adding",
    "GET /console/account/left": "says how many seconds one's own session lasts",
    "POST /console/account/passkeys/question": "a question for an authenticator, which nobody has answered yet",
    "POST /console/sign-in/passkey/question": "a question for an authenticator, which nobody has answered yet",
    "POST /console/account/stay": "keeps one's own session, as any page does",
    "GET /console/sign-in/second": "leads to the beginning",
    "POST /console/sign-in/provider": "leads to the city's identity provider, from where nobody has come back yet",
    "POST /console/enrol/{token}/provider": "the same, to bind an account; the link is used on the way back",
    "POST /console/account/provider": "the same, to bind an account",
    "POST /console/account/provider/proof": "the same, to show who one is",
    "GET /console/sign-in/provider/return": "a form that sends itself on; what was brought is looked at behind it",
    "GET /console/keys": "shows who holds the key to cases, and digits of public keys",
    "GET /console/events": "says only that the board changed; the board itself is listed",
    "GET /carrier/audio/{digest}": "a recording that the line plays to anybody",
    "POST /carrier/silence": "ends a call without a word, and asks no database",
    "POST /carrier/ring/screen/{approach_id}/{person_id}": "asks a handler for a key",
    "POST /carrier/kept/ring": "rings the next telephone while there is no database; who called is written down after",
    "POST /carrier/kept/screen": "asks a handler for a key, without the database",
    "POST /carrier/kept/screen/key": "gives them the caller, without the database; it is written down after",
    "POST /carrier/bridge/{leg_id}/screen": "asks a handler for a key",
    "POST /carrier/bridge/{leg_id}/wait": "says to somebody alone in a room how far it has come",
    "GET /console/cases/{reference}/bridge": "says how far a call has come; opening the case's page left its trace",
    "POST /carrier/callback/number": "asks the caller a question",
    "POST /carrier/callback/number/confirmed": "asks the caller a question",
    "POST /carrier/callback/hours": "asks the caller a question",
    "POST /carrier/page/{notification_id}": "asks a handler for a key",
    "POST /carrier/elks/page/{notification_id}/{tag}": "asks a handler for a key",
}
"""Doors behind which nothing is changed and nothing secret is shown, and why."""

A_MISS_LEAVES = "case_mailbox_tickets"
"""A receipt that fits nothing writes what one that fits writes: a ticket, which is nobody's."""

ON_ITS_WAY = {"queued", "sending", "sent", "initiated", "ringing", "in-progress", "answered", "accepted"}


def test_every_door_is_on_one_of_the_two_lists(day: Day) -> None:
    doors = {str(door) for door in every_door(day.tape.app)}

    assert len(doors) >= 40
    assert doors == LEAVES.keys() | SILENT.keys()
    assert not LEAVES.keys() & SILENT.keys()


def test_the_day_went_through_every_door_that_matters(day: Day) -> None:
    tried = {str(request.door) for request in day.tape.requests if request.status < 400}

    assert LEAVES.keys() - tried == set()


@pytest.mark.parametrize("door", LEAVES)
def test_each_deed_and_each_reading_left_its_traces(day: Day, door: str) -> None:
    left = {action for request in day.tape.requests if str(request.door) == door for action in request.entries}

    assert LEAVES[door] - left == set()


def test_nothing_was_changed_without_a_trace(day: Day) -> None:
    silently = [
        f"{request.door} {request.status}: {', '.join(request.changed)}"
        for request in day.tape.requests
        if request.changed and not request.entries and not _only_on_its_way(request)
    ]

    assert silently == []


def test_what_is_called_silent_changed_nothing(day: Day) -> None:
    changed = {str(request.door): request.changed for request in day.tape.requests if str(request.door) in SILENT}

    assert {door: tables for door, tables in changed.items() if tables} == {}


def test_what_was_refused_changed_nothing_but_the_log(day: Day) -> None:
    refused = [request for request in day.tape.requests if request.status >= 400]

    assert refused
    assert {table for request in refused for table in request.changed} <= {A_MISS_LEAVES}


def test_whoever_was_refused_at_the_console_stands_in_the_log(day: Day) -> None:
    refused = [
        request for request in day.tape.requests if request.door.face == "console" and request.status in (401, 403, 404)
    ]

    assert len(refused) >= 4
    assert all(set(request.entries) & {"access.refused", "staff.sign_in_failed"} for request in refused)


def test_a_reading_of_contents_names_who_why_and_when_before_it_shows_them(day: Day) -> None:
    (reading,) = [entry for entry in log(day.db, "case.revealed") if "via" not in entry["facts"]]
    shown = [request for request in day.tape.requests if any(word.encode() in request.answer for word in NUMBERS)]

    assert (reading["actor"], reading["purpose"]) == ("anna", "first_contact")
    assert [str(request.door) for request in shown if request.door.face == "console"] == [
        "POST /console/cases/{reference}/reveal",
        "POST /console/glass",
    ]


def test_entries_are_impersonal(day: Day) -> None:
    entries = log(day.db)
    written = json.dumps(entries, ensure_ascii=False)
    people = {"anna", "bo", "carin", "dag", "eva", "fatima", "gun", "unknown", *NOT_STAFF}

    assert len(entries) > 150
    assert {entry["actor"] for entry in entries} <= people
    assert {entry["action"] for entry in entries} <= ACTIONS.keys()
    assert not re.search(r"\+\d{7}|(?<![\w:.-])0[\d -]{8,}\d(?!\w)", written)
    assert not [word for word in (*WORDS, *NUMBERS) if word in written]


def test_cases_are_called_by_their_pseudonyms_and_never_by_their_references(day: Day) -> None:
    written = json.dumps(log(day.db))

    for case in day.hotline.cases():
        assert case.pseudonym in written
        assert f'"{case.reference}"' not in written
        assert case.id not in written


def test_the_log_tells_each_cases_story_from_its_opening_to_its_end(day: Day) -> None:
    for case in day.hotline.cases():
        story = [entry["action"] for entry in log(day.db) if entry["object"] == case.pseudonym]
        assert story[0] == "case.opened"
        assert ("contact.first" in story) == (case.first_contact is not None)
        assert ("case.breached" in story) == (case.breach is not None)
        assert ("case.closed" in story) == (case.closure is not None)
        assert story.count("case.taken") == len(case.holds)


def _only_on_its_way(request: Request) -> bool:
    """How far a page has come is no deed; that it arrived, or did not, is one."""
    told = (request.fields.get(name) for name in ("MessageStatus", "CallStatus", "status"))
    is_receipt = request.door.path.startswith(("/carrier/receipts", "/carrier/elks/receipts"))
    return is_receipt and next(filter(None, told), "") in ON_ITS_WAY
