"""What a visitor answered in the form: read, checked, and turned into an approach."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal, cast, get_args

from app.intake.approach import Approach, Callback, WayBack
from app.telephony.numbers import written_number
from app.vault.receipts import mark_of

LONGEST_MESSAGE: Final = 4_000
"""Characters. The form says so before anyone writes."""

Contact = Literal["call", "sms", "none"]
Hours = Literal["any", "day", "evening", "night"]
Role = Literal["self", "relative", "professional", "unknown"]

_NONCE = re.compile(r"[A-Za-z0-9_-]{43}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


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
    role: str = ""
    message: str = ""

    @classmethod
    def empty(cls) -> Answers:
        """A form nobody has touched, with the nonce that makes sending it twice one approach."""
        return cls(nonce=secrets.token_urlsafe(32))

    @classmethod
    def read(cls, posted: Mapping[str, str]) -> Answers:
        """What was posted, as text we can show again. A nonce that is not ours is replaced, never refused."""
        texts = {field.name: _plain(posted.get(field.name, "")) for field in fields(cls)}
        if not _NONCE.fullmatch(texts["nonce"]):
            texts["nonce"] = secrets.token_urlsafe(32)
        return cls(**texts)

    @property
    def wants_contact(self) -> bool:
        return self.contact in ("call", "sms")

    @property
    def reachable_number(self) -> str | None:
        """E.164, or None when what stands in the field cannot be called."""
        return written_number(self.number)

    def mistakes(self, *, nobodys: Collection[str] = frozenset()) -> list[Mistake]:
        """What has to be put right before it can be received, in the order of the page.

        `nobodys`: numbers (E.164) at which we would reach ourselves.
        """
        found = []
        if self.contact not in get_args(Contact):
            found.append(Mistake("contact", "form.error.contact", {}))
        if self.wants_contact and not self.number:
            found.append(Mistake("number", "form.error.number_missing", {}))
        elif self.wants_contact and self.reachable_number in {None, *nobodys}:
            found.append(Mistake("number", "form.error.number", {}))
        if self.wants_contact and self.hours not in get_args(Hours):
            found.append(Mistake("hours", "form.error.hours", {}))
        if (count := len(self.message)) > LONGEST_MESSAGE:
            found.append(Mistake("message", "form.error.message", {"count": count, "most": LONGEST_MESSAGE}))
        return found

    @property
    def token(self) -> str:
        """Secret, and the same only for the same words sent from the same page.

        Sending twice is then one approach; new words written on an old page are a new one, not lost. Without the
        nonce, which is kept nowhere, it confirms no guess about what was written.
        """
        written = "\x1f".join(getattr(self, field.name) for field in fields(self))
        return hmac.new(self.nonce.encode(), written.encode(), hashlib.sha256).hexdigest()

    def approach(self, *, language: str, way_back: WayBack) -> Approach:
        """The same in the words of the reception. Only for answers without mistakes."""
        return Approach(
            channel="form",
            source=mark_of(self.token),
            role=cast(Role, self.role if self.role in get_args(Role) else "unknown"),
            language=language,
            message=self.message or None,
            danger=bool(self.danger),
            way_back=way_back,
            callback=Callback(
                wish=cast(Contact, self.contact),
                number=self.reachable_number if self.wants_contact else None,
                hours=cast(Hours, self.hours if self.wants_contact else "any"),
            ),
        )


def _plain(text: str) -> str:
    """One kind of line break, no control characters, no blank edges."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
