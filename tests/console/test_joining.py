"""Two cases of one person become one by a tap, and go apart again until somebody was in contact."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import event, select

from app.cases.models import Case
from app.cases.queries import maybe_the_same
from app.cases.returning import RepeatTag
from app.escalation.models import Escalation
from app.staff.directory import by_alias
from tests.console.office import NUMBER, Office, send, take
from tests.entering import STOCKHOLM, enter


def two_of_hers(office: Office, anna) -> tuple[str, str]:
    """A form, and some minutes later a call from the same number; Anna has taken both."""
    older = office.approach(role="self").reference
    office.later(minutes=5)
    younger = office.approach(
        channel="phone", source="CA" + secrets.token_hex(16), number=NUMBER, role="self", callback=None
    ).reference
    for reference in (older, younger):
        take(anna, reference)
    return older, younger


def whole(office: Office, reference: str) -> Case:
    with office.db.reading() as session:
        case = session.scalars(select(Case).where(Case.reference == reference)).one()
        _ = (case.join, case.breach, case.exclusions, case.hold, case.danger, case.first_contact)
        return case


def joined(office: Office, anna, **said: str):
    older, younger = two_of_hers(office, anna)
    answer = send(anna, f"/console/cases/{younger}/join", same=older.lower(), **({"word": "person"} | said))
    assert answer.headers["location"] == f"/console/cases/{older}#same"
    return older, younger


def test_the_older_clock_counts_and_the_younger_says_where_it_went(office: Office, anna):
    older, younger = joined(office, anna)
    with office.db.reading() as session:
        assert [one.reference for one in maybe_the_same(session, session.merge(whole(office, younger)))] == []
    page = anna.get(f"/console/cases/{older}").text
    assert f"{younger} har förts ihop" in page
    assert anna.get(f"/console/cases/{younger}").headers["location"] == f"/console/cases/{older}"
    (entry,) = office.log("case.merged")
    assert (entry["actor"], entry["purpose"]) == ("anna", "person")
    assert entry["facts"]["into"] == whole(office, older).pseudonym
    assert send(anna, f"/console/cases/{older}/reveal", because="first_contact").text.count(NUMBER[-2:]) >= 2
    office.later(hours=23, minutes=56)
    assert (whole(office, older).breach is not None, whole(office, younger).breach) == (True, None)


def test_it_can_be_taken_back_and_then_each_has_its_own_clock_ladder_and_callers_as_before(office: Office, anna):
    older, younger = joined(office, anna)
    office.later(minutes=5)
    tags = _tags(office)
    assert send(anna, f"/console/cases/{older}/parting", other=younger).status_code == 303

    assert whole(office, younger).join is None
    assert _tags(office) != tags
    with office.db.reading() as session:
        again = session.get_one(Escalation, whole(office, younger).id)
        assert again.next_at == office.now
    (entry,) = office.log("case.parted")
    assert entry["facts"]["out_of"] == whole(office, older).pseudonym
    office.approach(channel="phone", source="CA" + secrets.token_hex(16), number=NUMBER, callback=None)
    assert len(whole_approaches(office, younger)) == 2, "who calls again is recognised as the younger's"
    office.later(hours=24)
    assert whole(office, younger).breach


def whole_approaches(office: Office, reference: str) -> list[str]:
    with office.db.reading() as session:
        case = session.scalars(select(Case).where(Case.reference == reference)).one()
        return [approach.id for approach in case.approaches]


def _tags(office: Office) -> list[tuple[str, str]]:
    with office.db.reading() as session:
        return sorted((tag.id, tag.case_id) for tag in session.scalars(select(RepeatTag)))


def test_after_a_contact_they_cannot_be_parted(office: Office, anna):
    older, younger = joined(office, anna)
    office.later(minutes=1)
    send(anna, f"/console/cases/{older}/attempts", channel="call", outcome="reached")
    answer = send(anna, f"/console/cases/{older}/parting", other=younger)
    assert answer.status_code == 422
    assert "någon har haft kontakt" in answer.text
    assert office.log("case.parted") == []


def test_a_case_that_waits_is_never_joined_into_one_whose_clock_has_stopped(office: Office, anna):
    older, younger = two_of_hers(office, anna)
    send(anna, f"/console/cases/{older}/attempts", channel="call", outcome="reached")
    for here, there in ((older, younger), (younger, older)):
        answer = send(anna, f"/console/cases/{here}/join", same=there, word="handler")
        assert answer.status_code == 422
        assert "Ta kontakt i det yngre först" in answer.text
    send(anna, f"/console/cases/{younger}/attempts", channel="call", outcome="reached")
    assert send(anna, f"/console/cases/{younger}/join", same=older, word="handler").status_code == 303


def test_a_relative_is_never_joined_with_whom_it_is_about(office: Office, anna):
    hers = [office.approach(role=role).reference for role in ("self", "relative")]
    for reference in hers:
        take(anna, reference)
    answer = send(anna, f"/console/cases/{hers[0]}/join", same=hers[1], word="handler")
    assert answer.status_code == 422
    assert "koppla dem som samma händelse" in answer.text
    assert office.log("case.merged") == []


def taken(office: Office, anna, *roles: str) -> list[str]:
    """A case of each who says this of themselves, a minute apart; Anna has taken all."""
    found = []
    for role in roles:
        found.append(office.approach(role=role).reference)
        take(anna, found[-1])
        office.later(minutes=1)
    return found


def test_nor_by_way_of_somebody_who_said_nothing(office: Office, anna):
    silent, relative, themselves = taken(office, anna, "unknown", "relative", "self")
    assert send(anna, f"/console/cases/{silent}/join", same=relative, word="handler").status_code == 303
    for here, there in ((silent, themselves), (themselves, silent)):
        assert send(anna, f"/console/cases/{here}/join", same=there, word="handler").status_code == 422
    assert len(office.log("case.merged")) == 1


def test_nothing_is_parted_out_of_the_middle_of_three_for_contacts_stand_in_the_first(office: Office, anna):
    first, second, third = taken(office, anna, "self", "self", "self")
    send(anna, f"/console/cases/{second}/join", same=third, word="person")
    send(anna, f"/console/cases/{first}/join", same=second, word="person")
    send(anna, f"/console/cases/{first}/attempts", channel="call", outcome="reached")
    assert send(anna, f"/console/cases/{second}/parting", other=third).status_code == 422
    assert whole(office, third).join


def test_a_contact_that_is_told_of_later_was_not_with_whoever_came_after_it(office: Office, anna):
    entered = enter(anna, office.now - timedelta(hours=5))
    older, came = entered.headers["location"].rpartition("/")[2], office.now
    take(anna, older)
    office.later(minutes=2)
    (younger,) = taken(office, anna, "self")
    send(anna, f"/console/cases/{younger}/join", same=older, word="person")
    told = {"channel": "call", "outcome": "reached"}
    for made, answer in ((came, 422), (office.now, 303)):
        when = f"{made.astimezone(STOCKHOLM):%Y-%m-%dT%H:%M}"
        assert send(anna, f"/console/cases/{older}/attempts", when=when, **told).status_code == answer


@pytest.mark.parametrize("whose", ["waits", "bo's", "unknown", "itself"])
def test_what_is_not_theirs_as_well_is_one_answer_whatever_it_is(office: Office, anna, whose: str):
    mine, other = office.approach().reference, office.approach().reference
    take(anna, mine)
    if whose == "bo's":
        take(office.browser("bo"), other)
    typed = {"unknown": "ZZZZ", "itself": mine}.get(whose, other)
    answer = send(anna, f"/console/cases/{mine}/join", same=typed, word="person")
    assert answer.status_code == 422
    assert "Ta det först" in answer.text
    assert f'value="{typed}"' in answer.text, "nothing typed is lost"
    assert office.log("access.refused")[-1]["actor"] == "anna"


def test_who_may_not_have_the_one_may_not_have_both_also_after_they_parted(office: Office, anna):
    older, younger = two_of_hers(office, anna)
    with office.db.transaction() as session:
        session.merge(whole(office, younger)).exclude(by_alias(session, "bo"), by="anna", at=office.now)
    send(anna, f"/console/cases/{older}/join", same=younger, word="person")
    with office.db.transaction() as session:
        session.merge(whole(office, older)).exclude(by_alias(session, "carin"), by="anna", at=office.now)
    send(anna, f"/console/cases/{older}/parting", other=younger)
    assert [len(whole(office, reference).exclusions) for reference in (older, younger)] == [2, 2]


@pytest.mark.parametrize("db_on_both", ["postgresql"], indirect=True)
def test_two_who_put_the_same_two_together_from_either_side_never_turn_each_other_away(office_on_both: Office):
    """Each stops at its first lock until the other has one too, or cannot have any: one lock after the other, each
    would now hold what the other asks for next."""
    office, anna = office_on_both, office_on_both.browser("anna")
    older, younger = two_of_hers(office, anna)
    ways = (older, younger), (younger, older)
    meet = Barrier(2)

    def stop(_connection, _cursor, statement: str, *_rest) -> None:
        if "FOR NO KEY UPDATE" in statement and "FROM cases" in statement:
            with suppress(BrokenBarrierError):
                meet.wait(timeout=1)

    event.listen(office.db.engine, "after_cursor_execute", stop)
    with ThreadPoolExecutor(2) as both:
        done = both.map(lambda way: send(anna, f"/console/cases/{way[0]}/join", same=way[1], word="person"), ways)
    event.remove(office.db.engine, "after_cursor_execute", stop)
    assert sorted(answer.status_code for answer in done) in ([303, 303], [303, 422], [303, 404])
    assert meet.broken, "the second waited at its first lock"


def test_danger_that_the_younger_told_of_is_the_olders_too(office: Office, anna):
    older, younger = two_of_hers(office, anna)
    with office.db.transaction() as session:
        session.merge(whole(office, younger)).mark_danger(by="caller", at=office.now)
    send(anna, f"/console/cases/{younger}/join", same=older, word="person")
    assert whole(office, older).danger


def test_by_whose_word_has_to_be_said(office: Office, anna):
    older, younger = two_of_hers(office, anna)
    answer = send(anna, f"/console/cases/{older}/join", same=younger)
    assert answer.status_code == 422
    assert "Välj hur du vet" in answer.text
