from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from app.simulator import Exchange, LiveTimeline, ManualTimeline
from tests.simulator.customer import ACCOUNT, ANNA, CALLER, LINE, SITE, START, Customer, twiml

SOON = 30.0
"""Seconds, on a machine that stands still for many of them."""


def test_things_are_done_at_their_own_moment_in_order():
    timeline, done = ManualTimeline(START), []
    timeline.after(2, lambda: done.append(("second", timeline.seconds())))
    timeline.after(1, lambda: timeline.after(0.5, lambda: done.append(("first", timeline.seconds()))))
    assert timeline.next_due() == START + timedelta(seconds=1)
    timeline.advance(3)
    assert done == [("first", 1.5), ("second", 2)]
    assert (timeline.seconds(), timeline.now(), timeline.next_due()) == (3, START + timedelta(seconds=3), None)


def test_what_is_cancelled_is_not_done():
    timeline, done = ManualTimeline(START), []
    timeline.after(1, lambda: done.append(1)).cancel()
    timeline.advance(2)
    assert done == []


@pytest.fixture
def live():
    timeline = LiveTimeline()
    yield timeline
    timeline.close()


def test_live_time_goes_on_after_something_broke(live, caplog):
    happened = threading.Event()
    live.after(0, lambda: 1 / 0)
    live.after(0.01, happened.set)
    assert happened.wait(SOON)
    assert "broke" in caplog.text


def test_a_slow_customer_on_one_call_does_not_hold_up_another(live):
    customer, slow, go_on = Customer(), threading.Event(), threading.Event()

    def think(told):
        if told["From"] == ANNA:
            slow.set()
            go_on.wait(SOON)
        return twiml("<Say>Hello.</Say><Pause/>")

    customer.replies["/voice"] = think
    exchange = Exchange(ACCOUNT, timeline=live, post=customer.post, pace=0)
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url="")
    first, second = exchange.phone(ANNA), exchange.phone(CALLER)
    first.call(LINE)
    assert slow.wait(SOON)
    second.call(LINE)
    ends = time.monotonic() + SOON
    while not second.heard and time.monotonic() < ends:
        time.sleep(0.01)
    assert second.heard
    assert first.heard == []
    first.hang_up()
    assert first.state == "idle"
    go_on.set()


def test_many_hands_on_many_phones_leave_nobody_hanging(live):
    customer = Customer()
    customer.replies |= {
        "/voice": twiml('<Gather numDigits="1" action="/chosen"/>'),
        "/chosen": twiml(f"<Dial>{ANNA}</Dial>"),
    }
    exchange = Exchange(ACCOUNT, timeline=live, post=customer.post, pace=0)
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url="")
    anna = exchange.phone(ANNA)
    callers = [exchange.phone(f"+4670174065{last}") for last in range(8)]

    def be_restless(phone):
        for _ in range(20):
            phone.call(LINE)
            phone.press("1")
            anna.answer()
            phone.hang_up()

    hands = [threading.Thread(target=be_restless, args=(phone,)) for phone in callers]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    anna.hang_up()
    assert {phone.state for phone in (*callers, anna)} == {"idle"}
