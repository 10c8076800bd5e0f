"""Sounds as small as they can be, and what a programme needs to be heard in a language that nobody reads aloud."""

from __future__ import annotations

from pathlib import Path

from app.intake import sound
from tests import people

MP3 = bytes.fromhex("fffb9064") + bytes(12)
MP3_WITH_TAGS = b"ID3\x04\x00" + bytes(11)
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(8)

HEARD = people.PROGRAMME.replace(f'numbers = ["{people.LINE}"]', f'numbers = ["{people.LINE}"]\naudio = "audio"')


def recorded(folder: Path, language: str, *, without: str = "") -> dict[str, bytes]:
    """Record everything a caller hears in this language, each sound unlike every other, beside a programme file."""
    named = {name: MP3 + name.encode() for name in sorted(sound.needed(language)) if name != without}
    place = folder / "audio" / language
    place.mkdir(parents=True, exist_ok=True)
    for name, content in named.items():
        (place / f"{name}.mp3").write_bytes(content)
    return named
