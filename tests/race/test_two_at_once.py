"""Two handlers do the same in the same instant, at two web processes: one has it, and the other is told so.

`DYGNET_RACES=1000 pytest tests/race` runs each race that often on PostgreSQL; a third as often on SQLite, whose
writers stand in line anyway.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cases.facts import Approach, Connection, Hold
from app.cases.models import Case
from app.db import Database
from app.intake.wording import PROMPTS
from tests.evidence import log
from tests.grammar import Document, faults
from tests.hotline import PUBLIC_URL
from tests.people import LINE
from tests.race.house import Said, TwoDoors

RACES = int(os.environ.get("DYGNET_RACES", "24"))
A_THIRD = 3
LET_THROUGH = "<Response/>"
TOO_LATE = PROMPTS.say("sv", "screen.taken")
TAKEN_ALREADY = PROMPTS.say("sv", "page.already_taken")


def races(doors: TwoDoors) -> int:
    """How often they meet."""
    return RACES // A_THIRD if doors.db.is_sqlite else RACES


@pytest.fixture
def doors(db: Database, tmp_path: Path) -> Iterator[TwoDoors]:
    """Two web processes on one database, of each kind."""
    with TwoDoors(db, tmp_path).open() as both:
        yield both


def test_of_two_who_press_1_for_one_caller_exactly_one_is_connected_and_the_other_is_told(doors: TwoDoors) -> None:
    anna, bo = doors.id_of("anna"), doors.id_of("bo")
    won: Counter[str] = Counter()

    for _ in range(races(doors)):
        call = doors.a_caller()
        screens = [f"/carrier/ring/screen/{call}/{person}" for person in (anna, bo)]
        said = doors.at_the_same_instant(*(doors.presses(screen) for screen in screens))
        won[connected(doors, call, dict(zip((anna, bo), said, strict=True)))] += 1
        again = doors.at_the_same_instant(*(doors.presses(screen) for screen in screens))
        assert again == said, "asked again, each gets the same answer"

    sys.stderr.write(f"\npressed 1 at once: anna {won[anna]}, bo {won[bo]}\n")
    assert len(log(doors.db, "approach.connected")) == races(doors)


def connected(doors: TwoDoors, call: str, said: dict[str, Said]) -> str:
    """Who got the caller, having looked at what both were answered and at what was written down."""
    assert {answer.status for answer in said.values()} == {200}
    let_through = [person for person, answer in said.items() if LET_THROUGH in answer.body]
    told = [person for person, answer in said.items() if TOO_LATE in answer.body]
    assert len(let_through) == len(told) == 1, said
    for answer in said.values():
        assert faults(Document(answer.body, PUBLIC_URL, LINE, may_be_open=True, screening=True)) == []
    with doors.db.reading() as session:
        connections = session.scalars(select(Connection.person_id).where(Connection.approach_id == call)).all()
    assert connections == let_through
    return let_through[0]


def test_of_two_who_take_a_case_by_a_key_and_at_the_desk_exactly_one_has_it_and_the_other_is_told(
    doors: TwoDoors,
) -> None:
    doors.sign_in("carin")
    won: Counter[str] = Counter()

    for _ in range(races(doors)):
        call = a_new_case(doors)
        page, reference = doors.a_page(call), reference_of(doors, call)
        by_key, at_the_desk = doors.at_the_same_instant(
            doors.presses(f"/carrier/page/{page}"), doors.takes_at_the_desk(reference)
        )
        won[holder(doors, call, by_key, at_the_desk)] += 1

    sys.stderr.write(f"\ntook at once: by key {won['bo']}, at the desk {won['carin']}\n")
    assert len(log(doors.db, "case.taken")) == races(doors)


def holder(doors: TwoDoors, call: str, by_key: Said, at_the_desk: Said) -> str:
    """Who has the case, having looked at what both were answered and at what was written down."""
    with doors.db.reading() as session:
        case_id = session.get_one(Approach, call).case_id
        (hold,) = session.scalars(select(Hold).where(Hold.case_id == case_id)).all()
        alias = hold.person.alias
    assert by_key.status == 200
    assert (TAKEN_ALREADY in by_key.body) == (alias != "bo"), by_key
    assert at_the_desk.status == (303 if alias == "carin" else 409), at_the_desk
    return alias


def a_new_case(doors: TwoDoors) -> str:
    """A caller whose case nobody has yet; one that joined an older case is left alone."""
    while True:
        call = doors.a_caller()
        with doors.db.reading() as session:
            case_id = session.get_one(Approach, call).case_id
            if not session.scalar(select(func.count()).select_from(Hold).where(Hold.case_id == case_id)):
                return call


def reference_of(doors: TwoDoors, call: str) -> str:
    with doors.db.reading() as session:
        return session.get_one(Case, session.get_one(Approach, call).case_id).reference
