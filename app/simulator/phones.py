"""The phones: what the people at both ends hold in their hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, get_args

from app.simulator.legs import Heard, Leg

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange

Behaviour = Literal["by hand", "answers", "rings out", "busy", "switched off", "voicemail", "opted out"]
BEHAVIOURS: Final[tuple[str, ...]] = get_args(Behaviour)
GREETING: Final = "You have reached a voicemail. Please leave a message after the tone."
VOICEMAIL_PICKS_UP: Final = 8.0
VOICEMAIL_LISTENS: Final = 30.0
ANSWERS_AFTER: Final = 1.0
UNREACHABLE_AFTER: Final = 3.0


@dataclass(frozen=True)
class Text:
    """A text as it lies in a phone: received, or sent to a number."""

    sender: str
    body: str
    at: datetime
    to: str = ""


class Phone:
    """One subscriber's phone. Used from any thread; every deed is finished when the method returns on manual time."""

    def __init__(self, exchange: Exchange, number: str) -> None:
        self.number = number
        self.label = ""
        """What the page calls whoever holds it; empty: not shown."""
        self.behaviour: Behaviour = "by hand"
        self.inbox: list[Text] = []
        self.sent: list[Text] = []
        self.leg: Leg | None = None
        """The call this phone is in, or was in last."""
        self._exchange = exchange

    def __repr__(self) -> str:
        return f"<Phone {self.label or 'unnamed'} {self.behaviour}>"

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

    def call(self, line: str, *, withheld: bool | str = False) -> Leg:
        """Call a line of the customer's. `withheld`: hide the number; a string hides it under that spelling.

        Raises `KeyError` when there is no such line, `ValueError` when this phone is on a call.
        """
        with self._exchange.lock:
            if self.on_a_call:
                raise ValueError("this phone is on a call")
            hidden = self._exchange.withheld_as if withheld is True else withheld
            self.leg = self._exchange.calls.arrive(self, line, sender=self.number if hidden is False else hidden)
        self._exchange.timeline.settle()
        return self.leg

    def text(self, to: str, body: str) -> None:
        """Send a text, to a line or to another phone."""
        with self._exchange.lock:
            self.sent.append(Text(self.number, body, self._exchange.timeline.now(), to))
            self._exchange.messages.arrive(self, to, body)
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
        if self.behaviour == "switched off":
            self._exchange.after(UNREACHABLE_AFTER, lambda: leg.end("no-answer"))
        elif self.behaviour == "busy" or self.on_a_call:
            leg.end("busy")
        else:
            self.leg = leg
            leg.rings()
            self._behave(leg)

    def takes(self, sender: str, body: str) -> None:
        """A text has come. Called with the lock held."""
        self.inbox.append(Text(sender, body, self._exchange.timeline.now()))

    def _behave(self, leg: Leg) -> None:
        if self.behaviour == "answers":
            self._exchange.after(self._exchange.latency(ANSWERS_AFTER), leg.connect)
        elif self.behaviour == "voicemail":
            self._exchange.after(VOICEMAIL_PICKS_UP, lambda: self._pick_up_as_a_machine(leg))

    def _pick_up_as_a_machine(self, leg: Leg) -> None:
        """Greets, presses nothing, listens a while, hangs up. Whoever is connected by then hears it speak."""
        leg.connect()
        for second in range(int(VOICEMAIL_LISTENS)):
            self._exchange.after(second, lambda: self._greet(leg))
        self._exchange.after(VOICEMAIL_LISTENS, leg.end)

    def _greet(self, leg: Leg) -> None:
        for peer in leg.peers:
            if GREETING not in (heard.text for heard in peer.heard):
                peer.hear(GREETING, language="en-US")


def _caller_gave_up(leg: Leg) -> str:
    """How a call is written down that its caller left before it was answered."""
    return "no-answer" if leg.direction == "inbound" else "canceled"
