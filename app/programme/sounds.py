"""The audio files that a programme brings along: found beside its file, and checked.

    audio/so/voice.greeting.mp3      the prompt `voice.greeting` in Somali
    audio/so/voice.code.1.wav        the first words of a prompt that holds a value
    audio/so/digit.7.mp3             a digit, for the values

Which prompts there are is not known in this room; whoever brings the programme in asks `app/intake/sound.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from app.errors import Misconfigured

LARGEST: Final = 1024 * 1024
"""Bytes. Two minutes of speech as MP3 of 64 kbit/s, or a minute as telephone WAV."""

_ID3, _RIFF, _WAVE = b"ID3", b"RIFF", b"WAVE"
_FRAME = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xef]", re.DOTALL)
"""How a frame of MPEG audio begins: in sync, layer III, with a bitrate (ISO 11172-3, section 2.4.1.3)."""


class Sound(NamedTuple):
    """What is in a file: `kind` is mp3 or wav, `digest` its SHA-256 in hex."""

    kind: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


Sounds = dict[str, dict[str, Sound]]
"""By language and name: a prompt's key, a part of it, or a digit."""


def found(folder: Path) -> Sounds:
    """The sounds in a folder that has one folder for each language. Misconfigured, with every mistake in it."""
    if not folder.is_dir():
        raise Misconfigured(f"programme.audio: there is no folder {folder}")
    sounds: Sounds = {}
    wrong: list[str] = []
    for path in _visible(folder):
        if path.is_dir():
            sounds[path.name] = _of_one_language(path, wrong)
        else:
            wrong.append(f"{path} stands outside a language's folder; put it in, for example, {folder / 'sv'}")
    if wrong:
        raise Misconfigured("\n  ".join(["the audio files cannot be used:", *wrong]))
    return {language: named for language, named in sounds.items() if named}


def kind_of(content: bytes) -> str | None:
    """`mp3` or `wav`, by how the file begins; None for anything else, whatever it is called."""
    if content[:4] == _RIFF and content[8:12] == _WAVE:
        return "wav"
    return "mp3" if content.startswith(_ID3) or _FRAME.match(content) else None


def _of_one_language(folder: Path, wrong: list[str]) -> dict[str, Sound]:
    sounds: dict[str, Sound] = {}
    for path in _visible(folder):
        if complaint := _complaint(path, taken=path.stem in sounds):
            wrong.append(f"{path} {complaint}")
        else:
            content = path.read_bytes()
            sounds[path.stem] = Sound(path.suffix[1:], content)
    return sounds


def _complaint(path: Path, *, taken: bool) -> str:
    """What is wrong with one file, or nothing."""
    if not path.is_file() or path.suffix not in (".mp3", ".wav"):
        return "is not an audio file; use .mp3 or .wav, in lower case"
    if taken:
        return "is there twice, as .mp3 and as .wav; keep one of them"
    if path.stat().st_size > LARGEST:
        return f"is larger than {LARGEST // 1024} kB; save it in mono, for a telephone"
    if kind_of(path.read_bytes()) != path.suffix[1:]:
        return f"is not {path.suffix[1:].upper()} inside, whatever it is called; save it anew in that format"
    return ""


def _visible(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))
