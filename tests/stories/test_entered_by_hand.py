"""What came another way is entered by a colleague; its clock counts from when the person came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from app.audit.export import export
from app.audit.verify import verify
from app.cases.entries import entries_of
from app.cases.models import Case
from app.cases.queries import maybe_the_same
from app.escalation.policy import Ladder, Policy, Step, caught_up, first, not_before, taken, upcoming
from app.vault.keyring import Keyring
from tests.entering import NUMBER, STOCKHOLM, enter
from tests.evidence import given_away, log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import ANNA, CARIN, DAG, MONDAY

HOURS, MINUTES = timedelta(hours=1), timedelta(minutes=1)


def nothing_is_given_away(line: Hotline) -> None:
    assert given_away(line) == []
    kept = [text.body for phone in line.exchange.every_phone() for text in phone.inbox]
    assert not [words for words in kept if "Ramona" in words or NUMBER[3:] in words]


@ON_ONE_DATABASE
def test_a_case_entered_an_hour_before_it_is_due_pages_at_once_and_is_due_in_an_hour(hotline: Hotline) -> None:
    anna = hotline.sign_in("anna")
    came = hotline.now - 23 * HOURS
    page = enter(anna, came)
    hotline.work()

    case = hotline.case()
    assert page.url.path == f"/console/cases/{case.reference}"
    assert (case.opened_at, case.due_at) == (came, came + 24 * HOURS)
    assert "inlagt" in page.text
    assert len(hotline.phone(ANNA).inbox) == 1, "what is due for one person goes as one"
    steps = {step.step: step for step in hotline.steps()}
    assert {"untaken.0.0", "uncontacted.0.0"} <= steps.keys()
    assert [step.late_ms for step in steps.values()] == [0, 0], "nobody was late: it was not here before"
    assert hotline.phone(CARIN).inbox, "the step an hour before has come"
    hotline.wait_until(case.due_at - MINUTES)
    hotline.work()
    assert hotline.case().breach is None
    hotline.wait_until(case.due_at)
    hotline.work()
    assert hotline.case().breach
    assert hotline.phone(DAG).inbox
    nothing_is_given_away(hotline)


@ON_ONE_DATABASE
def test_who_entered_it_and_when_it_came_stand_in_the_history_and_in_the_log(hotline: Hotline) -> None:
    came = hotline.now - 3 * HOURS
    enter(hotline.sign_in("carin"), came, way="letter")

    (approach,) = hotline.case().approaches
    assert (approach.channel, approach.at, approach.entered_by) == ("by_hand", came, "carin")
    with hotline.db.reading() as session:
        entry = entries_of(session, session.get_one(Case, hotline.case().id))[approach.id]
        assert (entry.by.alias, entry.at, entry.way) == ("carin", hotline.now, "letter")
    (received,) = log(hotline.db, "approach.received")
    assert received["actor"] == "carin"
    assert received["facts"] == {"channel": "by_hand", "way": "letter", "came_at": came.isoformat()}
    (opened,) = log(hotline.db, "case.opened")
    assert opened["facts"]["due_at"] == (came + 24 * HOURS).isoformat()


@ON_ONE_DATABASE
def test_a_case_entered_when_the_time_is_out_is_a_breach_at_once_with_a_reason(hotline: Hotline) -> None:
    anna, came = hotline.sign_in("anna"), hotline.now - 30 * HOURS
    refused = enter(anna, came)
    assert refused.status_code == 422
    assert "Dygnet har redan gått" in refused.text
    assert hotline.cases() == []
    enter(anna, came, late="technical")

    with hotline.db.reading() as session:
        breach = session.get_one(Case, hotline.case().id).breach
        assert breach.reason.code == "technical"
        assert (breach.at, breach.recorded_at) == (came + 24 * HOURS, hotline.now)
    hotline.work()
    assert hotline.phone(DAG).inbox, "up to the manager"
    taken_steps = [step.step for step in hotline.steps()]
    assert len(taken_steps) == len({step.rpartition(".")[0] for step in taken_steps}), "repeats are folded"
    assert max(step.late_ms for step in hotline.steps()) == 0
    nothing_is_given_away(hotline)


@ON_ONE_DATABASE
def test_the_auditors_verifier_counts_from_the_true_arrival_and_finds_nobody_late(hotline: Hotline, tmp_path) -> None:
    anna = hotline.sign_in("anna")
    enter(anna, hotline.now - 23 * HOURS)
    enter(anna, hotline.now - 40 * HOURS, late="no_staff", number="+46701740665")
    hotline.work()
    keyring = Keyring.load(hotline.settings.keys_dir, private=("audit",))
    export(hotline.db, tmp_path / "out", key=keyring.log_key, origin=keyring.log_name, at=hotline.now, by="operator")
    report = verify(tmp_path / "out")
    assert report.ok, report.findings
    told = "\n".join(report.promise)
    assert told.count("BREACH") == 1
    assert "LATE" not in told


@ON_ONE_DATABASE
def test_the_same_sheet_sent_twice_is_one_case(hotline: Hotline) -> None:
    anna = hotline.sign_in("anna")
    sent = enter(anna, hotline.now - HOURS)
    again = anna.post("/console/entering", data=dict(parse_qsl(sent.history[0].request.content.decode())))
    assert again.url.path == sent.url.path
    assert len(hotline.cases()) == 1


@ON_ONE_DATABASE
def test_what_was_not_asked_is_not_allowed_and_its_number_is_kept_all_the_same(hotline: Hotline) -> None:
    anna = hotline.sign_in("anna")
    enter(anna, hotline.now - HOURS, contact="unasked", hours="", takes="yes")
    case = hotline.case()
    assert case.permissions == []
    assert case.hold.person.alias == "anna"
    assert "inte tillfrågad" in anna.get(f"/console/cases/{case.reference}").text
    shown = hotline.at_the_desk(anna, "reveal", because="first_contact").text
    assert "Ramona" in shown
    assert "070-174 06 64" in shown
    hotline.work()
    assert NUMBER not in hotline.numbers_reached()
    nothing_is_given_away(hotline)


@ON_ONE_DATABASE
def test_a_leave_that_was_given_long_ago_has_run_out_when_it_is_entered(hotline: Hotline) -> None:
    enter(hotline.sign_in("anna"), hotline.now - timedelta(days=31), late="no_staff")
    said = {one.channel: (one.allowed, one.expires_at < hotline.now) for one in hotline.case().permissions}
    assert said["call"] == (True, True)


@ON_ONE_DATABASE
def test_somebody_who_called_before_is_proposed_and_never_joined_by_a_typed_number(hotline: Hotline) -> None:
    hotline.call_from(NUMBER).hang_up()
    hotline.work()
    enter(hotline.sign_in("anna"), hotline.now - HOURS)
    _called, entered = sorted(hotline.cases(), key=lambda case: case.approaches[0].channel, reverse=True)
    assert len(hotline.cases()) == 2
    with hotline.db.reading() as session:
        assert len(maybe_the_same(session, session.get_one(Case, entered.id))) == 1


@ON_ONE_DATABASE
def test_a_contact_is_recorded_at_its_true_time_and_not_before_the_person_came(hotline: Hotline) -> None:
    anna, came = hotline.sign_in("anna"), hotline.now - 20 * HOURS
    enter(anna, came, takes="yes")
    spoke = {"channel": "visit", "outcome": "reached"}
    for wrong in (came - MINUTES, hotline.now + MINUTES):
        refused = hotline.at_the_desk(anna, "attempts", when=_typed(wrong), **spoke)
        assert refused.status_code == 422
        assert _typed(wrong) in refused.text, "nothing typed is lost"
    hotline.at_the_desk(anna, "attempts", when=_typed(came), **spoke)

    assert hotline.case().first_contact.at == came
    (entry,) = log(hotline.db, "contact.first")
    assert entry["facts"]["in_time"] is True
    assert entry["facts"]["made_at"] == came.isoformat()
    hotline.wait_until(came + 25 * HOURS)
    hotline.work()
    assert hotline.case().breach is None


@ON_ONE_DATABASE
def test_a_contact_that_is_only_told_when_the_time_is_out_keeps_no_promise(hotline: Hotline) -> None:
    anna, came = hotline.sign_in("anna"), hotline.now - 23 * HOURS - 50 * MINUTES
    enter(anna, came, takes="yes")
    hotline.kill_the_engine()
    hotline.wait_until(came + 24 * HOURS + 5 * MINUTES)
    hotline.at_the_desk(anna, "attempts", when=_typed(came), channel="visit", outcome="reached")
    case = hotline.case()
    assert (case.first_contact.at, case.breach.at) == (came, came + 24 * HOURS)
    (entry,) = log(hotline.db, "contact.first")
    assert entry["facts"]["in_time"] is False


@ON_ONE_DATABASE
def test_danger_told_by_hand_climbs_the_acute_ladder(hotline: Hotline) -> None:
    enter(hotline.sign_in("anna"), hotline.now - HOURS, danger="yes")
    assert hotline.case().danger.by == "anna"
    hotline.work()
    assert hotline.steps()[0].step.startswith("acute.0")


def _typed(at: datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%dT%H:%M}"


_STEPS = st.builds(
    Step,
    after=st.integers(0, 1500).map(lambda minutes: minutes * MINUTES),
    page=st.just(("on-call",)),
    by=st.just(("sms",)),
    repeat=st.sampled_from([None, 10 * MINUTES, 7 * HOURS]),
)

_MOST = 4 * (6 * 26 + 1) + 4
"""Four steps every ten minutes for 26 hours, and four that are counted back: an end is nobody's luck."""


