"""A page goes by letter, push and webhook as the programme says; and whom none of them reaches is texted at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app.escalation import engine as rounds
from app.simulator.faults import FOREVER
from app.staff.models import Endpoint
from tests.evidence import everything_kept, log
from tests.hotline import PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER
from tests.post_office import Office, certificate, opened
from tests.receivers import Browser, Receiver, is_signed, receiver
from tests.ways import ADDRESSES, SECRET, pages, programme, send, subscribe, told

__all__ = ["certificate"]

pytestmark = ON_ONE_DATABASE

LEAVES_NOTHING = {"Vändpunkten", A_STRANGER, A_STRANGER.replace("+46", "0"), "jag behöver hjälp nu"}


@pytest.fixture
def post(hotline: Hotline, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The line has a mail server that it trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with opened(certificate) as office:
        told(hotline, smtp_url=SecretStr(office.url))
        yield office


@pytest.fixture
def service(hotline: Hotline) -> Iterator[Receiver]:
    """A push service that browsers may be at, or a system with a webhook."""
    with receiver() as server:
        told(hotline, push_services=("127.0.0.1",))
        yield server


def approach(line: Hotline, number: str = A_STRANGER) -> str:
    line.text_from(number, "jag behöver hjälp nu")
    return line.cases()[-1].reference


class TestByLetter:
    def test_the_one_on_call_gets_a_letter_and_no_text(self, hotline: Hotline, post: Office) -> None:
        hotline.apply(programme(by='["email"]'))
        reference = approach(hotline)
        (letter,) = post.to(ADDRESSES["anna"])

        assert letter["Subject"] == "Ett ärende väntar"
        assert f"{reference}, tid kvar: 24 h 0 min" in letter.get_content()
        assert f"{PUBLIC_URL}/console/cases/{reference}" in letter.get_content()
        assert pages(hotline) == [("email", "accepted")]
        assert not hotline.phone("anna").inbox

    def test_a_letter_says_nothing_of_whom_it_is_about(self, hotline: Hotline, post: Office) -> None:
        hotline.apply(programme(by='["email"]'))
        approach(hotline)

        assert not [word for word in LEAVES_NOTHING if word in "".join(post.letters)]

    def test_several_cases_at_once_are_one_letter_that_names_each(self, hotline: Hotline, post: Office) -> None:
        hotline.apply(programme(by='["email"]'))
        hotline.kill_the_engine()
        references = {approach(hotline), approach(hotline, ANOTHER_STRANGER)}
        hotline.restart()
        (letter,) = post.to(ADDRESSES["anna"])

        assert letter["Subject"] == "2 ärenden väntar"
        assert all(reference in letter.get_content() for reference in references)
        assert pages(hotline) == [("email", "accepted")] * 2

    @pytest.mark.parametrize("fault", ["refuses", "knows_nobody"])
    def test_what_the_server_does_not_take_goes_out_as_a_text_in_the_same_moment(
        self, hotline: Hotline, post: Office, fault: str
    ) -> None:
        setattr(post, fault, True)
        hotline.apply(programme(by='["email"]'))
        reference = approach(hotline)

        assert [reference in text.body for text in hotline.phone("anna").inbox] == [True]

    def test_a_letter_that_the_server_puts_off_is_tried_again(self, hotline: Hotline, post: Office) -> None:
        post.refuses = True
        hotline.apply(programme(by='["email"]'))
        approach(hotline)
        post.refuses = False
        hotline.fast_forward(seconds=30)

        assert len(post.to(ADDRESSES["anna"])) == 1
        assert len(hotline.phone("anna").inbox) == 1, "told twice is better than not told"

    def test_a_server_that_refuses_us_is_told_of_once_and_by_text(self, hotline: Hotline, post: Office) -> None:
        post.knows_nobody = True
        hotline.apply(programme(by='["email"]'))
        approach(hotline)
        approach(hotline, ANOTHER_STRANGER)
        alarms = [text.body for text in hotline.phone("carin").inbox if "annat sätt än telefon" in text.body]

        assert len(alarms) == 1
        assert "E-postservern vägrar" in hotline.sign_in("carin").get("/console/").text
        assert "carrier" not in hotline.doors.get("/readyz").json()["missing"]

    def test_a_mailbox_that_is_none_is_passed_over_from_then_on(self, hotline: Hotline, post: Office) -> None:
        post.about_readers = "550 no such mailbox"
        hotline.apply(programme(by='["email"]'))
        approach(hotline)
        approach(hotline, ANOTHER_STRANGER)

        assert pages(hotline) == [("email", "permanent"), ("sms", "delivered"), ("sms", "delivered")]
        assert "anna nås inte med e-post" in hotline.sign_in("carin").get("/console/roster").text
        hotline.fast_forward(seconds=1)
        hotline.apply(programme(by='["email"]').replace(ADDRESSES["anna"], "anna.ny@example.org"))
        assert "anna nås inte" not in hotline.sign_in("carin").get("/console/roster").text

    def test_without_a_mail_server_a_step_by_letter_goes_out_as_a_text(self, hotline: Hotline) -> None:
        hotline.apply(programme(by='["email"]'))
        approach(hotline)

        assert len(hotline.phone("anna").inbox) == 1
        assert not hotline.phone("carin").inbox, "nothing is broken: nobody set it up"

    def test_a_letter_that_fails_beside_a_text_wakes_nobody_again(self, hotline: Hotline) -> None:
        hotline.apply(programme(by='["sms", "email"]'))
        approach(hotline)
        hotline.fast_forward(minutes=4)

        assert [channel for channel, _ in pages(hotline)] == ["email", "sms"]
        assert not pages(hotline, alias="bo")

    def test_a_slow_mail_server_delays_no_text(self, hotline: Hotline, post: Office) -> None:
        post.takes = 1.0
        hotline.apply(programme(by='["sms", "email"]'))
        assert hotline.engine
        (letters,) = (each for each in hotline.engine.postmen if each.channel == "email")
        engine, hotline.engine = hotline.engine, None
        approach(hotline)
        hotline.engine = engine
        rounds.play(hotline.db, at=hotline.now)
        busy = threading.Thread(target=letters.deliver)
        busy.start()
        engine.courier.deliver()
        hotline.timeline.settle()

        assert busy.is_alive()
        assert len(hotline.phone("anna").inbox) == 1
        busy.join()
        assert len(post.letters) == 1


class TestByPush:
    def test_every_browser_of_theirs_shows_it_and_only_they_can_read_it(
        self, hotline: Hotline, service: Receiver
    ) -> None:
        browsers = [subscribe(hotline, "anna", service, path) for path in ("/p/1", "/p/2")]
        hotline.apply(programme(by='["push"]'))
        reference = approach(hotline)
        shown = [
            browser.read(taken.body)
            for browser in browsers
            for taken in service.taken
            if browser.endpoint.endswith(taken.path)
        ]

        assert [each["body"] for each in shown] == [f"{reference}. Tid kvar: 24 h 0 min. Tryck för att svara."] * 2
        assert {each["address"] for each in shown} == {f"/console/cases/{reference}"}
        assert {taken.headers["Content-Encoding"] for taken in service.taken} == {"aes128gcm"}
        assert not [taken for taken in service.taken if reference.encode() in taken.body]
        assert pages(hotline) == [("push", "accepted")]

    def test_a_browser_that_is_gone_is_forgotten_and_its_owner_texted(
        self, hotline: Hotline, service: Receiver
    ) -> None:
        subscribe(hotline, "anna", service)
        hotline.apply(programme(by='["push"]'))
        service.answers = 410
        approach(hotline)
        approach(hotline, ANOTHER_STRANGER)

        assert len(service.taken) == 1
        assert len(hotline.phone("anna").inbox) == 2

    def test_one_browser_of_two_is_enough(self, hotline: Hotline, service: Receiver) -> None:
        subscribe(hotline, "anna", service, "/p/old")
        subscribe(hotline, "anna", service, "/p/new")
        service.elsewhere["/p/old"] = 404
        hotline.apply(programme(by='["push"]'))
        approach(hotline)
        approach(hotline, ANOTHER_STRANGER)

        assert sorted(taken.path for taken in service.taken) == ["/p/new", "/p/new", "/p/old"]
        assert not hotline.phone("anna").inbox

    def test_who_has_no_browser_is_texted(self, hotline: Hotline, service: Receiver) -> None:
        hotline.apply(programme(by='["push"]'))
        approach(hotline)

        assert len(hotline.phone("anna").inbox) == 1
        assert not service.taken

    def test_nobody_is_made_to_push_anywhere_else(self, hotline: Hotline, service: Receiver) -> None:
        page = hotline.sign_in("anna")
        good = Browser(f"{service.url}/p/1").subscription
        for endpoint in ("https://169.254.169.254/latest", "http://push.example.org/p", "https://127.0.0.1.evil.org/"):
            assert send(page, "browsers", **(good | {"endpoint": endpoint})) == 422
        assert send(page, "browsers", **(good | {"p256dh": "nej"})) == 422

    def test_taking_a_browser_off_ends_it_and_somebody_elses_cannot_be(
        self, hotline: Hotline, service: Receiver
    ) -> None:
        subscribe(hotline, "anna", service)
        anna, bo = hotline.sign_in("anna"), hotline.sign_in("bo")
        action = anna.get("/console/channels").text.partition("/console/channels/browsers/")[2].partition("/end")[0]

        assert send(bo, f"browsers/{action}/end") == 404
        assert send(anna, f"browsers/{action}/end") == 200
        hotline.apply(programme(by='["push"]'))
        approach(hotline)
        assert not service.taken
        assert [entry["purpose"] for entry in log(hotline.db, "access.refused")] == ["not_theirs"]

    def test_who_leaves_is_pushed_to_no_more_and_nothing_of_it_is_kept(
        self, hotline: Hotline, service: Receiver
    ) -> None:
        subscribe(hotline, "fatima", service)
        text = programme(by='["push"]')
        start, end = text.index('[[staff]]\nalias = "fatima"'), text.index('[[staff]]\nalias = "carin"')
        hotline.apply((text[:start] + text[end:]).replace('"anna", "fatima"', '"anna"'))
        with hotline.db.reading() as session:
            rows = session.execute(select(Endpoint.box, Endpoint.over_at)).all()

        assert [(box, over_at is not None) for box, over_at in rows] == [(None, True)]


class TestByWebhook:
    def test_it_is_posted_signed_and_neutral(self, hotline: Hotline, service: Receiver) -> None:
        hotline.apply(programme(by='["webhook"]', webhook=f"{service.url}/pager"))
        reference = approach(hotline)
        (taken,) = service.taken
        due = hotline.case().due_at.isoformat()

        assert json.loads(taken.body) == {
            "cases": [
                {"address": f"{PUBLIC_URL}/console/cases/{reference}", "due_at": due, "reference": reference},
            ]
        }
        assert is_signed(taken, SECRET, now=hotline.now.timestamp())
        assert not is_signed(taken, SECRET[::-1], now=hotline.now.timestamp())
        assert pages(hotline) == [("webhook", "delivered")]
        assert not hotline.phone("anna").inbox

    def test_one_that_is_down_is_tried_again_with_the_same_key_while_a_text_goes_out(
        self, hotline: Hotline, service: Receiver
    ) -> None:
        service.answers = 503
        hotline.apply(programme(by='["webhook"]', webhook=f"{service.url}/pager"))
        approach(hotline)
        assert len(hotline.phone("anna").inbox) == 1
        service.answers = 204
        hotline.fast_forward(seconds=20)

        assert len({taken.headers["Dygnet-Key"] for taken in service.taken}) == 1
        assert len(service.taken) == 2

    def test_a_receiver_that_refuses_is_passed_over_until_it_has_another_address(
        self, hotline: Hotline, service: Receiver
    ) -> None:
        service.answers = 403
        hotline.apply(programme(by='["webhook"]', webhook=f"{service.url}/pager"))
        approach(hotline)
        approach(hotline, ANOTHER_STRANGER)
        assert len(service.taken) == 1
        assert len(hotline.phone("anna").inbox) == 2

        service.answers = 200
        hotline.fast_forward(seconds=1)
        hotline.apply(programme(by='["webhook"]', webhook=f"{service.url}/other"))
        hotline.text_from("+46701740662", "hej")
        assert [taken.path for taken in service.taken] == ["/pager", "/other"]

    def test_address_and_secret_stand_nowhere_in_the_clear(self, hotline: Hotline, service: Receiver) -> None:
        hotline.apply(programme(by='["webhook"]', webhook=f"{service.url}/mycket-hemlig"))
        kept = everything_kept(hotline.db)

        assert b"mycket-hemlig" not in kept
        assert SECRET.encode() not in kept


class TestByWish:
    def test_a_wish_adds_a_way_and_takes_none_of_the_ladders(self, hotline: Hotline, post: Office) -> None:
        hotline.apply(programme(by='["sms"]'))
        assert send(hotline.sign_in("anna"), by_email="yes") == 200
        approach(hotline)

        assert len(hotline.phone("anna").inbox) == 1
        assert len(post.to(ADDRESSES["anna"])) == 1
        assert [entry["facts"]["channels"] for entry in log(hotline.db, "staff.wished")] == ["email"]

    def test_nobody_wishes_for_a_way_they_do_not_have(self, hotline: Hotline) -> None:
        send(hotline.sign_in("anna"), by_webhook="yes", by_push="yes", by_call="yes")
        assert [entry["facts"]["channels"] for entry in log(hotline.db, "staff.wished")] == ["call"]


class TestWhenTelephonesFail:
    def test_a_dead_telephone_is_written_to_and_the_next_person_called_all_the_same(
        self, hotline: Hotline, post: Office
    ) -> None:
        hotline.apply(programme(by='["sms"]'))
        hotline.exchange.faults.refuse(times=FOREVER, status=400, code=21211)
        approach(hotline)

        assert post.to(ADDRESSES["anna"])
        assert pages(hotline, alias="bo"), "nobody waits for a letter to be read"
