"""What is heard at one end of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Heard:
    """One thing a phone heard: words with their language, or the address of a sound."""

    text: str
    language: str
    sound: str
    at: datetime

    def __str__(self) -> str:
        return self.text
