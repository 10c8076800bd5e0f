"""Whatever people do with their phones, in whatever order, nobody is left hanging."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.simulator import Exchange, ManualTimeline
from app.simulator.behaviours import BEHAVIOURS
from tests.simulator.customer import ACCOUNT, ANNA, BO, CALLER, LINE, SITE, START, Customer, twiml

ANOTHER = "+46701740651"
NUMBERS = (CALLER, ANOTHER, ANNA, BO)
REPLIES = {
    "/voice": twiml('<Gather numDigits="1" action="/menu"><Say>Choose.</Say></Gather><Redirect>/menu</Redirect>'),
    "/menu": lambda told: {
        "1": twiml(
            '<Dial timeout="9" hangupOnStar="true" action="/next">'
            f'<Number url="/screen">{ANNA}</Number><Number>{BO}</Number></Dial>'
        ),
        "2": twiml('<Dial><Conference endConferenceOnExit="true">room</Conference></Dial>'),
        "3": twiml("<Enqueue>queue</Enqueue>"),
        "4": twiml("<Dial><Queue>queue</Queue></Dial>"),
        "5": "<broken",
    }.get(told.get("Digits", ""), twiml("<Say>Goodbye.</Say>")),
    "/next": twiml("<Pause/><Redirect>/voice</Redirect>"),
    "/screen": twiml('<Gather numDigits="1" action="/ok"/><Hangup/>'),
    "/ok": lambda told: twiml() if told["Digits"] == "1" else twiml("<Hangup/>"),
}
deeds = st.one_of(
    st.tuples(st.sampled_from(("call", "answer", "decline", "hang_up")), st.sampled_from(NUMBERS), st.none()),
    st.tuples(st.just("press"), st.sampled_from(NUMBERS), st.text("12345#*", min_size=1, max_size=2)),
    st.tuples(st.just("behave"), st.sampled_from(NUMBERS), st.sampled_from(BEHAVIOURS)),
    st.tuples(st.just("wait"), st.none(), st.sampled_from((0.5, 3, 12))),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(deeds, max_size=40), st.booleans(), st.booleans())
def test_nobody_is_left_hanging(night, duplicates, reorders):
    customer, timeline = Customer(), ManualTimeline(START)
    customer.replies |= REPLIES
    exchange = Exchange(ACCOUNT, timeline=timeline, post=customer.post)
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url=f"{SITE}/sms")
    exchange.faults.duplicate_webhooks, exchange.faults.reorder_callbacks = duplicates, reorders
    phones = {number: exchange.phone(number) for number in NUMBERS}
    for deed, number, detail in night:
        if deed == "wait":
            timeline.advance(detail)
        else:
            do(phones[number], deed, detail)
        check(phones)
    for phone in phones.values():
        phone.behaviour = "by hand"
        phone.hang_up()
    timeline.advance(60)
    for phone in phones.values():
        phone.hang_up()
    assert {phone.state for phone in phones.values()} == {"idle"}
    assert all(leg.over and not leg.peers for leg in exchange.legs.values())
    assert all(conference.over and not conference.members for conference in exchange.conferences.values())


def do(phone, deed, detail):
    if deed == "call" and not phone.on_a_call:
        phone.call(LINE)
    elif deed != "call":
        getattr(phone, deed)(*([] if detail is None else [detail]))


def check(phones):
    """Whoever one talks with, talks with one."""
    for phone in phones.values():
        for other in phone.bridged_with:
            assert phone.number in phones[other].bridged_with
