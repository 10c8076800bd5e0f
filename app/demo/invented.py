"""The people whom colleagues meet in a practice. None of them exists; each comes in by a door of the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from app.intake.approach import Approach, Callback

Way = Literal["call", "hidden call", "text", "form"]


@dataclass(frozen=True)
class Invented:
    """Somebody, and the way they come. What they say when spoken with stands in `languages/`, on their card."""

    number: str
    """Of the numbers that belong to nobody."""

    way: Way
    words: str = ""
    callback: Callback | None = field(default=None)
    role: Literal["self", "relative", "professional", "unknown"] = "unknown"
    danger: bool = False

    def as_form(self, source: str) -> Approach:
        """What they wrote in the form, as the line receives it. `source` is this form's own mark."""
        return Approach(
            channel="form",
            source=source,
            language="sv",
            role=self.role,
            message=self.words,
            danger=self.danger,
            callback=self.callback,
        )


def _call_me(number: str, hours: Literal["any", "day", "evening", "night"]) -> Callback:
    return Callback(wish="call", number=number, hours=hours, voicemail=False)


PEOPLE: Final[Mapping[str, Invented]] = {
    "sam": Invented("+46701740650", "call"),
    "mother": Invented(
        "+46701740651", "text", words="Min son är 16 och har fått en jacka för 9000. Jag är rädd. Vad gör jag?"
    ),
    "alex": Invented(
        "+46701740652",
        "form",
        words="Jag vill bort. De säger att jag har en skuld. Ring när som helst, jag är ensam nu.",
        callback=_call_me("+46701740652", "any"),
        role="self",
        danger=True,
    ),
    "teacher": Invented(
        "+46701740653",
        "form",
        words="Jag är mentor i årskurs 9. En elev har slutat komma och vännerna säger att han kör åt någon.",
        callback=_call_me("+46701740653", "day"),
        role="professional",
    ),
    "silent": Invented("+46701740654", "hidden call"),
}
"""By the name of their card. Their words are data of the practice, and Swedish as most who call are."""
