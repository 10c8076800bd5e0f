"""Somebody with a conflict of interest: what they answer, by habit or out of an old tab, moves and tells nothing."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from app.escalation import conflicts
from app.escalation.models import Pass
from app.staff.directory import by_alias
from tests.calling import signed_in
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER
from tests.ways import programme

pytestmark = ON_ONE_DATABASE


def exclude(line: Hotline, alias: str, *, place: int) -> None:
    with line.db.transaction() as session:
        person = by_alias(session, alias)
        assert person
        assert conflicts.exclude(session, line.cases()[place].id, person, by="carin", at=line.now)
    line.work()


def passes(line: Hotline) -> int:
    with line.db.reading() as session:
        return session.scalar(select(func.count()).select_from(Pass)) or 0


def test_a_bare_one_means_the_case_they_may_have(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, "hej")
    hotline.timeline.advance(20)
    hotline.text_from(ANOTHER_STRANGER, "hej")
    exclude(hotline, "anna", place=1)
    hotline.text_from("anna", "1")
    first, second = hotline.cases()
    assert first.hold
    assert first.hold.person.alias == "anna"
    assert second.hold is None


def test_a_two_from_who_may_not_have_it_moves_nothing(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, "hej")
    exclude(hotline, "anna", place=0)
    steps = len(hotline.steps())
    hotline.text_from("anna", "2")
    hotline.text_from("anna", f"2 {hotline.case().reference}")
    assert passes(hotline) == 0
    assert len(hotline.steps()) == steps


def test_an_old_tab_does_not_tell_who_has_it_instead(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, "hej")
    anna, bo = signed_in(hotline, "anna"), signed_in(hotline, "bo")
    page = anna.get(f"/console/cases/{hotline.case().reference}").text
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', page)
    assert shown
    exclude(hotline, "anna", place=0)
    hotline.at_the_desk(bo, "hold")
    answer = hotline.at_the_desk(anna, "hold", shown=shown[1])
    assert answer.status_code == 404
    assert "bo" not in re.sub(r"<[^>]+>", " ", answer.text).lower().split()


def test_a_call_about_several_cases_leaves_out_what_they_may_not_have_any_more(hotline: Hotline) -> None:
    hotline.apply(programme(by='["call"]'))
    hotline.kill_the_engine()
    for stranger in (A_STRANGER, ANOTHER_STRANGER):
        hotline.text_from(stranger, "hej")
        hotline.timeline.advance(1)
    hotline.restart()
    anna = hotline.phone("anna")
    anna.answer()
    exclude(hotline, "anna", place=1)
    anna.press("1")
    hotline.timeline.settle()
    assert " ".join(hotline.cases()[1].reference) not in anna.heard_text
    assert not anna.on_a_call
