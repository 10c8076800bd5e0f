"""Notes are appended and sealed; two cases of one event are linked, and neither shows the other."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.intake.approach import Callback
from tests.console.office import Office, send, take

SAID = "Mamman hämtar aldrig på fredagar. Ring inte då."


def from_number(office: Office, number: str) -> str:
    return office.approach(callback=Callback(wish="call", number=number, hours="any")).reference


def test_a_note_is_sealed_at_once_and_read_only_when_the_case_is_revealed(office: Office, anna):
    reference = office.approach().reference
    page = f"/console/cases/{reference}"
    take(anna, reference)
    assert send(anna, f"{page}/notes", note=SAID).headers["location"] == f"{page}#notes"

    office.clock.at += timedelta(minutes=2)
    send(anna, f"{page}/notes", note="Rättelse: torsdagar.")
    assert SAID not in anna.get(page).text, "who and when, not what"
    with office.db.reading() as session:
        boxes = session.execute(text("SELECT box FROM case_notes")).scalars().all()
    assert len(boxes) == 2
    assert not [box for box in boxes if b"fredagar" in bytes(box)]
    shown = send(anna, f"{page}/reveal", because="new_attempt").text
    assert SAID in shown
    assert "Rättelse: torsdagar." in shown, "the first stays beside the second"
    assert [entry["actor"] for entry in office.log("note.added")] == ["anna", "anna"]


def test_what_was_typed_stays_when_a_note_cannot_be_kept(office: Office, anna):
    reference = office.approach().reference
    page = f"/console/cases/{reference}"
    assert send(anna, f"{page}/notes", note=SAID).status_code == 404, "it is not hers yet"
    take(anna, reference)
    too_long = send(anna, f"{page}/notes", note=SAID * 100)
    assert (too_long.status_code, too_long.text.count(SAID)) == (422, 100)
    assert send(anna, f"{page}/notes", note=" \r\n ").status_code == 422
    assert office.log("note.added") == []


def test_two_cases_of_one_event_are_linked_by_whoever_sees_both_and_reveal_nothing(office: Office, anna):
    hers, other, third = (from_number(office, f"+467017406{last}") for last in (51, 52, 53))
    take(anna, hers)
    bo, carin = office.browser("bo"), office.browser("carin")
    send(anna, f"/console/cases/{hers}/links", other=other.lower())
    send(anna, f"/console/cases/{hers}/links", other=other)
    assert len(office.log("case.linked")) == 2, "one entry for each of the two, however often it is said"
    assert other in anna.get(f"/console/cases/{hers}").text

    take(bo, other)
    page = anna.get(f"/console/cases/{hers}").text
    assert other not in page
    assert "Ett annat ärende hör till samma händelse" in page
    assert hers not in bo.get(f"/console/cases/{other}").text
    assert hers in carin.get(f"/console/cases/{other}").text

    take(bo, third)
    answers = [send(anna, f"/console/cases/{hers}/links", other=typed) for typed in (third, "ZZZZ", hers)]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    told = {answer.text.replace(third, "").replace("ZZZZ", "").replace(hers, "") for answer in answers}
    assert len(told) == 1, "not hers, unknown and itself look the same"
