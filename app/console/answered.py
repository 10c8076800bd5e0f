"""What a person answered besides their message, as sentences for whoever reads their case."""

from __future__ import annotations

from babel.dates import get_day_names

from app.cases import profile
from app.cases.permissions import EVERY_DAY, Only
from app.console.wording import say


def answered(language: str, text: str) -> list[tuple[str, str]]:
    """Question and answer of each thing that was answered; what a later version asked is left out."""
    said = profile.read(text).items()
    known = [(name, answer) for name, answer in said if name in profile.CHOSEN or name in profile.WRITTEN]
    return [(say(language, f"profile.{name}"), _in_words(language, name, answer)) for name, answer in known]


def only_then(language: str, only: Only | None) -> str:
    """The weekdays and times that narrow safe hours: `mån, ons, 14:00–16:00`. Empty where nothing does."""
    if only is None:
        return ""
    names = get_day_names("abbreviated", locale=language)
    days = [names[day - 1] for day in sorted(only.days)] if only.days != EVERY_DAY else []
    times = [f"{only.starts:%H:%M}–{only.ends:%H:%M}"] if only.starts != only.ends else []
    return ", ".join([*days, *times])


def _in_words(language: str, name: str, answer: str) -> str:
    if name in profile.WRITTEN:
        return answer
    return say(language, f"profile.{answer}" if answer in profile.YES_OR_NO else f"profile.{name}.{answer}")
