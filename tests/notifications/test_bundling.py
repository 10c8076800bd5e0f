"""What goes together and what goes alone; and that nothing is left behind, named twice or late for it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.notifications import bundling, outbox, pace
from app.notifications.messages import message_for, text_for, waiting_in
from app.notifications.models import THE_PAGE, Notification, Priority
from app.notifications.wording import say
from tests import desk
from tests.notifications.test_outbox import write
from tests.people import MONDAY

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def page(session: Session, name: str, *, to: str = "anna", channel: str = "sms", **otherwise: object) -> Notification:
    case: Case = desk.opened(session)
    row = write(
        session,
        name,
        person=desk.named(session, to),
        channel=channel,
        wording=THE_PAGE,
        values={"reference": case.reference, "due_at": case.due_at.isoformat()},
        case_id=case.id,
        **otherwise,
    )
    assert row
    return row


def keys(bundles: list[list[Notification]]) -> list[list[str]]:
    return [[row.key for row in bundle] for bundle in bundles]


def test_pages_to_one_person_by_one_channel_go_together_and_others_do_not(session: Session) -> None:
    rows = [page(session, "a"), page(session, "b"), page(session, "c", to="bo"), page(session, "d", channel="call")]
    answer = write(session, "an answer")
    assert answer

    assert sorted(map(sorted, keys(bundling.bundles([*rows, answer], at=MONDAY)))) == [
        ["a", "b"],
        ["an answer"],
        ["c"],
        ["d"],
    ]


def test_the_most_urgent_leads(session: Session) -> None:
    rows = [page(session, "later", due_at=MONDAY + MINUTE), page(session, "sooner")]
    rows.append(page(session, "first", priority=Priority.FIRST_PAGE, due_at=MONDAY + MINUTE))

    assert keys(bundling.bundles(rows, at=MONDAY)) == [["first", "sooner", "later"]]


def test_one_that_may_have_been_sent_goes_alone(session: Session) -> None:
    rows = [page(session, "a"), page(session, "doubted"), page(session, "b")]
    rows[1].in_doubt = True

    assert sorted(map(sorted, keys(bundling.bundles(rows, at=MONDAY)))) == [["a", "b"], ["doubted"]]


def test_one_that_is_too_old_or_nearly_goes_alone_and_takes_none_along(session: Session) -> None:
    for name, minutes in (("over", 0), ("nearly", 1), ("fresh", 2), ("fresher", 9)):
        page(session, name, valid_for=minutes * MINUTE, due_at=MONDAY + minutes * SECOND)
    old = outbox.claim(session, at=MONDAY, limit=2)
    assert sorted(row.key for row in old) == ["nearly", "over"]
    assert bundling.along(session, old, at=MONDAY) == []

    fresh = outbox.claim(session, at=MONDAY, limit=1)
    fresh += bundling.along(session, fresh, at=MONDAY)
    bundles = bundling.bundles([*old, *fresh], at=MONDAY)
    assert keys(bundles) == [["over"], ["nearly"], ["fresh", "fresher"]]


def test_what_is_too_old_is_not_taken_along_by_a_fresh_one(session: Session) -> None:
    page(session, "fresh", priority=Priority.FIRST_PAGE)
    page(session, "over", valid_for=-MINUTE)
    rows = outbox.claim(session, at=MONDAY, limit=1)

    assert [row.key for row in rows] == ["fresh"]
    assert bundling.along(session, rows, at=MONDAY) == []


def test_a_message_is_worth_sending_as_long_as_its_newest_page(session: Session) -> None:
    rows = [page(session, "older", valid_for=2 * MINUTE), page(session, "newer", valid_for=9 * MINUTE)]

    for bundle in (rows, rows[::-1]):
        assert message_for(bundle, at=MONDAY, codes=no_code).valid_until == MONDAY + 9 * MINUTE


def test_a_case_that_is_in_it_twice_is_named_once(session: Session) -> None:
    first, second = page(session, "first"), page(session, "second")
    again = page(session, "again")
    again.case_id, again.values = first.case_id, first.values

    assert text_for([first, again], at=MONDAY, codes=no_code) == text_for([first], at=MONDAY, codes=no_code)
    assert message_for([first, again], at=MONDAY, codes=no_code).subject == say("sv", "mail.one")
    several = message_for([first, second, again], at=MONDAY, codes=no_code)
    assert [case.reference for case in several.waiting] == [waiting_in(row).reference for row in (first, second)]
    assert several.text.startswith("2 ärenden väntar: ")


def test_what_waits_behind_comes_along_with_the_one_whose_turn_it_is(session: Session) -> None:
    for number in range(6):
        page(session, f"{number}", due_at=MONDAY + number * SECOND)
    (lead,) = rows = outbox.claim(session, at=MONDAY, limit=1)
    rows += bundling.along(session, rows, at=MONDAY)

    assert [len(bundle) for bundle in bundling.bundles(rows, at=MONDAY)] == [bundling.MOST["sms"]]
    assert {row.state for row in rows} == {"sending"}
    assert lead in rows


def test_what_may_not_be_sent_yet_does_not_come_along(session: Session) -> None:
    page(session, "now")
    later = page(session, "later")
    session.execute(update(Notification).where(Notification.id == later.id).values(not_before=MONDAY + MINUTE))
    rows = outbox.claim(session, at=MONDAY, limit=1)

    assert bundling.along(session, rows, at=MONDAY) == []


def test_a_receipt_is_for_every_page_of_the_latest_try_and_for_no_other(session: Session) -> None:
    first, second = page(session, "a"), page(session, "b")
    first.tries = second.tries = 1
    bundling.note(session, [first, second], at=MONDAY)
    session.flush()
    assert bundling.sent_with(session, first.id) == [first.id, second.id]
    assert bundling.sent_with(session, second.id) == [second.id]

    second.tries = 2
    session.flush()
    assert bundling.sent_with(session, first.id) == [first.id]


def no_code(_session: Session, _probe_id: str) -> str:
    raise LookupError("none of these is a code")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.lists(st.tuples(st.sampled_from(["anna", "bo"]), st.sampled_from(["sms", "call", "email"])), max_size=12)
)
def test_every_page_is_in_exactly_one_bundle_of_its_own_kind_and_each_text_fits(
    session: Session, wanted: list[tuple[str, str]]
) -> None:
    kept = session.begin_nested()
    rows = [page(session, f"{number}", to=to, channel=by) for number, (to, by) in enumerate(wanted)]
    bundles = bundling.bundles(rows, at=MONDAY)

    assert sorted(row.key for bundle in bundles for row in bundle) == sorted(row.key for row in rows)
    for bundle in bundles:
        assert len({(row.person_id, row.channel) for row in bundle}) == 1
        assert len(bundle) <= bundling.MOST[bundle[0].channel]
        if bundle[0].channel == "sms":
            text = text_for(bundle, at=MONDAY, codes=no_code)
            assert len(text) <= 160
            assert all(bundling.MOST["sms"] and row.values.split('"')[3] in text for row in bundle)
    kept.rollback()


def test_letters_have_a_pace_and_what_waits_is_counted(session: Session) -> None:
    rate = pace.RATES["email"]
    assert pace.free(session, at=MONDAY, channel="email") == rate.ahead
    pace.spend(session, rate.ahead, at=MONDAY, channel="email")
    for number in range(5):
        page(session, f"{number}", channel="email")
    page(session, "text")

    assert pace.free(session, at=MONDAY, channel="email") == 0
    assert pace.free(session, at=MONDAY + SECOND, channel="email") == 5
    assert pace.free(session, at=MONDAY) == pace.AHEAD, "the pace of letters is nobody else's"
    assert pace.waits(session, at=MONDAY) == [pace.Wait("email", 5, 1.0), pace.Wait("sms", 1, 0.0)]
