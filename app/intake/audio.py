"""The carrier fetches a recording: the only carrier door that anybody may knock on, for what a public line says aloud.

Its address is the digest of what is in it, so it never changes, and whoever has not heard it cannot guess it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Final, cast

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from app.clock import Clock
from app.db import Database
from app.errors import Misconfigured, NoSuchPage
from app.intake import sound
from app.intake.sound import Sound
from app.programme.apply import current
from app.programme.models import Recording
from app.web import FOREVER, Db

router = APIRouter(prefix="/carrier/audio")

KINDS: Final = {"mp3": "audio/mpeg", "wav": "audio/wav"}
FRESH_FOR: Final = timedelta(seconds=10)
"""How long after `dygnet apply` a process may still sound as before."""


@router.get("/{digest}")
def recording(db: Db, digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    """One recording. The same answer for one that was never made and one that is no longer used."""
    with db.reading() as session:
        found = session.get(Recording, digest)
    if found is None:
        raise NoSuchPage("There is no such recording.")
    return Response(found.content, media_type=KINDS[found.kind], headers={"cache-control": FOREVER})


class Tuning:
    """Keeps a process sounding as the programme in force says, at the cost of one look every ten seconds."""

    def __init__(self, db: Database, clock: Clock, *, audio: str) -> None:
        """`audio`: the address below which `recording` answers."""
        self._db = db
        self._clock = clock
        self._audio = audio
        self._sound = Sound(audio)
        self._looked_at: datetime | None = None

    async def tune_in(self) -> None:
        """Let everything that is said while this webhook is answered sound so."""
        now = self._clock.now()
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < FRESH_FOR:
            await run_in_threadpool(self._look)
            self._looked_at = now
        sound.NOW.set(self._sound)

    def _look(self) -> None:
        """A database that does not answer may not keep a caller from hearing something."""
        with suppress(SQLAlchemyError, OSError, Misconfigured), self._db.reading() as session:
            self._sound = Sound.of(current(session), audio=self._audio)


async def tuned_in(request: Request) -> None:
    """Every carrier route depends on it."""
    await cast(Tuning, request.app.state.tuning).tune_in()
