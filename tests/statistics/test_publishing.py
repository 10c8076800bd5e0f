"""What is published of a town, when, and that it stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from sqlalchemy import func, insert, select

from app.cases.breaches import Breach
from app.cases.facts import Approach, FirstContact
from app.errors import BadInput
from app.statistics import publishing
from app.statistics.models import Edition, Waiting
from app.statistics.reading import report
from tests.desk import entries, office, session
from tests.statistics.town import A_YEAR_ON, DAY, JANUARY, Town, town

__all__ = ["office", "session", "town"]

FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)
MARCH = datetime(2026, 3, 10, tzinfo=UTC)


def told(town: Town, name: str, period: str = "2026") -> list[tuple[str, str, int, dict[str, object]]]:
    """Each span of a table: since, until, total, and what it says of each group."""
    return [
        (each.since, each.until, each.total, {cell.group: cell.count or cell.mark for cell in each.cells})
        for each in report(town.session, name, period).editions
    ]


def test_a_month_is_told_of_when_every_clock_that_began_in_it_has_run_out(town: Town):
    town.ask(6, JANUARY + 29 * DAY)
    assert town.publish(datetime(2026, 2, 3, 12, tzinfo=UTC)) == []
    town.publish(datetime(2026, 2, 4, 12, tzinfo=UTC))
    assert told(town, "requests") == [("2026-01", "2026-01", 6, {"all": 6})]


def test_a_month_with_few_requests_is_told_of_together_with_the_next(town: Town):
    town.ask(3, JANUARY + DAY)
    town.publish(FEBRUARY)
    assert told(town, "requests") == []
    town.ask(4, FEBRUARY)
    town.publish(MARCH)
    assert told(town, "requests") == [("2026-01", "2026-02", 7, {"all": 7})]


def test_a_table_waits_until_there_is_enough_for_it(town: Town):
    town.ask(20, JANUARY + DAY)
    town.publish(FEBRUARY)
    assert (len(told(town, "requests")), told(town, "role")) == (1, [])
    town.ask(20, FEBRUARY, role="relative")
    town.publish(MARCH)
    few = {"professional": "few", "unknown": "few"}
    assert told(town, "role") == [("2026-01", "2026-02", 40, {"self": "rest", "relative": 20, **few})]


def test_contact_is_told_of_in_bands_and_nobody_is_a_band_of_its_own(town: Town):
    for hours, times in ((0.5, 9), (5.9, 8), (19, 7), (21, 6)):
        town.ask(times, JANUARY + DAY, hours=hours)
    town.ask(5, JANUARY + DAY, hours=None, code="silent_call")
    town.ask(5, JANUARY + DAY, hours=None, reason="no_staff")
    town.ask(6, JANUARY + DAY, hours=24)
    town.publish()
    assert told(town, "first_contact")[0][3] == {
        "within_1h": 9,
        "within_6h": 8,
        "in_good_time": 7,
        "near_miss": 6,
        "nobody": 5,
        "late": 11,
    }
    assert told(town, "breach")[0][2:] == (
        11,
        {
            "no_staff": "closed",
            "unexplained": "closed",
            **dict.fromkeys(
                ("no_answer", "unsafe_to_contact", "no_number", "wrong_number", "asked_for_later", "technical"),
                "closed",
            ),
        },
    )
    found = report(town.session, "first_contact", "2026-01")
    assert (found.half_by, found.nine_in_ten_by) == ("in_good_time", None)
    assert found.in_time == (Fraction(30, 41), Fraction(30, 41))


def test_how_the_late_were_explained_is_told_only_where_it_is_told_how_many_were_late(town: Town):
    town.ask(40, JANUARY + DAY)
    town.ask(4, JANUARY + DAY, hours=None, reason="no_staff")
    town.publish()
    assert told(town, "breach") == []
    waiting = select(func.count()).select_from(Waiting).where(Waiting.table_name == "breach")
    assert town.session.scalar(waiting) == 11 * 8, "of the months after it, in which nobody asked"


def test_compliance_by_role_is_told_only_when_no_part_of_it_is_few(town: Town):
    for role in ("self", "relative", "professional", "unknown"):
        town.ask(7, JANUARY + DAY, role=role)
        town.ask(5, JANUARY + DAY, role=role, hours=30)
    town.ask(35, FEBRUARY)
    town.ask(4, FEBRUARY, hours=30)
    town.publish()
    ((_, until, total, cells),) = told(town, "role_in_time")
    assert (until, total, cells["relative.late"], cells["self.in_time"]) == ("2026-01", 48, 5, 7)


def test_hours_are_those_of_the_clock_on_the_wall(town: Town):
    town.ask(30, datetime(2026, 1, 9, 21, 30, tzinfo=UTC))  # Friday, half past ten in the evening
    town.ask(30, datetime(2026, 7, 10, 20, 30, tzinfo=UTC))  # the same in summer
    town.publish()
    assert [cells["night"] for *_, cells in told(town, "time_of_day")] == ["rest", "rest"]
    assert [cells["weekday"] for *_, cells in told(town, "day_of_week")] == ["rest", "rest"]


def test_what_was_published_stays_as_it_was_whatever_is_told_of_later(town: Town):
    town.ask(40, JANUARY + DAY)
    town.publish(FEBRUARY)
    before = told(town, "role")
    town.ask(40, JANUARY + DAY, role="relative")
    assert town.publish(FEBRUARY) == []
    assert told(town, "role") == before


def test_a_late_fact_makes_no_difference_between_two_tables_of_the_same_requests(town: Town):
    town.ask(20, JANUARY + DAY)
    town.publish(FEBRUARY)
    town.ask(1, JANUARY + DAY, role="professional")
    town.ask(20, FEBRUARY)
    town.publish(MARCH)
    assert [total for _, _, total, _ in told(town, "requests")] == [20, 20]
    assert [total for _, _, total, _ in told(town, "role")] == [40]


def test_a_correction_is_a_new_edition_beside_the_earlier_one(town: Town):
    town.ask(40, JANUARY + DAY)
    town.publish(FEBRUARY)
    town.ask(6, JANUARY + DAY)
    made = publishing.correct(town.session, "requests", "2026-01", by="carin", at=MARCH)
    assert made
    assert (made.number, made.total) == (2, 46)
    kept = select(Edition.total).where(Edition.table_name == "requests").order_by(Edition.number)
    assert town.session.scalars(kept).all() == [40, 46]
    assert told(town, "requests") == [("2026-01", "2026-01", 46, {"all": 46})]


@pytest.mark.parametrize("more", [0, 1, 4])
def test_a_correction_about_few_is_not_told_from_one_about_nobody(town: Town, more: int):
    town.ask(40, JANUARY + DAY)
    town.publish(FEBRUARY)
    town.ask(more, JANUARY + DAY)
    assert publishing.correct(town.session, "requests", "2026-01", by="carin", at=MARCH) is None
    assert [entry["result"] for entry in entries(town.session) if entry["action"] == "statistics.corrected"] == [
        "stands"
    ]


def test_a_crossing_is_not_corrected_where_one_of_its_sums_would_tell_of_few(town: Town):
    """Six who were reached in time were not, and one more asked for themselves: beside the table of roles, which
    stands, twenty-five would tell of that one."""
    for role in ("self", "relative", "professional", "unknown"):
        town.ask(12, JANUARY + DAY, role=role)
        town.ask(12, JANUARY + DAY, role=role, hours=30)
    town.publish(FEBRUARY)
    theirs = select(Approach.case_id).join(FirstContact, FirstContact.case_id == Approach.case_id)
    in_time = theirs.where(Approach.role == "self", FirstContact.at < JANUARY + 2 * DAY).limit(6)
    late = [{"case_id": case, "at": FEBRUARY, "recorded_at": FEBRUARY} for case in town.session.scalars(in_time)]
    town.session.execute(insert(Breach), late)
    town.ask(1, JANUARY + DAY, role="self", hours=30)
    town.ask(5, JANUARY + DAY, role="relative", hours=30)
    assert publishing.correct(town.session, "role_in_time", "2026-01", by="carin", at=MARCH) is None
    town.ask(4, JANUARY + DAY, role="self", hours=30)
    made = publishing.correct(town.session, "role_in_time", "2026-01", by="carin", at=MARCH)
    assert made and {cell.group: cell.count for cell in made.cells}["self.late"] == 23


def test_only_what_was_published_is_corrected(town: Town):
    for name, since in (("role", "2026-01"), ("nonsense", "2026-01")):
        with pytest.raises(BadInput):
            publishing.correct(town.session, name, since, by="carin", at=A_YEAR_ON)


def test_publishing_twice_publishes_once(town: Town):
    town.ask(40, JANUARY + DAY)
    assert len(town.publish(FEBRUARY)) == 8
    assert town.publish(FEBRUARY) == []
    assert [
        entry["facts"]["tables"] for entry in entries(town.session) if entry["action"] == "statistics.published"
    ] == [8, 0]
