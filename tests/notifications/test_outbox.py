"""The outbox: written with the deed, claimed before it is sent, tried again when that helps, never in two states."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import Database
from app.notifications import outbox, refusals
from app.notifications.models import Notification, Priority, State
from app.telephony.carrier import CarrierError, Trouble
from tests import desk
from tests.marks import ON_POSTGRESQL
from tests.people import MONDAY

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def write(session: Session, key: str = "a", **otherwise: object) -> Notification | None:
    values = {
        "person": desk.named(session, "anna"),
        "channel": "sms",
        "wording": "sms.help",
        "values": {},
        "priority": Priority.PAGE,
        "due_at": MONDAY,
        "at": MONDAY,
        "valid_for": 10 * MINUTE,
        **otherwise,
    }
    return outbox.queue(session, key=key, **values)


def sending(session: Session) -> Notification:
    write(session)
    (row,) = outbox.claim(session, at=MONDAY)
    session.flush()
    return row


def transient() -> CarrierError:
    return CarrierError(Trouble.TRANSIENT, code=20429)


def test_the_same_page_is_written_once(session: Session) -> None:
    assert write(session)
    assert write(session) is None
    assert len(session.scalars(select(Notification)).all()) == 1


def test_a_first_page_goes_before_what_has_waited_longer(session: Session) -> None:
    for key, priority, at in (
        ("answer", Priority.ANSWER, MONDAY),
        ("page", Priority.PAGE, MONDAY + SECOND),
        ("late first", Priority.FIRST_PAGE, MONDAY + 3 * SECOND),
        ("first", Priority.FIRST_PAGE, MONDAY + 2 * SECOND),
    ):
        write(session, key, priority=priority, at=at)

    claimed = outbox.claim(session, at=MONDAY + MINUTE)
    assert [row.key for row in claimed] == ["first", "late first", "page", "answer"]


def test_what_is_claimed_is_nobody_elses_until_the_claim_runs_out(session: Session) -> None:
    row = sending(session)
    fresh = row.valid_until

    assert outbox.claim(session, at=MONDAY + outbox.SENDING_LASTS - SECOND) == []
    assert outbox.next_to_send(session) == MONDAY + outbox.SENDING_LASTS
    assert outbox.claim(session, at=MONDAY + outbox.SENDING_LASTS) == [row]
    assert row.valid_until == fresh + outbox.SENDING_LASTS, "it is no older for the time in which a dead one had it"
    assert row.tries == 2


def test_an_accepted_page_is_claimed_no_more(session: Session) -> None:
    row = outbox.accepted(session, sending(session).id, ref="SM1", at=MONDAY + SECOND)
    session.flush()

    assert (row.state, row.carrier_ref, row.accepted_at) == (State.ACCEPTED, "SM1", MONDAY + SECOND)
    assert outbox.claim(session, at=MONDAY + MINUTE * 60) == []
    assert outbox.next_to_send(session) is None


def test_a_receipt_that_overtook_the_carriers_answer_is_not_undone_by_it(session: Session) -> None:
    row = sending(session)
    row.state, row.sending_until = State.DELIVERED, None
    row.accepted_at = row.settled_at = MONDAY + SECOND
    session.flush()
    outbox.accepted(session, row.id, ref="SM1", at=MONDAY + 2 * SECOND)
    refusals.refused(session, row.id, transient(), at=MONDAY + 2 * SECOND)

    assert (row.state, row.carrier_ref, row.accepted_at) == (State.DELIVERED, "SM1", MONDAY + SECOND)


def test_a_carrier_that_is_busy_is_asked_again_less_and_less_often_and_not_for_ever(session: Session) -> None:
    row, waits, now = sending(session), [], MONDAY
    while row.state != State.FAILED:
        refusals.refused(session, row.id, transient(), at=now)
        session.flush()
        if row.state == State.PENDING:
            waits.append((row.not_before - now).total_seconds())
            assert outbox.claim(session, at=row.not_before - SECOND) == []
            now = row.not_before
            assert outbox.claim(session, at=now) == [row]

    assert waits == [5, 10, 20]
    assert (row.tries, row.trouble, row.code) == (refusals.MOST_TRIES, "transient", 20429)


@pytest.mark.parametrize("trouble", [Trouble.PERMANENT, Trouble.CONFIGURATION])
def test_what_cannot_help_is_not_tried_again(session: Session, trouble: Trouble) -> None:
    row = refusals.refused(session, sending(session).id, CarrierError(trouble, code=21610), at=MONDAY)

    assert (row.state, row.trouble, row.tries) == (State.FAILED, trouble.value, 1)


def test_an_alarm_that_would_be_taken_for_a_new_one_is_given_up(session: Session) -> None:
    row = refusals.refused(session, sending(session).id, transient(), at=MONDAY + 10 * MINUTE)

    assert row.state == State.FAILED


def test_once_somebody_has_the_case_what_was_not_sent_is_withdrawn_and_what_was_is_not(session: Session) -> None:
    case = desk.opened(session)
    waits = write(session, "waits", case_id=case.id, step_id="step")
    goes = write(session, "goes", case_id=case.id, step_id="step", at=MONDAY - MINUTE)
    elsewhere = write(session, "elsewhere", case_id=desk.opened(session).id, step_id="other")
    answer = write(session, "answer", case_id=case.id)
    outbox.claim(session, at=MONDAY - SECOND)
    session.flush()
    outbox.withdraw(session, case_id=case.id, at=MONDAY)
    for row in (waits, goes, elsewhere, answer):
        session.refresh(row)

    assert (waits.state, waits.trouble, waits.settled_at) == (State.FAILED, "withdrawn", MONDAY)
    assert (goes.state, elsewhere.state, answer.state) == (State.SENDING, State.PENDING, State.PENDING)


def test_an_answer_marks_every_page_to_that_person_about_that_case_as_seen(session: Session) -> None:
    case, other, anna = desk.opened(session), desk.opened(session), desk.named(session, "anna")
    mine = write(session, "mine", case_id=case.id)
    bos = write(session, "bos", case_id=case.id, person=desk.named(session, "bo"))
    another = write(session, "another", case_id=other.id)
    outbox.acknowledge(session, case_id=case.id, person_id=anna.id, at=MONDAY)
    outbox.acknowledge(session, case_id=case.id, person_id=anna.id, at=MONDAY + MINUTE)
    for row in (mine, bos, another):
        session.refresh(row)

    assert (mine.acknowledged_at, bos.acknowledged_at, another.acknowledged_at) == (MONDAY, None, None)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("a state nobody agreed on", {"state": "lost"}),
        ("sending without a deadline", {"state": "sending", "sending_until": None}),
        ("a deadline without sending", {"state": "pending", "sending_until": MONDAY}),
        ("accepted without a moment", {"state": "accepted", "accepted_at": None}),
        ("delivered without having been accepted", {"state": "delivered", "accepted_at": None}),
        ("failed without a reason", {"state": "failed", "trouble": None}),
        ("a channel we do not have", {"channel": "fax"}),
    ],
)
def test_the_database_refuses(session: Session, name: str, values: dict[str, object]) -> None:
    row = write(session)

    with pytest.raises(IntegrityError, match=r"(?i)check"), session.begin_nested():
        session.execute(update(Notification).where(Notification.id == row.id).values(**values))


@ON_POSTGRESQL
def test_two_couriers_never_carry_the_same_page(db: Database, tmp_path: Path) -> None:
    desk.employ(db, tmp_path)
    with db.transaction() as session:
        for number in range(10):
            write(session, f"page {number}")
    with db.transaction() as one, db.transaction() as other:
        first = {row.key for row in outbox.claim(one, at=MONDAY, limit=6)}
        one.flush()
        second = {row.key for row in outbox.claim(other, at=MONDAY, limit=6)}

    assert (len(first), len(second)) == (6, 4)
    assert not first & second
