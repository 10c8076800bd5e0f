"""Practice: the whole line as it is in earnest, with invented people, in a house that can reach nobody.

It is no switch in the real one, which could be forgotten or turned by mistake. It is a process of its own with a
database, keys, a log and a telephone company of its own, in a folder of its own, and everything it shows says so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from app.audit.log import record
from app.demo.invented import PEOPLE
from app.demo.lesson import AT, create_lesson
from app.demo.marked import WORD, Marked
from app.demo.stage import HOST, Stage, play, stage

FOLDER: Final = Path("var/practice")


def practise(*, port: int, fresh: bool, folder: Path = FOLDER, say: Callable[[str], None] = print) -> None:
    """Run until Ctrl-C. What was practised stays for the next time; `fresh` begins anew."""
    with stage(folder, port=port, speed=1.0, fresh=fresh, practice=True) as here:
        begin(here)
        house, telephones = marked_house(here), Marked(here.telephones(callers=_numbers()))
        play(here, [(house, port), (telephones, port + 1)], lambda: say(_welcome(here)))


def begin(here: Stage) -> None:
    """Say in every text what this is, and in the log: whoever is ever shown it, or a part of it, can see which kind."""
    here.exchange.preface = f"{WORD}. "
    with here.db.transaction() as session:
        record(session, at=here.clock.now(), by="operator", action="practice.began")


def marked_house(here: Stage) -> ASGIApp:
    """The line's own doors and the lesson's, all of them marked."""
    line, lesson = here.line(), create_lesson(here)

    async def house(scope: Scope, receive: Receive, send: Send) -> None:
        behind = lesson if scope.get("path", "").startswith(AT) else line
        await behind(scope, receive, send)

    return Marked(house)


def _numbers() -> tuple[str, ...]:
    return tuple(person.number for person in PEOPLE.values())


def _welcome(here: Stage) -> str:
    site = here.settings.public_url
    return f"""
{WORD}. Every case here is invented, and nobody outside this machine is reached.

  Begin here       {site}{AT}
  The telephones   http://{HOST}:{here.port + 1}/

Sign in as whoever you want to be, choose whom to meet, and take the case. Ctrl-C stops; what was practised stays.
"""
