"""How a prompt sounds: read aloud by a voice of the carrier's, or made of the programme's recordings.

A prompt without values is one recording, named like its key: `voice.greeting`. One with values is made of its words,
numbered, and of digits: `voice.code.1`, `digit.7`, `voice.code.2` and so on. Where a single piece is missing the whole
prompt is read aloud instead, and a language nobody reads aloud is offered only when nothing is missing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from app.errors import Misconfigured
from app.intake.wording import PROMPTS
from app.programme.schema import Programme
from app.telephony import twiml
from app.telephony.twiml import Verb, Voice

TO_STAFF: Final = ("page.", "screen.", "bridge.", "fallback.")
"""Prompts that only staff hear, or that stand in the carrier's own fallback: a caller's language needs none of them."""

OUTSIDE_TOO: Final = frozenset({"bridge.moment"})
"""Among those, what somebody outside may hear all the same."""

_BREATH: Final = ","
"""Between groups of digits, and not a piece that anybody could record."""

DIGITS: Final = frozenset(f"digit.{digit}" for digit in range(10))


@dataclass(frozen=True)
class Sound:
    """How the line sounds under one programme. `audio` is the address of the carrier door's recordings."""

    audio: str = ""
    voices: Mapping[str, Voice] = field(default_factory=dict)
    recordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _said: dict[tuple[str, str], Verb] = field(default_factory=dict, init=False, repr=False, compare=False)
    _spoken: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    _composed: dict[Hashable, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, programme: Programme, *, audio: str) -> Sound:
        """What the programme says of it."""
        voices = {language: Voice(voice.locale, voice.name) for language, voice in programme.voices.items()}
        return cls(audio, voices, programme.recordings)

    def prompt(self, language: str, key: str, **values: str) -> Verb:
        """One prompt, in the language it is written in. One without values is put together once."""
        if values:
            return self._made(language, key, values)
        known = self._said.get((language, key))
        if known is None:
            known = self._said[language, key] = self._made(language, key, {})
        return known

    def document(self, key: Hashable, compose: Callable[[], str]) -> str:
        """A whole document that is the same for everybody, with nothing in it about the one who hears it: put together
        once."""
        if key not in self._composed:
            self._composed[key] = compose()
        return self._composed[key]

    def _made(self, language: str, key: str, values: Mapping[str, str]) -> Verb:
        written_in = PROMPTS.nearest(language)
        recorded = self._recorded(written_in, key, values)
        if recorded:
            return recorded[0] if len(recorded) == 1 else twiml.in_turn(*recorded)
        return twiml.say(PROMPTS.say(written_in, key, **values), written_in, self._voice(written_in))

    def address(self, language: str, key: str) -> str | None:
        """Where a prompt without values can be fetched as one recording; None when there is none."""
        digest = self.recordings.get(PROMPTS.nearest(language), {}).get(key)
        return f"{self.audio}/{digest}" if digest else None

    def speaks(self, language: str) -> bool:
        """Whether a caller can hear everything in this language. Found out once."""
        if language not in self._spoken:
            self._spoken[language] = self._can_say_everything_in(language)
        return self._spoken[language]

    def _can_say_everything_in(self, language: str) -> bool:
        if PROMPTS.nearest(language) != language:
            return False
        return bool(self._voice_of_its_own(language)) or not missing(language, self.recordings.get(language, {}))

    def _voice(self, language: str) -> Voice | None:
        return self.voices.get(language) or (None if twiml.has_voice(language) else self.voices.get("sv"))

    def _voice_of_its_own(self, language: str) -> bool:
        return language in self.voices or twiml.has_voice(language)

    def _recorded(self, language: str, key: str, values: Mapping[str, str]) -> list[Verb]:
        """The recordings that make the prompt, in order; none when a piece of it was never recorded."""
        named = self.recordings.get(language)
        if not named:
            return []
        verbs: list[Verb] = []
        for piece in _pieces(language, key, values):
            if piece == _BREATH:
                verbs.append(twiml.pause(1))
            elif piece in named:
                verbs.append(twiml.play(f"{self.audio}/{named[piece]}"))
            else:
                return []
        return verbs


@lru_cache
def needed(language: str) -> frozenset[str]:
    """The names of all recordings that a caller's language is made of."""
    keys = (key for key in PROMPTS.keys("sv") if key in OUTSIDE_TOO or not key.startswith(TO_STAFF))
    return DIGITS.union(*(_names(language, key) for key in keys))


def missing(language: str, recorded: Mapping[str, str]) -> frozenset[str]:
    """What has to be recorded yet before a caller can hear everything in this language."""
    return needed(language) - recorded.keys()


def unspoken(programme: Programme) -> dict[str, frozenset[str]]:
    """The programme's languages that no caller is offered, each with the recordings it lacks; none where unwritten."""
    sound = Sound.of(programme, audio="")
    return {
        language: missing(language, programme.recordings.get(language, {}))
        if language in PROMPTS.languages
        else frozenset()
        for language in programme.programme.languages
        if not sound.speaks(language)
    }


def with_known_recordings(programme: Programme) -> Programme:
    """The same programme. Misconfigured when it has recordings that no prompt would ever use, each with its name."""
    wrong = [*_unspoken_languages(programme), *_unknown_names(programme)]
    if wrong:
        raise Misconfigured("\n  ".join(["the audio files and voices cannot be used:", *wrong]))
    return programme


def _unspoken_languages(programme: Programme) -> Iterator[str]:
    spoken = {*programme.programme.languages}.union(*(member.languages for member in programme.staff))
    for language in {*programme.recordings, *programme.voices} - (spoken & {*PROMPTS.languages}):
        yield f"{language} is not a language of this programme that prompts are written in"


def _unknown_names(programme: Programme) -> Iterator[str]:
    for language in programme.recordings.keys() & {*PROMPTS.languages}:
        known = DIGITS.union(*(_names(language, key) for key in PROMPTS.keys("sv")))
        for name in sorted(programme.recordings[language].keys() - known):
            yield f"{language}/{name} is not a prompt, a part of one or a digit"


def _names(language: str, key: str) -> set[str]:
    return {piece for piece in _pieces(language, key, {}) if piece != _BREATH}


def _pieces(language: str, key: str, values: Mapping[str, str]) -> Iterator[str]:
    """The names of what a prompt is made of, in order. Without `values`, of its words alone."""
    pieces = PROMPTS.pieces(language, key)
    if all(name is None for _, name in pieces):
        yield key
        return
    nth = 0
    for words, name in pieces:
        if any(sign.isalnum() for sign in words):
            nth += 1
            yield f"{key}.{nth}"
        for sign in values.get(name or "", ""):
            if not sign.isspace():
                yield _BREATH if sign == _BREATH else f"digit.{sign}"


NOW: Final[ContextVar[Sound]] = ContextVar("sound", default=Sound())  # noqa: B039 - it is frozen
"""How the line sounds while this webhook is answered. Like a locale: set at the door, asked for by every prompt."""
