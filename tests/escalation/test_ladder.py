"""A case climbs its ladders: somebody is always next, and only contact brings it to rest."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.escalation import lost_pages, replies, targets
from app.escalation.ladder import advance
from app.escalation.models import Escalation, StepTaken
from app.escalation.opening import adopt, begin, escalation_of
from app.escalation.replies import Answer
from app.notifications.models import Notification, State
from app.programme.apply import current
from app.telephony.carrier import CarrierError, Trouble
from tests import desk
from tests.people import MONDAY

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Climb:
    """One case, and the engine's deeds about it until a moment."""

    def __init__(self, session: Session, *, danger: bool = False) -> None:
        self.session = session
        self.case = desk.opened(session)
        if danger:
            self.case.mark_danger(by="caller", at=MONDAY)
        begin(session, self.case, current(session).routine, at=MONDAY)
        self.escalation: Escalation = escalation_of(session, self.case)
        session.flush()

    def asleep_until(self, moment: datetime) -> Climb:
        """The engine was down, and wakes now."""
        while self.escalation.next_at and self.escalation.next_at <= moment:
            self.wake(moment)
        return self

    def until(self, moment: datetime) -> Climb:
        """Wake exactly when something is due, as the engine does."""
        for _ in range(500):
            if self.escalation.next_at is None or self.escalation.next_at > moment:
                return self
            self.wake(self.escalation.next_at)
        raise AssertionError("the ladder does not come to rest")

    def wake(self, moment: datetime) -> Climb:
        advance(self.session, self.case, self.escalation, at=moment)
        self.session.flush()
        return self

    @property
    def steps(self) -> list[tuple[int, str]]:
        rows = self.session.scalars(
            select(StepTaken).where(StepTaken.case_id == self.case.id).order_by(StepTaken.due_at, StepTaken.step)
        )
        return [(int((row.due_at - MONDAY) / MINUTE), row.step) for row in rows]

    @property
    def pages(self) -> list[Notification]:
        return list(self.session.scalars(select(Notification).where(Notification.case_id == self.case.id)))

    def paged(self, label: str) -> set[tuple[str, str]]:
        step = self.session.scalar(
            select(StepTaken.id).where(StepTaken.case_id == self.case.id, StepTaken.step == label)
        )
        return {(page.person.alias, page.channel) for page in self.pages if page.step_id == step}


@pytest.fixture
def climb(session: Session) -> Climb:
    return Climb(session)


def test_untaken_the_case_is_said_aloud_to_more_and_more_people(climb: Climb) -> None:
    climb.until(MONDAY + 31 * MINUTE)

    assert climb.steps == [
        (0, "untaken.0.0"),
        (5, "untaken.1.0"),
        (15, "untaken.1.1"),
        (25, "untaken.1.2"),
        (30, "untaken.2.0"),
    ]
    assert climb.paged("untaken.0.0") == {("anna", "sms")}
    assert climb.paged("untaken.1.0") == {("anna", "call"), ("bo", "call")}
    assert climb.paged("untaken.2.0") == {("carin", "sms"), ("carin", "call")}


def test_in_danger_the_shorter_ladder_is_climbed(session: Session) -> None:
    climb = Climb(session, danger=True).until(MONDAY + MINUTE)

    assert climb.steps
    assert all(step.startswith("acute") for _, step in climb.steps)


def test_somebody_is_responsible_from_the_first_moment(climb: Climb) -> None:
    assert climb.case.responsible.person.alias == "anna"


def test_before_the_deadline_everyone_named_is_told_and_at_the_deadline_the_breach_is_written_down(
    climb: Climb,
) -> None:
    climb.asleep_until(MONDAY + 22 * HOUR).until(climb.case.due_at)

    assert (23 * 60, "uncontacted.0.0") in climb.steps
    assert {alias for alias, _ in climb.paged("uncontacted.1.0")} == {"anna", "bo", "carin", "dag"}
    assert climb.case.breach.at == climb.case.due_at


