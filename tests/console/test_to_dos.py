"""What somebody set out to do for a person: a day of its own, seen where it is wanted, and no clock moves by it."""

from __future__ import annotations

import re

import pytest

from tests.at_work import Workplace
from tests.console.office import Office, send
from tests.evidence import everything_kept

WORDS = "Ring mamman, inte honom"
TOMORROW = {"kind": "call", "day": "2026-01-06", "words": WORDS}


@pytest.fixture
def work(office: Office) -> Workplace:
    return Workplace(office)


def board(work: Workplace, alias: str) -> str:
    page = work.office.browser(alias).get("/console/").text
    return page.partition('id="to-do"')[2].partition("</section>")[0]


def late(work: Workplace) -> str:
    page = work.office.browser("carin").get("/console/morning").text
    return page.partition('id="to_dos"')[2].partition("</section>")[0]


def id_of(page: str) -> str:
    return re.search(r"to-dos/(\w+)/end", page)[1]


def test_it_is_on_the_holders_board_on_its_day_and_on_the_coordinators_morning_after_it(work: Workplace):
    anna = work.case()
    page = anna.do("to-dos", **TOMORROW)
    assert "Ring och hör hur det är" in page and WORDS in page
    assert anna.reference not in board(work, "anna")
    work.office.later(hours=15)
    assert "i dag" in board(work, "anna") and anna.reference in board(work, "anna")
    assert anna.reference not in board(work, "bo"), "it is no business of a colleague's"
    assert anna.reference not in late(work)
    work.office.later(hours=24)
    assert "skulle ha gjorts tis 6 jan" in board(work, "anna")
    assert anna.reference in late(work) and "anna" in late(work)
    assert WORDS not in late(work) + board(work, "anna") and WORDS.encode() not in everything_kept(work.db)


def test_a_day_is_a_local_one(work: Workplace):
    anna = work.case()
    anna.do("to-dos", **TOMORROW)
    work.office.clock.at = work.office.now.replace(hour=22, minute=30)
    assert board(work, "anna") == "", "half past eleven here"
    work.office.clock.at = work.office.now.replace(hour=23, minute=30)
    assert "i dag" in board(work, "anna")
    anna.do("to-dos", **TOMORROW | {"day": "2026-01-05"})
    assert anna.status == 422, "the fifth is over"


def test_it_is_moved_done_and_dropped_by_somebody_at_a_moment(work: Workplace):
    anna = work.case()
    task = id_of(anna.do("to-dos", **TOMORROW))
    page = anna.do(f"to-dos/{task}/day", day="2026-01-08")
    assert "flyttat av anna" in page
    work.office.later(days=1)
    assert anna.reference not in board(work, "anna")
    page = anna.do(f"to-dos/{task}/end", how="done")
    assert "Gjort, anna" in page
    anna.do(f"to-dos/{task}/day", day="2026-01-09")
    assert anna.status == 422, "what is done is not moved"
    work.office.later(days=7)
    assert anna.reference not in board(work, "anna") + late(work)
    facts = [work.office.log(f"to_do.{each}")[0]["facts"] for each in ("set", "moved", "ended")]
    assert facts == [{"days": 1}, {"days": 3}, {"how": "done"}]


def test_it_goes_along_when_the_case_does(work: Workplace):
    """Anna holds a case without contact, sets something out, and passes it on: Bo finds it when he takes it."""
    anna = work.case(reached=False)
    anna.do("to-dos", **TOMORROW)
    anna.do("release")
    bo = work.desk(anna.reference, "bo")
    page = bo.look()
    shown = re.search(r'name="shown" value="([^"]+)"', page)[1]
    bo.do("hold", shown=shown)
    assert WORDS in bo.do("dossier", sheet="to_do")
    work.office.clock.at = work.office.now.replace(day=6)
    assert anna.reference in board(work, "bo")


def test_a_case_that_is_over_wants_nothing_done(work: Workplace):
    anna = work.case()
    anna.do("to-dos", **TOMORROW)
    send(work.office.browser("anna"), f"{anna.at}/closure", code="advice")
    work.office.later(days=3)
    assert anna.reference not in board(work, "anna") + late(work)


def test_what_cannot_be_is_said_and_nothing_typed_is_lost(work: Workplace):
    anna = work.case()
    for wrong, says in (
        ({"kind": "weather"}, "Välj vad som ska göras"),
        ({"kind": "other", "words": ""}, "Skriv vad som ska göras"),
        ({"day": "2026-01-04"}, "i dag eller senare"),
        ({"day": "2028-01-01"}, "inom ett år"),
        ({"day": "i morgon"}, "inom ett år"),
    ):
        page = anna.do("to-dos", **TOMORROW | wrong)
        assert anna.status == 422 and says in page and (TOMORROW | wrong)["words"] in page, wrong
    assert work.office.log("to_do.set") == []


def test_one_of_another_case_is_like_one_that_is_not(work: Workplace):
    anna, other = work.case(), work.case()
    task = id_of(anna.do("to-dos", **TOMORROW))
    assert [other.do(f"to-dos/{each}/end", how="done") and other.status for each in (task, "nothing")] == [422, 422]
    assert work.office.log("to_do.ended") == []
