"""A telephone is counted on when a code sent to it came back, and a test page was answered not too long ago."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.discretion import indiscretions
from app.simulator.faults import FOREVER
from tests.evidence import everything_kept, log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import ANNA, PROGRAMME
from tests.post_office import Office, certificate, opened
from tests.proving import HERE, code_in, is_counted_on, is_proved, press, prove_by_text, trust_everybody
from tests.receivers import receiver
from tests.ways import ADDRESSES, programme, subscribe, told

__all__ = ["certificate"]


@pytest.fixture
def post(hotline: Hotline, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The line has a mail server that it trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with opened(certificate) as office:
        told(hotline, smtp_url=SecretStr(office.url))
        yield office


class TestByCode:
    def test_a_code_that_is_typed_back_proves_the_telephone_it_was_texted_to(self, hotline: Hotline) -> None:
        anna = hotline.sign_in("anna")
        assert "Inte bekräftad" in anna.get(HERE).text
        press(anna, "codes", channel="sms")
        hotline.work()
        code = code_in(hotline.phone("anna").inbox[-1].body)
        page = press(anna, "codes/typed", channel="sms", code=f"{code[:3]} {code[3:]}").text

        assert "Bekräftad 09:00" in page
        assert is_proved(hotline, "anna")
        assert is_counted_on(hotline, "anna")
        assert [entry["actor"] for entry in log(hotline.db, "staff.proved")] == ["anna"]

    def test_the_text_says_the_code_and_nothing_else(self, hotline: Hotline) -> None:
        press(hotline.sign_in("anna"), "codes", channel="sms")
        hotline.work()
        (text,) = hotline.phone("anna").inbox

        assert re.fullmatch(r"Din kod: \d{6}", text.body)
        assert not indiscretions(text.body)

    def test_nobody_who_has_the_database_learns_the_code(self, hotline: Hotline) -> None:
        anna = hotline.sign_in("anna")
        press(anna, "codes", channel="sms")
        hotline.work()
        code = code_in(hotline.phone("anna").inbox[-1].body).encode()

        assert not re.search(rb"(?<![0-9a-f.:])" + code + rb"(?![0-9a-f])", everything_kept(hotline.db))
        assert ANNA.encode() not in everything_kept(hotline.db)

    @ON_ONE_DATABASE
    def test_a_code_is_read_out_on_the_telephone_twice(self, hotline: Hotline) -> None:
        anna, phone = hotline.sign_in("anna"), hotline.phone("anna")
        phone.behaviour = "by hand"
        press(anna, "codes", channel="call")
        hotline.work()
        phone.answer()
        hotline.fast_forward(seconds=5)
        heard = re.findall(r"Din kod är ((?:\d, ?){5}\d)", phone.heard_text)

        assert len(heard) == 2
        assert press(anna, "codes/typed", channel="call", code=re.sub(r"\D", "", heard[0])).status_code == 200
        assert is_proved(hotline, "anna", "call")
        assert not is_proved(hotline, "anna", "sms"), "that it rings does not say that it shows texts"

    @ON_ONE_DATABASE
    def test_five_wrong_guesses_use_a_code_up(self, hotline: Hotline) -> None:
        anna = hotline.sign_in("anna")
        press(anna, "codes", channel="sms")
        hotline.work()
        code = code_in(hotline.phone("anna").inbox[-1].body)
        wrong = f"{(int(code) + 1) % 10**6:06}"
        answers = [press(anna, "codes/typed", channel="sms", code=wrong).status_code for _ in range(5)]

        assert answers == [422] * 5
        assert press(anna, "codes/typed", channel="sms", code=code).status_code == 422
        assert not is_proved(hotline, "anna")
        assert len(log(hotline.db, "staff.not_proved")) == 5

    @ON_ONE_DATABASE
    def test_a_code_is_over_after_ten_minutes(self, hotline: Hotline) -> None:
        anna = hotline.sign_in("anna")
        press(anna, "codes", channel="sms")
        hotline.fast_forward(minutes=10, seconds=1)

        code = code_in(hotline.phone("anna").inbox[-1].body)
        assert press(anna, "codes/typed", channel="sms", code=code).status_code == 422

    @ON_ONE_DATABASE
    def test_a_colleagues_code_proves_nothing_of_mine(self, hotline: Hotline) -> None:
        anna, bo = hotline.sign_in("anna"), hotline.sign_in("bo")
        press(anna, "codes", channel="sms")
        press(bo, "codes", channel="sms")
        hotline.work()

        theirs = code_in(hotline.phone("bo").inbox[-1].body)
        assert press(anna, "codes/typed", channel="sms", code=theirs).status_code == 422

    @ON_ONE_DATABASE
    def test_a_second_code_within_a_minute_is_not_sent(self, hotline: Hotline) -> None:
        anna = hotline.sign_in("anna")
        press(anna, "codes", channel="sms")
        again = press(anna, "codes", channel="sms")
        hotline.work()

        assert (again.status_code, len(hotline.phone("anna").inbox)) == (422, 1)
        assert "Vänta en minut" in again.text

    @ON_ONE_DATABASE
    def test_another_number_has_to_be_proved_again_and_the_old_one_does_not_come_back_by_itself(
        self, hotline: Hotline
    ) -> None:
        prove_by_text(hotline, "anna")
        hotline.apply(PROGRAMME.replace(ANNA, "+46701740630"))
        assert not is_proved(hotline, "anna")
        assert not is_counted_on(hotline, "anna")
        hotline.apply(PROGRAMME.replace('languages = ["en", "sv"]', 'languages = ["sv", "en"]'))
        assert not is_proved(hotline, "anna")

    @ON_ONE_DATABASE
    def test_applying_the_same_number_again_keeps_it_proved(self, hotline: Hotline) -> None:
        prove_by_text(hotline, "anna")
        hotline.apply(PROGRAMME.replace("Vändpunkten", "Vändpunkten två"))
        assert is_proved(hotline, "anna")

    @ON_ONE_DATABASE
    def test_a_code_that_cannot_be_delivered_goes_no_other_way(self, hotline: Hotline) -> None:
        hotline.exchange.faults.refuse(times=FOREVER, status=400, code=21614, on="Messages")
        press(hotline.sign_in("anna"), "codes", channel="sms")
        hotline.fast_forward(minutes=2)

        assert not hotline.phone("anna").inbox
        assert not hotline.phone("anna").ringing
        assert not hotline.phone("bo").inbox


class TestByTestPage:
    def test_a_test_page_is_answered_with_a_1(self, hotline: Hotline) -> None:
        prove_by_text(hotline, "anna")
        hotline.fast_forward(days=13)
        anna = hotline.sign_in("anna")
        press(anna, "tests", channel="sms")
        hotline.work()
        assert "Prov: inget ärende väntar. Svara 1" in hotline.phone("anna").inbox[-1].body
        hotline.text_from("anna", "1")
        assert hotline.phone("anna").inbox[-1].body == "Tack, provet kom fram."
        hotline.fast_forward(days=2)

        assert is_counted_on(hotline, "anna"), "thirteen days and two are more than fourteen"
        assert "kom fram senast" in hotline.sign_in("anna").get(HERE).text

    @ON_ONE_DATABASE
    def test_whoever_answers_no_test_page_for_fourteen_days_is_not_counted_on(self, hotline: Hotline) -> None:
        prove_by_text(hotline, "anna")
        hotline.wait_until(hotline.now.replace(day=20))

        assert is_proved(hotline, "anna")
        assert not is_counted_on(hotline, "anna")
        assert "inte provad på länge" in hotline.sign_in("anna").get(HERE).text

    @ON_ONE_DATABASE
    def test_a_1_takes_the_case_that_waits_and_answers_the_test_as_well(self, hotline: Hotline) -> None:
        anna = prove_by_text(hotline, "anna")
        hotline.fast_forward(minutes=2)
        press(anna, "tests", channel="sms")
        hotline.text_from("+46701740660", "hej hej hej")
        hotline.text_from("anna", "1")

        assert hotline.case().hold.person.alias == "anna"
        assert [entry["channel"] for entry in (each["facts"] for each in log(hotline.db, "staff.proved"))] == [
            "sms"
        ] * 2

    @ON_ONE_DATABASE
    def test_a_telephone_that_rings_is_answered_with_a_key(self, hotline: Hotline) -> None:
        anna, phone = hotline.sign_in("anna"), hotline.phone("anna")
        phone.behaviour = "by hand"
        press(anna, "codes", channel="call")
        hotline.work()
        phone.answer()
        hotline.fast_forward(seconds=5)
        press(
            anna, "codes/typed", channel="call", code=re.sub(r"\D", "", phone.heard_text.split("Din kod är ")[1][:20])
        )
        hotline.fast_forward(minutes=2)
        press(anna, "tests", channel="call")
        hotline.work()
        phone.answer()
        phone.press("1")
        hotline.work()

        assert "Provet kom fram" in phone.heard_text
        assert [each["facts"]["channel"] for each in log(hotline.db, "staff.proved")] == ["call"] * 2
        assert not hotline.cases()

    @ON_ONE_DATABASE
    def test_a_letter_leads_to_a_button_and_following_its_link_alone_proves_nothing(
        self, hotline: Hotline, post: Office
    ) -> None:
        hotline.apply(programme(by='["sms"]'))
        anna = hotline.sign_in("anna")
        press(anna, "codes", channel="email")
        hotline.work()
        assert post.to(ADDRESSES["anna"])[-1]["Subject"] == "Din kod"
        press(anna, "codes/typed", channel="email", code=code_in(post.to(ADDRESSES["anna"])[-1].get_content()))
        hotline.fast_forward(minutes=2)
        press(anna, "tests", channel="email")
        hotline.work()
        address = re.search(r"/console/channels/(tests/[0-9a-f]{32})", post.to(ADDRESSES["anna"])[-1].get_content())
        assert address
        assert "Det kom fram" in anna.get(f"{HERE}/{address[1]}").text
        assert len(log(hotline.db, "staff.proved")) == 1
        assert press(hotline.sign_in("bo"), address[1]).status_code == 404
        assert press(anna, address[1]).status_code == 200
        assert len(log(hotline.db, "staff.proved")) == 2

    @ON_ONE_DATABASE
    def test_a_browser_is_proved_by_the_push_that_it_shows(self, hotline: Hotline) -> None:
        with receiver() as service:
            told(hotline, push_services=("127.0.0.1",))
            browser = subscribe(hotline, "anna", service)
            anna = hotline.sign_in("anna")
            press(anna, "codes", channel="push")
            hotline.work()
            shown = browser.read(service.taken[-1].body)
            press(anna, "codes/typed", channel="push", code=code_in(shown["body"]))

            assert is_proved(hotline, "anna", "push")
            assert not is_counted_on(hotline, "anna"), "a push wakes nobody for certain"
            subscribe(hotline, "anna", service, "/p/2")
            assert not is_proved(hotline, "anna", "push"), "there is a browser that has shown nothing yet"


def drills_by(line: Hotline, day: int, hour: int) -> int:
    """How many test pages Dag has had when the engine has looked on this day of January, at this hour (UTC)."""
    line.wait_until(line.now.replace(day=day, hour=hour))
    assert line.engine
    line.engine.try_channels()
    line.work()
    return sum("Prov" in text.body for text in line.phone("dag").inbox)


class TestEveryWeek:
    @ON_ONE_DATABASE
    def test_a_proved_telephone_is_tried_once_a_week_by_day(self, hotline: Hotline) -> None:
        hotline.wait_until(hotline.now.replace(hour=20))
        trust_everybody(hotline)
        assert [drills_by(hotline, day, hour) for day, hour in ((12, 15), (12, 21), (13, 3), (13, 7))] == [0] * 4
        assert drills_by(hotline, 13, 9) == 1
        assert drills_by(hotline, 13, 15) == 1, "nobody is asked twice in a day"
        assert drills_by(hotline, 14, 9) == 2, "what was not answered is asked again"

    @ON_ONE_DATABASE
    def test_whoever_is_away_is_not_asked(self, hotline: Hotline) -> None:
        trust_everybody(hotline)
        dag = hotline.sign_in("dag")
        word = hidden_fields(dag.get("/console/roster").text)["csrf"]
        span = {"starts": "2026-01-05T10:00", "ends": "2026-01-20T10:00"}
        dag.post("/console/roster/leaves", data={"csrf": word, **span})

        assert drills_by(hotline, 13, 12) == 0

    @ON_ONE_DATABASE
    def test_somebody_who_has_proved_nothing_is_left_alone(self, hotline: Hotline) -> None:
        hotline.wait_until(hotline.now.replace(day=14))
        hotline.engine.try_channels()
        hotline.work()

        assert not [text for text in hotline.phone("anna").inbox if "Prov" in text.body]

    @ON_ONE_DATABASE
    def test_two_engines_send_one_test_page(self, hotline: Hotline) -> None:
        prove_by_text(hotline, "anna")
        hotline.wait_until(hotline.now.replace(day=13))
        with hotline.another_engine() as other:
            hotline.engine.try_channels()
            other.try_channels()
        hotline.work()

        assert len([text for text in hotline.phone("anna").inbox if "Prov" in text.body]) == 1
