"""What a visitor answered in the form: read, checked, and turned into an approach."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time
from typing import Final, Literal, Self, cast, get_args

from app.cases import profile
from app.cases.doubts import Why
from app.cases.permissions import EVERY_DAY, Only, within
from app.cases.permissions import Hours as SafeHours
from app.intake.approach import Approach, Callback, WayBack
from app.intake.drawn import in_haste
from app.telephony.numbers import written_number
from app.vault.receipts import mark_of

LONGEST_MESSAGE: Final = 4_000
"""Characters. The form says so before anyone writes."""

LONGEST_TYPED: Final = 40_000
"""Characters (UTF-16 units) that a browser lets into the field at all. Ten times what is received: whoever pastes too
much gets all of it back, to shorten it, and it fits into `LARGEST_BODY` in any script."""

TRAP: Final = "homepage"
"""The field that no person sees, or is told to leave empty. A form in which it is filled in is received like any."""

Contact = Literal["call", "sms", "both", "none"]
Hours = Literal["any", "day", "evening", "night"]
Role = Literal["self", "relative", "professional", "unknown"]

_TOLD: Final = (*profile.CHOSEN, *profile.WRITTEN)
_HOURS: Final = frozenset(str(hour) for hour in range(24))
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NONCE = re.compile(r"[A-Za-z0-9_-]{43}(\.[0-9a-f]{8,12}\.[0-9a-f]{32})?", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]")  # and what turns all letters round


@dataclass(frozen=True)
class Mistake:
    """One thing to put right: the field it stands at, and the sentence that says how."""

    field: str
    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, repr=False)
class Answers:
    """The form as it came, so that nothing typed is lost when something has to be put right. Shows nothing in repr."""

    nonce: str = ""
    danger: str = ""
    contact: str = ""
    number: str = ""
    hours: str = ""
    since: str = ""
    until: str = ""
    voicemail: str = ""
    role: str = ""
    message: str = ""
    days: str = ""
    """The weekdays ticked, `135` for Monday, Wednesday and Friday; none: every day."""

    told: Mapping[str, str] = field(default_factory=dict)
    """What was answered of `app.cases.profile`, by question."""

    @classmethod
    def empty(cls, *, nonce: str = "", role: str = "") -> Self:
        """A form nobody has touched, with the nonce that makes sending it twice one approach (`drawn.mark`)."""
        return cls(nonce=nonce or secrets.token_urlsafe(32), role=role)

    @classmethod
    def read(cls, posted: Mapping[str, str]) -> Self:
        """What was posted, as text we can show again. A nonce that is not ours is replaced, never refused."""
        alone = [one.name for one in fields(cls) if one.name not in ("days", "told")]
        answers = cls(
            **{name: _plain(posted.get(name, "")) for name in alone},
            days="".join(str(day) for day in sorted(EVERY_DAY) if posted.get(f"day_{day}")),
            told={name: answer for name in _TOLD if (answer := _told(posted, name))},
        )
        return answers if _NONCE.fullmatch(answers.nonce) else replace(answers, nonce=secrets.token_urlsafe(32))

    @property
    def wants_contact(self) -> bool:
        return self.contact in ("call", "sms", "both")

    @property
    def reachable_number(self) -> str | None:
        """E.164, or None when what stands in the field cannot be called."""
        return written_number(self.number)

    def mistakes(self, *, nobodys: Collection[str] = frozenset()) -> list[Mistake]:
        """What has to be put right before it can be received, in the order of the page.

        `nobodys`: numbers (E.164) at which we would reach ourselves.
        """
        return [*self._about_contact(nobodys), *self._about_hours(), *self._about_length()]

    def _about_contact(self, nobodys: Collection[str]) -> Iterator[Mistake]:
        if self.contact not in get_args(Contact):
            yield Mistake("contact", "form.error.contact", {})
        if self.wants_contact and not self.number:
            yield Mistake("number", "form.error.number_missing", {})
        elif self.wants_contact and self.reachable_number in {None, *nobodys}:
            yield Mistake("number", "form.error.number", {})

    def _about_hours(self) -> Iterator[Mistake]:
        if self.wants_contact and self.hours not in get_args(Hours):
            yield Mistake("hours", "form.error.hours", {})
        if self.wants_contact and not self._times_are_whole:
            yield Mistake("since", "form.error.times", {})
        elif self.wants_contact and self.since and not self._ever_comes:
            yield Mistake("since", "form.error.never", {})

    def _about_length(self) -> Iterator[Mistake]:
        for name, most in profile.WRITTEN.items():
            if len(self.told.get(name, "")) > most:
                yield Mistake(name, "form.error.long", {"most": most})
        if (count := len(self.message)) > LONGEST_MESSAGE:
            yield Mistake("message", "form.error.message", {"count": count, "most": LONGEST_MESSAGE})

    @property
    def _times_are_whole(self) -> bool:
        """Both ends of the safe time, or neither."""
        return not (self.since or self.until) or {self.since, self.until} <= _HOURS

    @property
    def _ever_comes(self) -> bool:
        """Whether any hour of a day lies both in the part of it and between the times."""
        starts, ends = int(self.since), int(self.until)
        between = {hour % 24 for hour in range(starts, ends if ends > starts else ends + 24)}
        part = SafeHours(self.hours) if self.hours in get_args(Hours) else SafeHours.ANY
        return any(within(part, _ANY_DAY.replace(hour=hour)) for hour in between)

    @property
    def token(self) -> str:
        """Secret, and the same only for the same words sent from the same page.

        Sending twice is then one approach; new words written on an old page are a new one, not lost. Without the
        nonce, which is kept nowhere, it confirms no guess about what was written.
        """
        alone = [str(getattr(self, one.name)) for one in fields(self) if one.name != "told"]
        written = "\x1f".join([*alone, *(f"{name}={answer}" for name, answer in sorted(self.told.items()))])
        return hmac.new(self.nonce.encode(), written.encode(), hashlib.sha256).hexdigest()

    @property
    def besides(self) -> str | None:
        """What was told besides, as one text to be sealed."""
        return profile.written_down(self.told)

    def doubt(self, drawn: datetime | None, *, at: datetime) -> Why | None:
        """Why a machine may have sent it, if something says so. `drawn`: when the form was, by our own word."""
        if "machine" in self.told:
            return "trap"
        return "haste" if in_haste(drawn, at=at) else None

    def approach(self, *, language: str, way_back: WayBack | None, doubt: Why | None = None) -> Approach:
        """The same in the words of the reception. Only for answers without mistakes."""
        return Approach(
            channel="form",
            source=mark_of(self.token),
            role=cast(Role, self.role if self.role in get_args(Role) else "unknown"),
            language=language,
            message=self.message or None,
            profile=self.besides,
            danger=bool(self.danger),
            doubt=doubt,
            way_back=way_back,
            callback=self._callback(),
        )

    def _callback(self) -> Callback:
        if not self.wants_contact:
            return Callback(wish="none", number=None)
        return Callback(
            wish=cast(Contact, self.contact),
            number=self.reachable_number,
            hours=cast(Hours, self.hours),
            only=self._only(),
            voicemail=self.voicemail == "yes" if self.voicemail in profile.YES_OR_NO else None,
            through_the_line=self.told.get("caller_id") != "hidden",
        )

    def _only(self) -> Only | None:
        """Weekdays and times, where the person narrowed the hours by them."""
        if not (self.days or self.since):
            return None
        days = frozenset(int(day) for day in self.days) or EVERY_DAY
        return Only(days, time(int(self.since or 0)), time(int(self.until or 0)))


class AtWork(Answers):
    """What a professional answered: they are called through their authority's own switchboard, on no number of theirs.

    A number given in a form may be anybody's; the handler looks the switchboard up (`safety.md` section 9).
    """

    @property
    def wants_contact(self) -> bool:
        return self.contact == "call"

    @property
    def reachable_number(self) -> None:
        return None

    def _about_contact(self, nobodys: Collection[str]) -> Iterator[Mistake]:
        if self.contact not in ("call", "none"):
            yield Mistake("contact", "work.error.contact", {})
        if self.wants_contact and not self.told.get("authority"):
            yield Mistake("authority", "work.error.authority", {})


def _told(posted: Mapping[str, str], name: str) -> str:
    if name == "machine":
        return "likely" if posted.get(TRAP) else ""
    return _plain(posted.get(name, ""))


def _plain(text: str) -> str:
    """One kind of line break, no control characters, no blank edges."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
