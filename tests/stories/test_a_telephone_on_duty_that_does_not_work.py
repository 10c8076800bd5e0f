"""A duty telephone that the carrier will not text, and an account it refuses: somebody is told, and nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import SecretStr

from app.health import status
from app.notifications import pace
from app.simulator.faults import FOREVER
from tests import people, ways
from tests.evidence import log
from tests.hotline import ACCOUNT, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER

pytestmark = ON_ONE_DATABASE


def standing(hotline: Hotline) -> dict[str, object]:
    with hotline.db.reading() as session:
        return status(session, at=hotline.now).plain()


def told(hotline: Hotline, alias: str, words: str) -> int:
    return sum(words in text.body for text in hotline.phone(alias).inbox)


def test_a_handler_who_texts_stop_is_called_instead_and_the_coordinator_knows_within_the_minute(hotline: Hotline):
    hotline.text_from("anna", "STOP")
    assert standing(hotline)["unusable"] == ["anna sms"]
    assert told(hotline, "carin", "inte att nå som vanligt") == 1
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.phone("anna").ringing
    assert [entry["facts"]["code"] for entry in log(hotline.db, "staff.unreachable")] == [21610]


def test_the_coordinator_is_told_once_however_many_cases_come(hotline: Hotline):
    hotline.text_from("anna", "STOP")
    for number in (A_STRANGER, ANOTHER_STRANGER):
        hotline.text_from(number, "hej")
        hotline.fast_forward(minutes=6)
    assert told(hotline, "carin", "inte att nå som vanligt") == 1


def test_the_roster_page_shows_it_with_what_to_do(hotline: Hotline):
    hotline.text_from("anna", "STOP")
    page = hotline.sign_in("carin").get("/console/roster").text
    assert "21610" in page
    assert "START" in page


def test_start_makes_the_telephone_usable_again(hotline: Hotline):
    hotline.text_from("anna", "STOP")
    hotline.text_from("anna", "START")
    assert standing(hotline)["unusable"] == []
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.case().reference in hotline.phone("anna").inbox[-1].body


def test_a_new_number_makes_the_telephone_usable_again(hotline: Hotline):
    hotline.text_from("anna", "STOP")
    new = "+46701740612"
    hotline.exchange.phone(new)
    hotline.fast_forward(minutes=1)
    hotline.apply(people.PROGRAMME.replace(people.ANNA, new))
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.exchange.phone(new).inbox
    assert standing(hotline)["unusable"] == []


def test_a_person_with_no_way_that_works_is_tried_all_the_same(hotline: Hotline):
    hotline.text_from("anna", "STOP")
    hotline.exchange.faults.refuse(times=1, status=400, code=21214, on="Calls")
    hotline.text_from(A_STRANGER, "hej")
    assert standing(hotline)["unusable"] == ["anna call", "anna sms"]
    hotline.fast_forward(minutes=6)
    rung = [leg for leg in hotline.exchange.legs.values() if leg.to == people.ANNA]
    assert rung, "a telephone is not given up on while it is all there is"


def test_a_channel_the_carrier_refuses_is_told_by_the_other_and_the_page_goes_by_the_other(hotline: Hotline):
    hotline.exchange.faults.refuse(FOREVER, status=400, code=21606, on="Messages")
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.phone("anna").ringing
    carin = hotline.phone("carin")
    assert carin.ringing
    carin.answer()
    hotline.work()
    assert "larm om telefonin" in carin.heard_text
    assert standing(hotline)["carrier_faults"] == ["twilio sms 21606"]


def test_an_account_that_is_refused_is_said_to_whoever_watches_from_outside(hotline: Hotline):
    hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
    hotline.text_from(A_STRANGER, "hej")
    assert "carrier" in hotline.doors.get("/readyz").json()["missing"]
    hotline.exchange.faults.clear()
    hotline.engine.lookout.find_missed()
    hotline.work()
    assert "carrier" not in hotline.doors.get("/readyz").json()["missing"]
    assert hotline.phone("anna").inbox, "what waited goes out at once"


def test_calls_go_out_a_second_apart_and_the_most_urgent_first(hotline: Hotline):
    for phone in people.NUMBERS.values():
        hotline.exchange.phone(phone).behave("rings out")
    ways.told(hotline, bundle_pages=False)
    for _ in range(8):
        hotline.call_from(A_STRANGER, withheld=True).hang_up()
    hotline.fast_forward(minutes=5, seconds=40)
    placed = sorted(leg.created_at for leg in hotline.exchange.legs.values() if leg.direction == "outbound-api")
    placed = placed[:16]
    for first, after_a_handful in zip(placed, placed[pace.AHEAD :], strict=False):
        assert after_a_handful - first >= pace.A_CALL_EVERY
    assert placed[-1] - placed[0] <= (len(placed) - pace.AHEAD + 1) * pace.A_CALL_EVERY


def test_the_number_that_is_shown_is_the_one_the_programme_has_now(hotline: Hotline):
    new = "+46846500401"
    hotline.exchange.sell_line(
        new, voice_url="https://linjen.example.org/carrier/voice", sms_url="https://linjen.example.org/carrier/sms"
    )
    hotline.apply(people.PROGRAMME.replace(f'numbers = ["{people.LINE}"]', f'numbers = ["{new}", "{people.LINE}"]'))
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.phone("anna").inbox[-1].sender == new


def test_while_the_token_is_changed_the_other_one_is_used(hotline: Hotline):
    tokens = tuple(map(SecretStr, ("not-valid-yet", ACCOUNT.auth_token)))
    hotline.settings = hotline.settings.model_copy(update={"twilio_auth_token": tokens})
    hotline.start()
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.phone("anna").inbox
    hotline.engine.lookout.find_missed()
    assert standing(hotline)["carrier_faults"] == []


def test_every_page_of_the_console_says_that_the_carrier_refuses_us_until_it_does_not(hotline: Hotline):
    browser = hotline.sign_in("anna")
    hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
    hotline.text_from(A_STRANGER, "hej")
    assert "Operatören vägrar vårt konto" in browser.get("/console/").text
    hotline.exchange.faults.clear()
    hotline.fast_forward(minutes=2)
    assert "Operatören vägrar" not in browser.get("/console/").text


def test_the_outside_hears_nothing_while_the_account_is_refused(hotline: Hotline):
    with a_listener() as (url, heard):
        hotline.engine.heartbeat_url = url
        hotline.engine._ping()
        hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
        hotline.text_from(A_STRANGER, "hej")
        hotline.engine._ping()
    assert len(heard) == 1


@contextmanager
def a_listener() -> Iterator[tuple[str, list[str]]]:
    """Something outside that waits for the engine's heartbeat."""
    heard: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ping", heard
    server.shutdown()
    server.server_close()
    thread.join()
