"""The phones: what the people at both ends hold in their hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.simulator.behaviours import UNREACHABLE, UNREACHABLE_AFTER, Behaviour, take_call
from app.simulator.hearing import Heard
from app.simulator.legs import Leg
from app.simulator.texts import Picture

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange


@dataclass(frozen=True)
class Text:
    """A text as it lies in a phone: received, or sent to a number."""

    sender: str
    body: str
    at: datetime
    to: str = ""
    pictures: int = 0
    brought_by: str = ""
    """The name of the carrier that brought it, where there is more than one."""


class Phone:
    """One subscriber's phone. Used from any thread; every deed is finished when the method returns on manual time."""

    def __init__(self, exchange: Exchange, number: str) -> None:
        self.number = number
        self.label = ""
        """What the page calls whoever holds it; empty: not shown."""
        self._behaviour: Behaviour = "by hand"
        self.sounds_like = ""
        """What machine detection takes whoever answers for, right or wrong (`AnsweredBy`); empty: what it is."""
        self.inbox: list[Text] = []
        self.sent: list[Text] = []
        self.leg: Leg | None = None
        """The call this phone is in, or was in last."""
        self._exchange = exchange

    def __repr__(self) -> str:
        return f"<Phone {self.label or 'unnamed'} {self.behaviour}>"

    @property
    def behaviour(self) -> Behaviour:
        """What the phone does with calls and texts."""
        return self._behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        with self._exchange.lock:
            was, self._behaviour = self._behaviour, behaviour
            if was == "out of coverage" != behaviour:
                self._exchange.messages.delivery.phone_is_back(self)

    @property
    def on_a_call(self) -> bool:
        return self.leg is not None and not self.leg.over

    @property
    def ringing(self) -> Leg | None:
        """The call that rings here, or None."""
        leg = self.leg
        return leg if leg is not None and leg.status == "ringing" and leg.direction != "inbound" else None

    @property
    def heard(self) -> list[Heard]:
        """What was heard on the current call, or else on the last, oldest first."""
        return list(self.leg.heard) if self.leg is not None else []

    @property
    def heard_text(self) -> str:
        """Everything heard, one prompt a line."""
        return "\n".join(heard.text for heard in self.heard)

    @property
    def bridged_with(self) -> list[str]:
        """The numbers of those at the other end."""
        return [peer.phone.number for peer in self.leg.peers if peer.phone] if self.on_a_call and self.leg else []

    @property
    def state(self) -> str:
        """idle, ringing, calling, waiting for keys, in call, or bridged with somebody."""
        leg = self.leg
        if leg is None or leg.over:
            return "idle"
        if self.ringing:
            return "ringing"
        if leg.peers:
            return "bridged with " + ", ".join(self.bridged_with)
        if leg.wants_keys:
            return "waiting for keys"
        return "in call" if leg.answered else "calling"

    def call(self, line: str, *, withheld: bool | str = False, forwarded_from: str = "") -> Leg:
        """Call a line of the customer's. `withheld`: hide the number; a string hides it under that spelling.

        `forwarded_from` is the switchboard's number when the call was sent on by one.
        Raises `KeyError` when there is no such line, `ValueError` when this phone is on a call.
        """
        with self._exchange.lock:
            if self.on_a_call:
                raise ValueError("this phone is on a call")
            hidden = self._exchange.withheld_as if withheld is True else withheld
            sender = self.number if hidden is False else hidden
            self.leg = self._exchange.calls.arrive(self, line, sender=sender, forwarded_from=forwarded_from)
        self._exchange.timeline.settle()
        return self.leg

    def text(self, to: str, body: str, *pictures: Picture) -> None:
        """Send a text, to a line or to another phone, perhaps with pictures."""
        with self._exchange.lock:
            self.sent.append(Text(self.number, body, self._exchange.timeline.now(), to, len(pictures)))
            self._exchange.messages.arrive(self, to, body, pictures)
        self._exchange.timeline.settle()

    def answer(self) -> None:
        """Pick up. Does nothing when it does not ring."""
        with self._exchange.lock:
            if leg := self.ringing:
                leg.connect()
        self._exchange.timeline.settle()

    def decline(self) -> None:
        """Turn the ringing call away."""
        with self._exchange.lock:
            if leg := self.ringing:
                leg.end("busy")
        self._exchange.timeline.settle()

    def press(self, digits: str) -> None:
        """Press keys, one after another: 0 to 9, * and #. Raises `ValueError` for anything else."""
        if set(digits) - set("0123456789*#"):
            raise ValueError("a phone has the keys 0 to 9, * and #")
        for digit in digits:
            with self._exchange.lock:
                if self.leg is not None:
                    self.leg.press(digit)
        self._exchange.timeline.settle()

    def say(self, words: str) -> None:
        """Speak to whoever is at the other end; a machine does not listen."""
        with self._exchange.lock:
            if self.leg is not None:
                self.leg.speak(words)

    def hang_up(self) -> None:
        """End the call this phone is in; turn it away when it only rings."""
        with self._exchange.lock:
            if self.leg is not None:
                self.leg.end("busy" if self.ringing else _caller_gave_up(self.leg))
        self._exchange.timeline.settle()

    def behave(self, behaviour: Behaviour) -> None:
        """What the phone does with calls and texts from now on."""
        self.behaviour = behaviour

    def is_called(self, leg: Leg) -> None:
        """The exchange has found this phone for a call. Called with the lock held."""
        if self.behaviour in UNREACHABLE:
            self._exchange.after(UNREACHABLE_AFTER, lambda: leg.end("no-answer"))
        elif self.behaviour == "busy" or self.on_a_call:
            leg.end("busy")
        else:
            self.leg = leg
            leg.rings()
            take_call(self._exchange, self.behaviour, leg)

    def takes(self, sender: str, body: str, *, brought_by: str = "") -> None:
        """A text has come. Called with the lock held."""
        body = f"{self._exchange.preface}{body}"
        self.inbox.append(Text(sender, body, self._exchange.timeline.now(), brought_by=brought_by))


def _caller_gave_up(leg: Leg) -> str:
    """How a call is written down that its caller left before it was answered."""
    return "no-answer" if leg.direction == "inbound" else "canceled"
