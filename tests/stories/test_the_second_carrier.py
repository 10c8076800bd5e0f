"""What the first carrier refuses, does not answer for or loses goes by the second: per message, and once."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.simulator.debugger import Posted
from app.simulator.elks import Elks
from app.simulator.faults import FOREVER
from app.telephony.second import BELOW
from tests.evidence import deeds, log
from tests.hotline import PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANNA, LINE
from tests.second_carrier import NUMBER, add_second_carrier, bring_recordings, stand_ins, texts_by, tries

pytestmark = ON_ONE_DATABASE

DOWN = {"times": FOREVER, "status": 500, "code": 20500}


@pytest.fixture
def elks(hotline: Hotline) -> Elks:
    return add_second_carrier(hotline)


def test_as_long_as_the_first_takes_the_pages_the_second_is_not_asked(hotline: Hotline, elks: Elks) -> None:
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=6)

    assert len(texts_by(hotline.phone("anna"), "")) == 1
    assert not elks.texts
    assert {carrier for _, _, carrier in tries(hotline)} == {"twilio"}


@pytest.mark.parametrize(
    ("status", "code"), [(500, 20500), (503, 20500), (401, 20003), (429, 20429), (400, 21611), (400, 21606)]
)
def test_what_the_first_refuses_comes_by_the_second_at_once_and_only_once(
    hotline: Hotline, elks: Elks, status: int, code: int
) -> None:
    hotline.exchange.faults.refuse(times=FOREVER, status=status, code=code, on="Messages")
    hotline.text_from(A_STRANGER, "hej")
    anna = hotline.phone("anna")

    assert [text.sender for text in texts_by(anna, "46elks")] == [NUMBER]
    hotline.exchange.faults.clear()
    hotline.fast_forward(minutes=4)
    assert len(anna.inbox) == 1, "what waited for the first is not sent a second time"
    assert not anna.ringing


def test_a_first_carrier_that_does_not_answer_is_not_waited_for(hotline: Hotline, elks: Elks) -> None:
    hotline.exchange.faults.lose_answers(times=FOREVER)
    hotline.exchange.faults.lose_callbacks()
    hotline.text_from(A_STRANGER, "hej")
    anna = hotline.phone("anna")

    assert len(texts_by(anna, "46elks")) == 1
    hotline.fast_forward(minutes=4)
    assert len(texts_by(anna, "")) == 1, "the first had done it after all; told twice is better than not told"


def test_a_page_that_cannot_be_called_off_takes_nothing_from_what_the_second_took(hotline: Hotline, elks: Elks) -> None:
    with hotline.db.transaction() as session:
        never = "BEFORE UPDATE ON notifications WHEN NEW.trouble = 'replaced' BEGIN SELECT RAISE(ABORT, 'never'); END"
        session.execute(text(f"CREATE TRIGGER never_replaced {never}"))
    hotline.exchange.faults.refuse(times=1, status=500, code=20500, on="Messages")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=4)

    carriers = [entry["facts"]["carrier"] for entry in log(hotline.db, "page.accepted")]
    assert carriers.count("elks") == 1, "written once"
    assert len(texts_by(hotline.phone("anna"), "46elks")) == 1


def test_a_busy_carrier_is_asked_again_first_unless_it_is_about_the_first_page_of_a_case(
    hotline: Hotline, elks: Elks
) -> None:
    hotline.exchange.faults.refuse(times=2, status=429, code=20429, on="Messages")
    hotline.text_from("anna", "?")
    assert not hotline.phone("anna").inbox
    hotline.fast_forward(seconds=16)
    assert [text.brought_by for text in hotline.phone("anna").inbox] == [""]


@pytest.mark.parametrize("behaviour", ["switched off", "landline"])
def test_what_the_first_reports_as_undelivered_goes_by_the_second_and_nobody_waits_for_that(
    hotline: Hotline, elks: Elks, behaviour: str
) -> None:
    hotline.phone("anna").behaviour = behaviour
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(seconds=5)

    ((lost, instead),) = stand_ins(hotline)
    assert (lost.trouble, lost.channel, instead.channel) == ("undelivered", "sms", "sms")
    assert ("anna", "sms", "elks") in tries(hotline)
    assert hotline.phone("anna" if behaviour == "landline" else "bo").ringing, "long before the five minutes are over"


def test_a_page_that_grew_too_old_at_the_first_is_not_sent_as_if_it_were_new(hotline: Hotline, elks: Elks) -> None:
    hotline.exchange.faults.message_delay = 3600
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=11)

    assert not elks.texts


def test_somebody_who_opted_out_of_the_first_gets_the_text_by_the_second_and_is_called_as_well(
    hotline: Hotline, elks: Elks
) -> None:
    hotline.phone("anna").behave("opted out")
    hotline.text_from(A_STRANGER, "hej")
    anna = hotline.phone("anna")

    assert anna.ringing
    assert len(texts_by(anna, "46elks")) == 1


def test_a_call_that_the_first_refuses_rings_by_the_second_and_a_key_takes_the_case(
    hotline: Hotline, elks: Elks
) -> None:
    bring_recordings(hotline, "sv")
    hotline.exchange.faults.refuse(**DOWN)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    bo = hotline.phone("bo")

    assert bo.ringing
    assert bo.leg
    assert (bo.leg.brought_by, bo.leg.sender) == ("46elks", NUMBER)
    bo.answer()
    bo.press("1")
    hotline.work()
    case = hotline.case()
    assert case.hold
    assert (case.hold.person.alias, case.hold.via) == ("bo", "page")
    assert [heard.sound.rpartition("/")[0] for heard in bo.heard] == [f"{PUBLIC_URL}/carrier/audio"] * 2


def test_the_other_key_passes_the_case_on_and_a_wrong_one_is_asked_again(hotline: Hotline, elks: Elks) -> None:
    bring_recordings(hotline, "sv")
    hotline.exchange.faults.refuse(**DOWN)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    bo = hotline.phone("bo")
    bo.answer()
    bo.press("7")
    assert len(bo.heard) == 2
    bo.press("2")
    hotline.work()

    assert not hotline.case().hold
    assert log(hotline.db, "case.declined")[0]["actor"] == "bo"


def test_a_voicemail_that_took_the_call_is_nobody_and_the_next_person_is_paged(hotline: Hotline, elks: Elks) -> None:
    bring_recordings(hotline, "sv")
    hotline.exchange.faults.refuse(**DOWN)
    for name in ("anna", "bo"):
        hotline.phone(name).behave("voicemail")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=7)

    assert not hotline.case().hold
    assert texts_by(hotline.phone("carin"), "46elks"), "long before the half hour is over"


def test_without_a_recording_in_their_language_a_call_becomes_a_text(hotline: Hotline, elks: Elks) -> None:
    bring_recordings(hotline, "en")
    hotline.exchange.faults.refuse(**DOWN)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)

    assert not hotline.phone("bo").ringing
    assert len(texts_by(hotline.phone("bo"), "46elks")) == 1


def test_a_text_to_the_second_carriers_number_takes_the_case(hotline: Hotline, elks: Elks) -> None:
    hotline.exchange.faults.refuse(**DOWN)
    hotline.text_from(A_STRANGER, "hej")
    hotline.phone("anna").text(NUMBER, "1")
    hotline.work()

    hold = hotline.case().hold
    assert hold
    assert (hold.person.alias, hold.via) == ("anna", "sms")
    assert len(texts_by(hotline.phone("anna"), "46elks")) == 2, "and the answer comes by the carrier that works"


def test_somebody_else_who_texts_that_number_becomes_a_case_and_hears_nothing(hotline: Hotline, elks: Elks) -> None:
    elks.faults.duplicate_webhooks = True
    hotline.exchange.phone(A_STRANGER).text(NUMBER, "jag behöver hjälp")
    hotline.work()

    assert [approach.channel for approach in hotline.case().approaches] == ["sms"]
    assert not hotline.exchange.phone(A_STRANGER).inbox


def test_when_both_are_down_both_are_asked_again_until_one_takes_the_page(hotline: Hotline, elks: Elks) -> None:
    hotline.exchange.faults.refuse(**DOWN)
    elks.faults.refuse(times=FOREVER, status=503, code=503)
    hotline.text_from(A_STRANGER, "hej")
    assert not hotline.phone("anna").inbox
    elks.faults.clear()
    hotline.fast_forward(seconds=6)

    assert [text.brought_by for text in hotline.phone("anna").inbox] == ["46elks"]


def test_a_second_carrier_without_credits_does_not_keep_the_first_from_trying_again(
    hotline: Hotline, elks: Elks
) -> None:
    elks.faults.refuse(times=FOREVER, status=403, code=403)
    hotline.exchange.faults.refuse(times=1, status=500, code=20500, on="Messages")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(seconds=6)

    assert [text.brought_by for text in hotline.phone("anna").inbox] == [""]


def test_when_both_lose_everything_the_ladder_goes_on(hotline: Hotline, elks: Elks) -> None:
    hotline.exchange.faults.refuse(**DOWN)
    elks.faults.refuse(times=FOREVER, status=500, code=500)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=4)

    assert "untaken.1.0" in {step.step for step in hotline.steps()}, "before its time, for nothing arrived"


def test_receipts_that_come_twice_or_in_any_order_change_nothing(hotline: Hotline, elks: Elks) -> None:
    elks.faults.duplicate_webhooks = True
    hotline.exchange.faults.refuse(**DOWN)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(seconds=5)
    before, delivered = (
        deeds(hotline.db),
        [posted for posted in _receipts(hotline) if "delivered" in str(posted.params)],
    )
    failed = {**delivered[0].params, "status": "failed"}
    for posted in _receipts(hotline):
        assert hotline.deliver_again(posted).status == 204
        assert hotline.doors.post(posted.url, data=failed).status_code == 204

    ((_, instead),) = stand_ins(hotline)
    assert instead.state == "delivered"
    assert deeds(hotline.db) == before
    assert len(log(hotline.db, "page.delivered")) == 1


def test_a_key_that_is_posted_again_is_answered_as_it_was(hotline: Hotline, elks: Elks) -> None:
    bring_recordings(hotline, "sv")
    hotline.exchange.faults.refuse(**DOWN)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    hotline.phone("bo").answer()
    hotline.phone("bo").press("1")
    hotline.work()
    (posted,) = hotline.exchange.debugger.to("/key/")
    before = deeds(hotline.db)

    assert hotline.deliver_again(posted) == posted.answer
    assert deeds(hotline.db) == before


def test_a_receipt_for_the_first_try_that_comes_when_the_second_has_the_page_is_ignored(
    hotline: Hotline, elks: Elks
) -> None:
    hotline.phone("anna").behave("switched off")
    hotline.text_from(A_STRANGER, "hej")
    hotline.phone("anna").behave("by hand")
    hotline.fast_forward(seconds=10)
    before = deeds(hotline.db)
    for posted in hotline.exchange.debugger.to("/carrier/receipts/"):
        hotline.deliver_again(posted)

    assert deeds(hotline.db) == before
    assert len(stand_ins(hotline)) == 1


def test_nobody_can_forge_what_the_second_carrier_says(hotline: Hotline, elks: Elks) -> None:
    bring_recordings(hotline, "sv")
    hotline.exchange.faults.refuse(**DOWN)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    ((page, instead), *_) = stand_ins(hotline)
    receipt = _receipts(hotline)[0].url
    tag = receipt.rpartition("/")[2]
    before = deeds(hotline.db)
    for path in (
        f"receipts/{instead.id}/{'0' * 32}",
        f"receipts/{page.id}/{tag}",
        f"page/{instead.id}/{tag}",
        f"page/{instead.id}/key/{tag}",
        f"sms/{tag}",
        "sms/å",
    ):
        form = {"callid": "c1", "id": "s1", "result": "1", "status": "failed", "from": ANNA, "message": "1"}
        answer = hotline.doors.post(f"{BELOW}/{path}", data=form)
        assert (answer.status_code, answer.content) == (403, b""), path

    assert deeds(hotline.db) == before


def test_nothing_secret_goes_by_the_second_carrier(hotline: Hotline, elks: Elks) -> None:
    bring_recordings(hotline, "sv")
    hotline.exchange.faults.refuse(**DOWN)
    hotline.text_from(A_STRANGER, "jag har bråttom, ring mig")
    hotline.fast_forward(minutes=5)
    hotline.phone("bo").answer()
    hotline.phone("bo").press("1")
    hotline.work()
    traffic = [line for line in hotline.traffic if BELOW in line]
    told = "\n".join([*traffic, *(text.body for name in ("anna", "bo") for text in hotline.phone(name).inbox)])

    assert traffic
    for secret in (A_STRANGER, A_STRANGER.removeprefix("+"), "bråttom", "Vändpunkten", "anna", 'bo"'):
        assert secret not in told
    assert {text.message for text in elks.texts.values()} == {""}, "the carrier's history keeps no words"
    assert LINE not in {text.sender for text in elks.texts.values()}


def test_the_log_says_which_carrier_had_what(hotline: Hotline, elks: Elks) -> None:
    hotline.exchange.faults.refuse(times=FOREVER, status=400, code=21606, on="Messages")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(seconds=5)

    assert _carriers(hotline, "page.failed") == ["twilio"]
    assert _carriers(hotline, "page.accepted") == ["elks"]
    assert _carriers(hotline, "page.delivered") == ["elks"]
    assert "elks" in [entry["facts"].get("carrier") for entry in log(hotline.db, "page.queued")]
    of_anna = [each for each in tries(hotline) if each[0] == "anna"]
    assert sorted(of_anna) == [("anna", "sms", "elks"), ("anna", "sms", "twilio")]


def test_once_somebody_has_the_case_nothing_more_goes_by_the_second(hotline: Hotline, elks: Elks) -> None:
    hotline.phone("anna").behave("out of coverage")
    hotline.text_from(A_STRANGER, "hej")
    hotline.sign_in("bo")
    browser = hotline.sign_in("bo")
    assert hotline.at_the_desk(browser, "hold").status_code == 200
    hotline.fast_forward(hours=1)

    assert not elks.texts


def test_a_second_carrier_that_was_taken_away_again_does_not_hold_a_page_up(hotline: Hotline, elks: Elks) -> None:
    hotline.phone("anna").behave("switched off")
    hotline.exchange.faults.webhook_delay = 5
    hotline.text_from(A_STRANGER, "hej")
    hotline.kill_the_engine()
    hotline.fast_forward(seconds=6)
    hotline.settings = hotline.settings.model_copy(update={"elks_username": None, "elks_password": ()})
    hotline.start()
    hotline.fast_forward(seconds=30)

    assert not elks.texts
    assert hotline.phone("bo").ringing


def _receipts(line: Hotline) -> list[Posted]:
    return line.exchange.debugger.to(f"{BELOW}/receipts/")


def _carriers(line: Hotline, action: str) -> list[str]:
    """Which carrier the entries about Anna's pages name."""
    return [entry["facts"]["carrier"] for entry in log(line.db, action) if entry["object"] == "person:anna"]
