"""Those who call, write and fill in the form, as they come: most in the evening and at night, some again and again."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from app.simulator.phones import Phone
from bench.year.agenda import Agenda
from bench.year.dice import Dice
from bench.year.house import House
from bench.year.programme import STOCKHOLM
from tests.hotline import hidden_fields
from tests.people import LINE

NUMBERS: Final = tuple(f"+467017406{last}" for last in range(30, 99))
"""So many telephones there are outside; whoever calls when their last case is over is somebody else."""

WORDS: Final = (
    "jag vill ut men jag kan inte prata",
    "det gäller min lillebror han är i fara",
    "ring inte jag hör av mig",
)
FORMS_NUMBER: Final = "070-174 06 99"
LOOKS_UP_EVERY: Final = 4.0
"""Seconds between two looks at what the line wants of a caller."""

_HOURLY: Final = (6, 5, 4, 3, 2, 2, 2, 3, 4, 5, 5, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 10, 9, 8)
"""How many come in each hour of a day in Stockholm, beside one another."""

_CALL_ME, _ANY_TIME, _NO = "1", "1", "2"
_CODE: Final = re.compile(r"((?:\d ){3}\d), ((?:\d ){3}\d)")


class Callers:
    """Everybody outside."""

    def __init__(self, house: House, agenda: Agenda, dice: Dice) -> None:
        self._house = house
        self._agenda = agenda
        self._dice = dice
        self._codes: list[str] = []
        self.came: Counter[str] = Counter()

    def expect(self, cases: int, *, start: datetime, days: int) -> None:
        """So many approaches of strangers, spread over the days as people come."""
        for nth in range(cases):
            dice = self._dice.of(str(nth))
            day = start + timedelta(days=int(dice.throw() * days))
            midnight = day.astimezone(STOCKHOLM).replace(hour=0, minute=0, second=0, microsecond=0)
            moment = midnight.astimezone(start.tzinfo) + timedelta(hours=_hour(dice), seconds=int(dice.throw() * 3600))
            if start < moment < start + timedelta(days=days):
                self._agenda.at(moment, partial(self._come, dice))

    def _come(self, dice: Dice) -> None:
        does = dice.throw()
        if does < 0.30:
            self._text(dice)
        elif does < 0.50:
            self._fill_in_the_form(dice)
        else:
            self._call(dice)
        if dice.happens(0.08):
            self._agenda.at(self._house.now + timedelta(minutes=dice.about(20)), partial(self._again, dice))

    def _again(self, dice: Dice) -> None:
        """Whoever has not been helped writes or calls once more; or somebody who was helped long ago comes back."""
        self.came["again"] += 1
        if self._codes and dice.happens(0.5):
            self._call(dice, code=dice.one_of(self._codes))
        else:
            self._text(dice)

    def _free(self, dice: Dice) -> Phone | None:
        phone = self._house.phone(dice.one_of(NUMBERS))
        return None if phone.on_a_call else phone

    def _text(self, dice: Dice) -> None:
        if phone := self._free(dice):
            self.came["text"] += 1
            phone.sent.clear()
            phone.text(LINE, dice.one_of(WORDS))

    def _fill_in_the_form(self, dice: Dice) -> None:
        if self._house.exchange.faults.unreachable:
            return  # their browser says that there is no such page
        contact = dice.one_of(("call", "call", "sms", "none"))
        answers = {"contact": contact, "number": FORMS_NUMBER if contact != "none" else "", "message": WORDS[0]}
        answers |= {"hours": dice.one_of(("any", "day", "evening", "night"))}
        answers |= {"danger": "yes"} if dice.happens(0.06) else {}
        url = f"{self._house.settings.public_url}/sv/contact"
        nonce = hidden_fields(self._house.door.ask("GET", url, b"", {}).text)["nonce"]
        written = self._house.now + timedelta(seconds=dice.about(90))
        self._agenda.at(written, partial(self._send_the_form, url, {"nonce": nonce, **answers}))

    def _send_the_form(self, url: str, form: dict[str, str]) -> None:
        if self._house.exchange.faults.unreachable:
            return
        answer = self._house.door.post(url, form, {})
        self.came["form"] += 1
        self._house.forms[answer.status] += 1

    def _call(self, dice: Dice, *, code: str = "") -> None:
        phone = self._free(dice)
        if phone is None:
            return
        hidden: bool | str = dice.one_of(("Anonymous", "+266696687")) if dice.happens(0.3) else False
        self.came["call, hidden" if hidden else "call"] += 1
        call = Call(self, phone, dice, code=code)
        phone.call(LINE, withheld=hidden)
        self.look_later(call)

    def look_later(self, call: Call) -> None:
        """Somebody on the line looks up again in a moment."""
        self._agenda.at(self._house.now + timedelta(seconds=LOOKS_UP_EVERY), partial(self._go_on, call))

    def _go_on(self, call: Call) -> None:
        if call.goes_on(self._house.asked_last):
            self.look_later(call)
        elif found := _CODE.search(call.phone.heard_text):
            self._codes = [*self._codes[-50:], re.sub(r"\D", "", found[0])]


class Call:
    """Somebody on the line, who presses what they are asked for, until they lose patience."""

    def __init__(self, callers: Callers, phone: Phone, dice: Dice, *, code: str) -> None:
        self.phone = phone
        self._dice = dice
        self._code = code
        self._looks = int(dice.about(30))
        self._hangs_up_early = dice.happens(0.15)
        wants = (_CALL_ME, _ANY_TIME, _NO, _NO) if dice.happens(0.6) else ("3",)
        self._answers = iter(wants)
        self._role = "4" if code else "5" if dice.happens(0.03) else dice.one_of(("1", "1", "2", "3"))

    def goes_on(self, asked_last: dict[str, str]) -> bool:
        """One look; whether they are still on the line."""
        leg = self.phone.leg
        if leg is None or leg.over:
            return False
        self._looks -= 1
        if self.phone.bridged_with:
            return True  # whoever speaks with them ends it
        if self._looks < 0 or (self._hangs_up_early and self._dice.happens(0.2)):
            self.phone.hang_up()
            return False
        if leg.wants_keys and (key := self._key(asked_last.get(leg.sid, ""))):
            self.phone.press(key)
        return True

    def _key(self, path: str) -> str:
        """What they press where the line has asked last."""
        place = path.partition("?")[0]
        if place == "voice":
            return "1"
        if place == "voice/language":
            return self._role
        if place == "voice/role":
            return self._code
        if place.startswith("callback"):
            return next(self._answers, "")
        return "1" if place.startswith("keys") else ""


def _hour(dice: Dice) -> int:
    left = dice.throw() * sum(_HOURLY)
    for hour, weight in enumerate(_HOURLY):
        left -= weight
        if left < 0:
            return hour
    return 0