def test_after_the_deadline_it_goes_on_until_there_is_contact(climb: Climb) -> None:
    climb.asleep_until(MONDAY + 23 * HOUR).until(climb.case.due_at + 2 * HOUR)
    after = [step for minute, step in climb.steps if minute > 24 * 60 and step.startswith("uncontacted")]
    assert after == [f"uncontacted.1.{turn}" for turn in range(1, 5)]

    climb.case.record_attempt(
        by=desk.named(climb.session, "bo"), at=climb.case.due_at + 2 * HOUR, channel="call", outcome="reached"
    )
    count = len(climb.steps)
    climb.until(climb.case.due_at + 9 * HOUR)
    assert climb.escalation.next_at is None
    assert len(climb.steps) == count


def test_taken_is_not_contacted_so_the_case_comes_back_when_the_grace_is_over(climb: Climb) -> None:
    taken_at = MONDAY + 7 * MINUTE
    climb.until(taken_at)
    assert replies.take(climb.session, climb.case.id, by=_anna(climb), via="page", at=taken_at) is Answer.TAKEN
    before = len(climb.steps)

    climb.until(taken_at + 2 * HOUR - MINUTE)
    assert len(climb.steps) == before
    climb.until(taken_at + 2 * HOUR)
    assert climb.case.hold is None
    assert climb.steps[before:] == [(127, "untaken.0.0")]


def test_a_case_that_nobody_could_reach_still_counts_as_a_promise_broken(climb: Climb) -> None:
    climb.until(MONDAY)
    climb.case.close(by=_anna(climb), at=MONDAY + HOUR, outcome="closed", code="no_way_to_reach")
    climb.until(climb.case.due_at + HOUR)

    assert climb.case.breach
    assert [step for minute, step in climb.steps if minute >= 60] == []


def test_an_engine_that_slept_through_the_night_takes_every_step_in_order_and_folds_the_repeats(
    climb: Climb,
) -> None:
    climb.until(MONDAY)
    climb.asleep_until(MONDAY + 3 * HOUR)

    rows = climb.session.scalars(select(StepTaken).where(StepTaken.case_id == climb.case.id)).all()
    by_label = {row.step: row for row in rows}
    assert set(by_label) == {"untaken.0.0", "untaken.1.17", "untaken.2.0"}
    assert by_label["untaken.1.17"].missed == 17
    assert by_label["untaken.2.0"].late_ms == 150 * 60_000


@pytest.mark.parametrize("waking", [[1, 2, 3, 50, 400], [1439, 1441], [1500], [7, 31, 1400, 1440, 2000]])
def test_however_late_the_engine_wakes_the_deadline_stays_and_the_breach_is_there(
    climb: Climb, waking: list[int]
) -> None:
    for minute in waking:
        climb.asleep_until(MONDAY + minute * MINUTE)

    assert climb.case.due_at == MONDAY + desk.A_DAY
    assert (climb.case.breach is not None) == (waking[-1] >= 1440)
    labels = [step for _, step in climb.steps]
    assert len(labels) == len(set(labels))


def test_who_passes_a_case_on_is_not_the_next_to_be_paged(climb: Climb) -> None:
    climb.until(MONDAY)
    passed_at = MONDAY + MINUTE
    assert replies.pass_on(climb.session, climb.case.id, by=_anna(climb), at=passed_at) is Answer.PASSED
    climb.until(passed_at)

    last = max(climb.pages, key=lambda page: page.queued_at)
    assert last.person.alias == "bo"
    assert climb.case.responsible.person.alias == "bo"


def test_when_everybody_has_passed_it_on_it_still_goes_to_somebody(climb: Climb) -> None:
    for minute, alias in enumerate(("anna", "bo", "carin", "dag")):
        replies.pass_on(climb.session, climb.case.id, by=desk.named(climb.session, alias), at=MONDAY + minute * MINUTE)
    climb.until(MONDAY + 5 * MINUTE)

    assert any(page.queued_at >= MONDAY + 3 * MINUTE for page in climb.pages)


