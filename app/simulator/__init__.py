"""A small telephone company, for the demo, for tests and for benchmarks.

It sells its customer lines, speaks Twilio's wire to it (REST, signed webhooks, TwiML, status callbacks) and gives
everybody else phones. It knows nothing of what the customer does with its lines. A phone calls a line: the exchange
posts the line's voice webhook, carries out the TwiML that comes back, and the phone hears it. The customer asks over
REST for a call or a text: the other phone rings, or has the text in its inbox, and the customer's status callbacks
follow. Read on in `exchange`, then `legs`, `documents`, `prompts`, `dialling`, `ringing`; `conferring` for
conferences, `messages` for texts, `rest` for what the customer can ask, `behaviours` for what phones do by
themselves, `faults` for the carrier's bad days (`bad_day`: the same, set by hand on the page).

In a test, on a timeline that moves only when told to (a phone's deeds are finished when they return; what the
customer asked for over REST happens as time advances):

    timeline = ManualTimeline(datetime(2026, 1, 5, 8, tzinfo=UTC))
    exchange = Exchange(Account("AC" + 32 * "0", "token"), timeline=timeline, post=post_to_our_app, pace=0)
    exchange.sell_line("+46846500400", voice_url=f"{url}/carrier/voice", sms_url=f"{url}/carrier/sms")
    caller, anna = exchange.phone("+46701740650"), exchange.phone("+46701740605")
    caller.call("+46846500400")
    caller.press("1")
    timeline.advance(5)
    anna.answer()
    anna.press("1")
    assert caller.bridged_with == [anna.number]
"""

from app.simulator.exchange import Account, Exchange, Line
from app.simulator.page import create_phones_page, create_simulator
from app.simulator.phones import Phone
from app.simulator.posting import CannotConnect, TimedOut
from app.simulator.rest import create_rest
from app.simulator.timeline import LiveTimeline, ManualTimeline

__all__ = [
    "Account",
    "CannotConnect",
    "Exchange",
    "Line",
    "LiveTimeline",
    "ManualTimeline",
    "Phone",
    "TimedOut",
    "create_phones_page",
    "create_rest",
    "create_simulator",
]
