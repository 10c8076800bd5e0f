"""What the carrier keeps, and how the customer has it looked up, blanked and deleted."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from twilio.base.exceptions import TwilioRestException

from app.simulator import Exchange, create_rest
from app.simulator.texts import Picture
from tests.simulator.customer import ACCOUNT, ANNA, CALLER, LINE, SITE, START, twiml

PICTURE = Picture("image/jpeg", b"a picture")


def code_of(do) -> int:
    with pytest.raises(TwilioRestException) as refused:
        do()
    return refused.value.code


@pytest.fixture
def mms(caller, twilio):
    caller.text(LINE, "look", PICTURE, PICTURE)
    [message] = twilio.messages.list()
    return twilio.messages(message.sid)


def test_calls_are_found_by_whom_when_and_how_they_ended(customer, caller, anna, twilio, timeline):
    customer.replies["/voice"] = twiml("<Say>Hello.</Say>")
    first = caller.call(LINE)
    timeline.advance(3600)
    second = anna.call(LINE)
    anna.hang_up()
    list_ = twilio.calls.list
    assert [call.sid for call in list_(from_=CALLER)] == [first.sid]
    assert [call.sid for call in list_(from_=ANNA, status="completed")] == [second.sid]
    assert list_(status="busy") == []
    assert [call.sid for call in list_(start_time_after=START + timedelta(minutes=30))] == [second.sid]
    assert [call.sid for call in list_(start_time_before=START + timedelta(minutes=30))] == [first.sid]
    assert [call.sid for call in list_(end_time_after=START + timedelta(minutes=30))] == [second.sid]
    assert len(list_(start_time=START.date())) == 2


def test_a_call_begins_when_it_comes_in_and_not_when_it_is_answered(customer, caller, twilio, timeline):
    customer.replies["/voice"] = twiml("<Pause length='10'/><Say>Hello.</Say>")
    caller.call(LINE)
    timeline.advance(20)
    [call] = twilio.calls.list(start_time_before=START)
    assert (call.start_time, call.status) == (START, "completed")


def test_pages_neither_skip_nor_repeat_while_records_come_and_go(caller, twilio, rest):
    for number in range(6):
        caller.text(LINE, str(number))
    path = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json?PageSize=2"
    seen: list[str] = []
    while path:
        page = rest.get(path).json()
        seen += [message["body"] for message in page["messages"]]
        caller.text(LINE, "new")
        twilio.messages(page["messages"][-1]["sid"]).delete()
        path = page["next_page_uri"]
    assert seen == ["5", "4", "3", "2", "1", "0"]


def test_a_call_in_progress_cannot_be_deleted_and_a_finished_one_is_gone(customer, caller, twilio):
    customer.replies["/voice"] = twiml("<Pause length='60'/>")
    leg = caller.call(LINE)
    assert code_of(twilio.calls(leg.sid).delete) == 20009
    caller.hang_up()
    assert twilio.calls(leg.sid).delete()
    assert code_of(twilio.calls(leg.sid).fetch) == 20404
    assert code_of(twilio.calls(leg.sid).delete) == 20404
    assert twilio.calls.list() == []
    assert leg.deleted


def test_a_record_can_be_held_back_for_a_while_after_its_end(exchange, caller, twilio, timeline):
    exchange.faults.settling_time = 60
    caller.text(LINE, "hello")
    [message] = twilio.messages.list()
    assert code_of(twilio.messages(message.sid).delete) == 20009
    assert code_of(lambda: twilio.messages(message.sid).update(body="")) == 20009
    timeline.advance(60)
    assert twilio.messages(message.sid).delete()


def test_a_deletion_can_be_refused_while_everything_else_works(exchange, caller, twilio):
    exchange.faults.refuse(2, status=409, code=20009, on="Messages", method="DELETE")
    caller.text(LINE, "hello")
    [message] = twilio.messages.list()
    assert [code_of(twilio.messages(message.sid).delete) for _ in range(2)] == [20009, 20009]
    assert twilio.messages(message.sid).delete()


def test_only_blanks_can_be_written_over_a_text(caller, twilio):
    caller.text(LINE, "my secret")
    [message] = twilio.messages.list()
    assert code_of(lambda: twilio.messages(message.sid).update(body="something else")) == 20001
    assert twilio.messages(message.sid).update(body="").body == ""


def test_deleted_texts_leave_no_words_at_the_carrier(exchange, caller, twilio, mms):
    assert mms.delete()
    assert code_of(mms.fetch) == 20404
    [kept] = exchange.messages.kept.values()
    assert (kept.body, [media.content for media in kept.media]) == ("", [b"", b""])


def test_pictures_are_announced_with_the_text(exchange, customer, caller):
    exchange.rest_url = "https://carrier.example"
    caller.text(LINE, "look", PICTURE)
    told = customer.told("/sms")[0]
    assert (told["NumMedia"], told["MediaContentType0"], told["MessageSid"][:2]) == ("1", "image/jpeg", "MM")
    assert told["MediaUrl0"].startswith(f"https://carrier.example/2010-04-01/Accounts/{ACCOUNT.sid}/Messages/MM")


def test_pictures_are_listed_fetched_and_deleted_one_by_one(mms, rest):
    first, second = mms.media.list()
    assert (first.content_type, first.parent_sid) == ("image/jpeg", mms.fetch().sid)
    assert rest.get(first.uri.removesuffix(".json")).content == b"a picture"
    assert mms.media(first.sid).delete()
    assert [media.sid for media in mms.media.list()] == [second.sid]
    assert code_of(mms.media(first.sid).fetch) == 20404
    assert rest.get(first.uri.removesuffix(".json")).status_code == 404


@pytest.mark.parametrize(("media_auth", "status"), [(True, 401), (False, 200)])
def test_pictures_are_open_to_everybody_unless_the_account_says_otherwise(customer, timeline, media_auth, status):
    exchange = Exchange(
        dataclasses.replace(ACCOUNT, media_auth=media_auth), timeline=timeline, post=customer.post, pace=0
    )
    exchange.rest_url = "http://exchange"
    exchange.sell_line(LINE, voice_url="", sms_url=f"{SITE}/sms")
    exchange.phone(CALLER).text(LINE, "look", PICTURE)
    with TestClient(create_rest(exchange), base_url="http://exchange") as stranger:
        url = customer.told("/sms")[0]["MediaUrl0"]
        assert stranger.get(url).status_code == status
        assert stranger.get(f"{url}.json").status_code == 401


def test_retention_is_refused_where_the_account_has_no_redaction(twilio, anna):
    assert code_of(lambda: twilio.messages.create(to=ANNA, from_=LINE, body="x", content_retention="discard")) == 30029
    assert twilio.messages.create(to=ANNA, from_=LINE, body="x", content_retention="retain").status == "queued"


def test_what_is_not_to_be_kept_is_gone_when_the_text_is_over(customer, timeline):
    account = dataclasses.replace(ACCOUNT, message_redaction=True)
    exchange = Exchange(account, timeline=timeline, post=customer.post, pace=0)
    exchange.sell_line(LINE, voice_url="", sms_url="")
    anna = exchange.phone(ANNA)
    with TestClient(create_rest(exchange), base_url="http://exchange", follow_redirects=False) as client:
        client.auth = (ACCOUNT.sid, ACCOUNT.auth_token)
        path = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages"
        asked = {
            "To": ANNA,
            "From": LINE,
            "Body": "K7Q2",
            "ContentRetention": "discard",
            "AddressRetention": "obfuscate",
        }
        sent = client.post(f"{path}.json", data=asked).json()
        timeline.advance(5)
        kept = client.get(f"{path}/{sent['sid']}.json").json()
    assert [text.body for text in anna.inbox] == ["K7Q2"]
    assert (kept["status"], kept["body"], kept["to"]) == ("delivered", "", "+4670174XXXX")
