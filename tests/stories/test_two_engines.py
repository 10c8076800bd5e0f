"""Two engines at once: whoever locks a case first does its deed, and no step is ever taken twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from app.escalation import engine
from tests.evidence import deeds
from tests.hotline import Hotline
from tests.people import A_STRANGER

CASES = 6


def test_two_engines_take_each_step_once_and_send_each_page_once(hotline: Hotline):
    waiting_cases(hotline)
    with hotline.another_engine() as second, hotline.another_engine() as first:
        played = at_once(*(lambda one=one: engine.play(one.db, at=hotline.now) for one in (first, second, first)))
        at_once(first.courier.deliver, second.courier.deliver)
        hotline.timeline.settle()
    assert sum(each.postponed for each in played) == 0
    assert deeds(hotline.db)["escalation_steps"] == CASES
    told = " ".join(text.body for text in hotline.phone("anna").inbox)
    assert all(re.search(rf"(, |: ){case.reference}\b", told) for case in hotline.cases())
    assert len(re.findall(r"\b[2-9B-Z]{4,7}(?=[,.])", told)) == CASES, "each case is named once"


def test_two_who_text_at_the_same_moment_do_not_both_have_the_case(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    reference = hotline.case().reference
    bodies = {"anna": f"1 {reference}", "bo": f"1 {reference}", "carin": f"1 {reference}"}
    commands = [hotline.signed_text(name, body) for name, body in bodies.items()]
    answers = at_once(*(lambda one=one: hotline.deliver_again(one) for one in commands))
    assert [answer.status for answer in answers] == [200] * 3
    assert deeds(hotline.db)["case_holds"] == 1
    hotline.work()
    told = [hotline.phone(name).inbox[-1].body for name in bodies]
    assert sum("Någon annan" in text or "Someone else" in text for text in told) == 2


def test_the_same_caller_twice_at_the_same_moment_is_one_case(hotline: Hotline):
    texts = [hotline.signed_text(A_STRANGER, words) for words in ("hej", "hej", "är ni där?")]
    at_once(*(lambda one=one: hotline.deliver_again(one) for one in [*texts, *texts]))
    assert len(hotline.case().approaches) == 3


def waiting_cases(hotline: Hotline) -> None:
    for _ in range(CASES):
        hotline.call_from(A_STRANGER, withheld=True).hang_up()


def at_once(*deeds_to_do: Callable[[], object]) -> list:
    """Do all of these at the same moment; what one raises is raised here."""
    gate = Barrier(len(deeds_to_do))

    def do(deed: Callable[[], object]) -> object:
        gate.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds_to_do)) as threads:
        return list(threads.map(do, deeds_to_do))
