from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from app.simulator import CannotConnect
from app.simulator.posting import sign
from tests.simulator.customer import ACCOUNT, ANNA, LINE, SITE, twiml


def test_the_signature_is_the_one_in_the_carriers_own_example():
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", params) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_the_carriers_own_validator_accepts_what_was_posted(customer, caller):
    caller.call(LINE, withheld=True)
    caller.text(LINE, "räksmörgås")
    validator = RequestValidator(ACCOUNT.auth_token)
    for (path, params), headers in zip(customer.asked, customer.headers, strict=True):
        assert validator.validate(SITE + path, params, headers["X-Twilio-Signature"])
        assert not validator.validate(SITE + path, params | {"From": "x"}, headers["X-Twilio-Signature"])


@given(
    st.dictionaries(st.text(min_size=1), st.text()),
    st.from_regex(r"https://customer\.example(/[a-z]{1,8}){0,3}(\?[a-z]=[0-9])?", fullmatch=True),
)
def test_signatures_agree_with_the_carriers_validator(params, url):
    assert RequestValidator("t").validate(url, params, sign("t", url + "#rc=2&rp=5xx", params))


def test_connection_overrides_are_not_part_of_what_is_asked(exchange, customer, caller):
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice#ct=1500&rc=2&rp=ct,5xx", sms_url="")
    customer.replies["/voice"] = 500
    caller.call(LINE)
    assert len(customer.told("/voice")) == 3
    assert "#" not in exchange.debugger.requests[0].url


def test_it_knocks_once_more_with_the_same_token_when_nobody_listens(exchange, customer, caller):
    customer.replies["/voice"] = twiml("<Say>Here.</Say>")
    exchange.faults.cannot_connect()
    caller.call(LINE)
    assert caller.heard_text == "Here."
    tokens = {posted.headers["I-Twilio-Idempotency-Token"] for posted in exchange.debugger.to("/voice")}
    assert len(exchange.debugger.to("/voice")) == 2
    assert len(tokens) == 1


def test_it_does_not_knock_again_after_an_error(customer, caller):
    customer.replies["/voice"] = 500
    caller.call(LINE)
    assert len(customer.told("/voice")) == 1


def test_nobody_listening_at_all_is_an_error_with_a_fallback(exchange, customer, caller):
    customer.replies |= {"/voice": CannotConnect(), "/fallback": twiml("<Say>Fallback.</Say>")}
    caller.call(LINE)
    assert exchange.debugger.codes == [11205]
    assert caller.heard_text == "Fallback."


def test_every_webhook_can_come_twice_and_only_the_first_answer_counts(exchange, customer, caller):
    exchange.faults.duplicate_webhooks = True
    customer.replies["/voice"] = lambda _: twiml(f"<Say>{len(customer.told('/voice'))}</Say>")
    caller.call(LINE)
    assert len(customer.told("/voice")) == 2
    assert caller.heard_text == "1"
    first, second = customer.headers
    assert first == second


def test_an_answer_can_come_too_late_although_the_customer_gave_it(exchange, customer, caller, timeline):
    customer.replies |= {"/voice": twiml("<Say>Late.</Say>"), "/fallback": twiml("<Say>Fallback.</Say>")}
    exchange.faults.answer_too_late()
    caller.call(LINE)
    timeline.advance(15)
    assert len(customer.told("/voice")) == 1
    assert caller.heard_text == "Fallback."


def receipts(exchange, customer, timeline):
    exchange.messages.send(to=ANNA, sender=LINE, body="x", status_url=f"{SITE}/receipt")
    timeline.advance(10)
    return [told["MessageStatus"] for told in customer.told("/receipt")]


def test_status_callbacks_can_come_last_first(exchange, customer, anna, timeline):
    exchange.faults.reorder_callbacks = True
    assert receipts(exchange, customer, timeline) == ["delivered", "sent", "sending"]


def test_status_callbacks_can_be_lost(exchange, customer, anna, timeline):
    exchange.faults.lose_callbacks()
    assert receipts(exchange, customer, timeline) == []


def test_webhooks_can_be_slow_to_set_out(exchange, customer, caller, timeline):
    exchange.faults.webhook_delay = 3
    caller.call(LINE)
    assert customer.asked == []
    timeline.advance(3)
    assert len(customer.asked) == 1


def test_what_was_set_can_be_cleared(exchange, customer, anna, timeline):
    exchange.faults.lose_callbacks()
    exchange.faults.clear()
    assert receipts(exchange, customer, timeline) == ["sending", "sent", "delivered"]


def test_secrets_do_not_show(exchange):
    assert "token" not in repr(ACCOUNT).replace("auth_token", "")
    assert "+46" not in repr(exchange.phone(ANNA))


@pytest.mark.parametrize("number", ["112", "anna", "+46", ""])
def test_only_a_number_can_have_a_phone(exchange, number):
    with pytest.raises(ValueError, match="international form"):
        exchange.phone(number)
