"""Several cases that wait for one person at the same moment: one message names all of them."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import chain

import pytest
from sqlalchemy import select

from app.escalation import engine
from app.notifications.models import Notification
from app.simulator.phones import Phone
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.second_carrier import add_second_carrier, texts_by
from tests.ways import pages, programme, told

THREE = ("+46701740660", "+46701740661", "+46701740662")


def while_the_engine_slept(line: Hotline, *, by: str, numbers: tuple[str, ...] = THREE) -> list[str]:
    """Cases that came while no engine ran, all waiting for Anna; their references, the oldest first."""
    line.apply(programme(by=by))
    line.kill_the_engine()
    for number in numbers:
        line.text_from(number, "jag behöver hjälp nu")
        line.timeline.advance(1)
    line.restart()
    return [case.reference for case in line.cases()]


def test_one_text_names_every_case(hotline: Hotline) -> None:
    references = while_the_engine_slept(hotline, by='["sms"]')
    (text,) = hotline.phone("anna").inbox

    assert text.body.startswith(f"3 ärenden väntar: {', '.join(references)}. Minst tid kvar: ")
    assert pages(hotline) == [("sms", "delivered")] * 3


@ON_ONE_DATABASE
class TestByText:
    def test_each_is_taken_by_its_reference(self, hotline: Hotline) -> None:
        first, second, third = while_the_engine_slept(hotline, by='["sms"]')
        hotline.text_from("anna", f"1 {second}")
        hotline.text_from("anna", f"2 {third}")
        holders = {case.reference: [hold.person.alias for hold in case.holds] for case in hotline.cases()}

        assert holders == {first: [], second: ["anna"], third: []}

    def test_more_than_fit_are_as_few_texts_as_can_be(self, hotline: Hotline) -> None:
        references = while_the_engine_slept(
            hotline, by='["sms"]', numbers=tuple(f"+467017406{n}" for n in range(60, 67))
        )
        told_of = [re.findall(r"\b[2-9B-Z]{4,7}(?=[,.])", text.body) for text in hotline.phone("anna").inbox]

        assert sorted(len(each) for each in told_of) == [3, 4]
        assert sorted(chain(*told_of)) == sorted(references)

    def test_one_that_is_lost_is_lost_for_each(self, hotline: Hotline) -> None:
        hotline.exchange.faults.refuse(times=1, status=400, code=21211, on="Messages")
        while_the_engine_slept(hotline, by='["sms"]')

        assert [channel for channel, _ in pages(hotline)] == ["call"] * 3 + ["sms"] * 3
        assert hotline.phone("anna").ringing

    def test_a_city_that_wants_a_text_for_each_says_so(self, hotline: Hotline) -> None:
        told(hotline, bundle_pages=False)
        while_the_engine_slept(hotline, by='["sms"]')

        assert len(hotline.phone("anna").inbox) == 3

    def test_cases_that_come_one_after_another_do_not_wait_for_each_other(self, hotline: Hotline) -> None:
        for number in THREE:
            hotline.text_from(number, "jag behöver hjälp nu")

        assert len(hotline.phone("anna").inbox) == 3

    def test_by_the_second_carrier_they_stay_together(self, hotline: Hotline) -> None:
        add_second_carrier(hotline)
        hotline.exchange.faults.refuse(times=9, status=500, code=20500, on="Messages")
        references = while_the_engine_slept(hotline, by='["sms"]')
        (text,) = texts_by(hotline.phone("anna"), "46elks")

        assert all(reference in text.body for reference in references)


@ON_ONE_DATABASE
class TestByCall:
    def test_one_call_says_how_many_and_asks_about_each(self, hotline: Hotline) -> None:
        first, second, third = while_the_engine_slept(hotline, by='["call"]')
        anna = answered(hotline)
        assert "3 ärenden väntar" in anna.heard_text
        anna.press("1")
        anna.press("2")
        anna.press("1")
        hotline.timeline.settle()
        holders = {case.reference: [hold.person.alias for hold in case.holds] for case in hotline.cases()}

        assert holders == {first: ["anna"], second: [], third: ["anna"]}

    def test_who_hangs_up_after_the_first_has_answered_for_no_other(self, hotline: Hotline) -> None:
        while_the_engine_slept(hotline, by='["call"]')
        anna = answered(hotline)
        anna.press("1")
        anna.hang_up()
        hotline.work()

        assert pages(hotline).count(("call", "delivered")) == 1
        assert pages(hotline).count(("call", "unanswered")) == 2


def answered(line: Hotline) -> Phone:
    """Anna picks up the only call there is."""
    phone = line.phone("anna")
    assert phone.ringing
    phone.answer()
    return phone


@ON_ONE_DATABASE
def test_nothing_is_told_of_whom_they_are_about(hotline: Hotline) -> None:
    while_the_engine_slept(hotline, by='["sms"]')
    said = " ".join(text.body for text in hotline.phone("anna").inbox)

    assert not [number for number in THREE if number in said]


@ON_ONE_DATABASE
class TestTheOldWithTheNew:
    @pytest.mark.parametrize("way", ["sms", "call"])
    def test_a_page_that_became_too_old_takes_no_fresh_one_with_it(self, hotline: Hotline, way: str) -> None:
        hotline.apply(programme(by=f'["{way}"]'))
        hotline.kill_the_engine()
        hotline.text_from(THREE[0], "jag behöver hjälp nu")
        engine.play(hotline.db, at=hotline.now)  # it dies between its round and its courier's
        hotline.wait_until(hotline.now + timedelta(minutes=11))
        for number in THREE[1:]:
            hotline.text_from(number, "jag behöver hjälp nu")
        hotline.restart()
        _, *fresh = hotline.cases()

        for case in fresh:
            assert became(hotline, case.id, by=way) in ({"accepted"}, {"delivered"})
        assert hotline.phone("anna").inbox if way == "sms" else hotline.phone("anna").ringing

    def test_a_case_whose_pages_lay_there_twice_is_named_once(self, hotline: Hotline) -> None:
        hotline.apply(programme(by='["sms"]').replace('by = ["call"]\nrepeat', 'by = ["sms"]\nrepeat'))
        hotline.kill_the_engine()
        hotline.text_from(THREE[0], "jag behöver hjälp nu")
        hotline.wait_until(hotline.now + timedelta(minutes=6))
        hotline.restart()
        (text,) = hotline.phone("anna").inbox

        assert text.body.startswith(f"Ett ärende väntar: {hotline.case().reference}. ")
        assert pages(hotline) == [("sms", "delivered")] * 2


def became(line: Hotline, case_id: str, *, by: str) -> set[str]:
    """What became of Anna's pages about a case by this channel."""
    with line.db.reading() as session:
        rows = session.scalars(select(Notification).where(Notification.case_id == case_id, Notification.channel == by))
        return {row.trouble or row.state for row in rows if row.person.alias == "anna"}
