"""What a person does with a phone on the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from app.simulator.behaviours import Behaviour
from app.simulator.exchange import Exchange
from app.simulator.phones import Phone
from app.simulator.texts import Picture

INVENTED: Final = re.compile(r"\+467017406(0[5-9]|[1-9]\d)")
"""Mobile numbers kept free for fiction."""
SWITCHBOARD: Final = "+46846500490"
"""The switchboard that sends calls on, when a caller comes by one."""
PICTURE: Final = Picture(
    "image/gif", bytes.fromhex("47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b")
)
"""One white dot: what it shows is of no interest."""
SoundsLike = Literal[
    "", "human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown"
]


class Deed(BaseModel, extra="forbid"):
    """One thing done. `spelling`: how a hidden number is spelled on this call; None: as the exchange does."""

    phone: str
    do: Literal["call", "text", "answer", "decline", "press", "say", "hang up", "behave", "sound"]
    to: str = ""
    words: str = ""
    pictures: Annotated[int, Field(ge=0, le=10)] = 0
    hidden: bool = False
    spelling: str | None = None
    by_switchboard: bool = False
    behaviour: Behaviour = "by hand"
    sounds_like: SoundsLike = ""


def carry_out(exchange: Exchange, deed: Deed) -> None:
    """Do it. Raises `KeyError` when there is no such line, `ValueError` when it cannot be done now."""
    _DEEDS[deed.do](_phone(exchange, deed.phone), deed)


def _phone(exchange: Exchange, number: str) -> Phone:
    """The phone a deed is about. New ones only with numbers that belong to nobody."""
    phone = exchange.subscriber(number)
    if phone is None and not INVENTED.fullmatch(number):
        raise ValueError("use a number that belongs to nobody: +46701740605 to +46701740699")
    return phone or exchange.phone(number)


def _call(phone: Phone, deed: Deed) -> None:
    withheld = deed.spelling if deed.hidden and deed.spelling is not None else deed.hidden
    phone.call(deed.to, withheld=withheld, forwarded_from=SWITCHBOARD if deed.by_switchboard else "")


def _sound(phone: Phone, deed: Deed) -> None:
    phone.sounds_like = deed.sounds_like


_DEEDS: Final[Mapping[str, Callable[[Phone, Deed], None]]] = {
    "call": _call,
    "text": lambda phone, deed: phone.text(deed.to, deed.words, *[PICTURE] * deed.pictures),
    "answer": lambda phone, _deed: phone.answer(),
    "decline": lambda phone, _deed: phone.decline(),
    "press": lambda phone, deed: phone.press(deed.words),
    "say": lambda phone, deed: phone.say(deed.words),
    "hang up": lambda phone, _deed: phone.hang_up(),
    "behave": lambda phone, deed: phone.behave(deed.behaviour),
    "sound": _sound,
}