def test_a_text_that_is_refused_becomes_a_call_at_once_and_then_the_next_step_comes_early(climb: Climb) -> None:
    climb.until(MONDAY)
    (text,) = climb.pages
    _lose(climb.session, [text], at=MONDAY + MINUTE)
    (call,) = [page for page in climb.pages if page.channel == "call"]
    assert (call.person.alias, call.due_at) == ("anna", MONDAY)
    assert climb.steps == [(0, "untaken.0.0")]

    _lose(climb.session, [call], at=MONDAY + 2 * MINUTE)
    climb.until(MONDAY + 2 * MINUTE)
    assert ("bo", "call") in climb.paged("untaken.1.0")


def test_a_telephone_that_is_switched_off_is_not_rung_without_end(climb: Climb) -> None:
    now = MONDAY
    for _ in range(40):
        climb.until(now)
        _lose(climb.session, [page for page in climb.pages if page.state != State.FAILED], at=now)
        now += timedelta(seconds=10)

    assert len(climb.pages) < 15


def test_nobody_on_the_roster_means_the_standing_chain(session: Session) -> None:
    on_duty = [desk.named(session, alias) for alias in ("anna", "bo", "fatima")]
    for person in on_duty:
        person.left_at = MONDAY
    session.flush()
    climb = Climb(session).until(MONDAY)

    assert climb.case.responsible.person.alias == "carin"
    assert {page.person.alias for page in climb.pages} <= {"carin", "dag"}
    assert climb.pages


def test_no_chain_either_means_everybody_who_works_here(session: Session) -> None:
    for alias in ("anna", "bo", "fatima", "carin", "dag"):
        desk.named(session, alias).left_at = MONDAY
    session.flush()
    climb = Climb(session)

    found = targets.people(targets.Watch(session, at=MONDAY), climb.case, climb.escalation, ["on-call"])
    assert {person.alias for person in found} == {"eva", "gun"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["on-call"], ["anna"]),
        (["on-call", "backup"], ["anna", "bo"]),
        (["backup", "on-call", "backup"], ["bo", "anna"]),
        (["coordinator", "manager"], ["carin", "dag"]),
        (["holder"], ["anna"]),
        (["fatima"], ["fatima"]),
        (["nobody-of-that-name"], ["anna", "bo", "carin", "dag"]),
    ],
)
def test_the_words_of_the_file_mean_people(climb: Climb, wanted: list[str], expected: list[str]) -> None:
    watch = targets.Watch(climb.session, at=MONDAY)
    found = targets.people(watch, climb.case, climb.escalation, wanted)

    assert [person.alias for person in found] == expected


def test_a_changed_programme_does_not_move_the_ladder_of_a_case_that_is_open(climb: Climb) -> None:
    frozen = climb.escalation.policy
    adopt(climb.session, current(climb.session).routine, at=MONDAY + HOUR)

    assert escalation_of(climb.session, climb.case).policy == frozen


def test_a_case_without_a_ladder_is_adopted_and_counts_from_its_opening(session: Session) -> None:
    case: Case = desk.opened(session)

    assert adopt(session, current(session).routine, at=MONDAY + HOUR) == 1
    assert escalation_of(session, case).counts_from == MONDAY
    assert adopt(session, current(session).routine, at=MONDAY + HOUR) == 0


def _anna(climb: Climb):
    return desk.named(climb.session, "anna")


def _lose(session: Session, pages: list[Notification], *, at: datetime) -> None:
    for page in pages:
        if page.state == State.PENDING:
            page.state, page.sending_until, page.tries = State.SENDING, at + MINUTE, page.tries + 1
            session.flush()
        lost_pages.refused(session, page.id, CarrierError(Trouble.PERMANENT, code=21610), at=at)
    session.flush()
