"""A process sounds as the programme in force says, and goes on speaking when it cannot know."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.db import Database
from app.intake.audio import FRESH_FOR, Tuning
from app.intake.sound import NOW, Sound

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Clock:
    """Stands where it is put."""

    speed = 1.0

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


class Counted(Database):
    """Counts how often it is looked into."""

    looks = 0

    def reading(self):
        self.looks += 1
        return super().reading()


def tuned(tuning: Tuning) -> Sound:
    async def listen() -> Sound:
        await tuning.tune_in()
        return NOW.get()

    return asyncio.run(listen())


def test_without_a_database_the_carriers_usual_voices_speak(tmp_path: Path) -> None:
    sound = tuned(Tuning(Database(f"sqlite:///{tmp_path / 'empty.db'}"), Clock(), audio="https://x.example.org"))

    assert str(sound.prompt("sv", "page.goodbye")) == '<Say language="sv-SE">Hej då.</Say>'


def test_it_looks_once_in_ten_seconds_and_again_when_the_clock_was_put_back(tmp_path: Path) -> None:
    clock, db = Clock(), Counted(f"sqlite:///{tmp_path / 'empty.db'}")
    tuning = Tuning(db, clock, audio="https://x.example.org")
    looks = []
    for passed in (timedelta(0), FRESH_FOR / 2, FRESH_FOR, FRESH_FOR * 1.5, timedelta(0)):
        clock.at = START + passed
        tuned(tuning)
        looks.append(db.looks)

    assert looks == [1, 1, 2, 2, 3]