@given(
    late=st.integers(0, 3000),
    untaken=st.lists(_STEPS, min_size=1, max_size=4),
    before=st.lists(st.integers(0, 1440), min_size=1, max_size=4),
)
def test_whenever_it_came_it_is_due_a_day_later_and_no_step_ahead_is_skipped(late, untaken, before) -> None:
    entered, due = MONDAY, MONDAY - late * MINUTES + 24 * HOURS
    counted_back = tuple(Step(after=-minutes * MINUTES, page=("on-call",), by=("sms",)) for minutes in before)
    policy = Policy(tuple(untaken), (), counted_back, grace=HOURS)
    position: dict[str, int] = {}
    took = []
    until = max(due, entered + 26 * HOURS)
    while len(took) <= _MOST:
        ladders = ((Ladder.UNTAKEN, entered), (Ladder.UNCONTACTED, due))
        step = first(upcoming(policy, ladder, position, start=start) for ladder, start in ladders)
        if step is None or step.at > until:
            break
        now = max(step.at, entered)
        step = not_before(entered, caught_up(policy, step, at=now))
        assert step.at >= entered, "nothing is due before it was here"
        assert step.at == now or step.missed == 0
        took.append((step.ladder, step.index))
        position = taken(position, step)

    assert {index for ladder, index in took if ladder is Ladder.UNCONTACTED} == set(range(len(before)))
    assert {index for ladder, index in took if ladder is Ladder.UNTAKEN} == set(range(len(untaken)))
    assert len(took) <= _MOST


@ON_ONE_DATABASE
def test_of_an_hour_that_came_twice_the_first_counts(hotline: Hotline) -> None:
    hotline.wait_until(datetime(2026, 10, 25, 12, 0, tzinfo=UTC))
    enter(hotline.sign_in("anna"), hotline.now, came_on="2026-10-25", came_at="02:30")
    assert hotline.case().opened_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
