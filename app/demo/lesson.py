"""The page from which a practice is led: sign in as somebody, choose whom to meet, read what the other one says."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.catalogue import Catalogue
from app.console.doors import from_our_pages
from app.console.session import preferred
from app.db import new_id
from app.demo.invented import PEOPLE, Invented
from app.demo.stage import HOST, Stage, a_link_for
from app.equipment import desk_for
from app.errors import NoSuchPage
from app.intake import reception
from app.programme.apply import current
from app.staff.directory import by_alias, everyone
from app.staff.roles import CASE_ROLES, Role
from app.vault.keyring import Keyring
from app.web import Pages, Problem, new_face

SENTENCES: Final = Catalogue(Path(__file__).parent / "languages")
AT: Final = "/practice/"

_PAGES = Pages(Path(__file__).parent / "pages")
_WORD = Annotated[str, Form(max_length=64)]


def create_lesson(here: Stage) -> FastAPI:
    """The app behind `/practice/`. It hands out sign-ins to whoever asks: in a practice nobody can read of anybody."""
    desk = desk_for(Keyring.load(here.settings.keys_dir, private=("index",)))
    face = new_face(db=here.db, clock=here.clock, public_url=here.settings.public_url, problem_page=_problem_page)

    @face.get(AT)
    def look(request: Request, played: str = "") -> Response:
        """The page. `played` is whom one has just asked for."""
        with here.db.reading() as session:
            return _page(here, session, request, played)

    @face.post(AT + "people", dependencies=[Depends(from_our_pages)])
    def meet(who: Annotated[_WORD, Form()]) -> Response:
        """Have an invented person call, text or write."""
        person = PEOPLE.get(who)
        if person is None:
            raise NoSuchPage("There is nobody of that name.")
        with here.db.transaction() as session:
            record(session, at=here.clock.now(), by="operator", action="practice.played")
            if person.way == "form":
                reception.receive(session, desk, person.as_form(f"practice:{new_id()}"), at=here.clock.now())
        _call_or_text(here, person)
        return RedirectResponse(f"{AT}?played={who}#played", status_code=303)

    @face.post(AT + "sign-in", dependencies=[Depends(from_our_pages)])
    def become(alias: Annotated[_WORD, Form()]) -> Response:
        """On to choosing a passphrase, as whichever colleague one wants to be."""
        with here.db.transaction() as session:
            person = by_alias(session, alias)
            link = a_link_for(session, person, "") if person else ""
        if not link:
            raise NoSuchPage("There is no colleague of that name.")
        return RedirectResponse(link, status_code=303)

    return face


def _page(here: Stage, session: Session, request: Request, played: str) -> Response:
    language = preferred(request)
    colleagues = [one for one in everyone(session) if {*one.roles} - {Role.INTERPRETER}]
    colleagues.sort(key=lambda one: not {*one.roles}.intersection(CASE_ROLES))
    return _PAGES.answer(
        "lesson.html",
        language=language,
        say=partial(SENTENCES.say, language),
        at=AT,
        people=PEOPLE,
        played=played if played in PEOPLE else "",
        colleagues=colleagues,
        line=current(session).programme.numbers[0],
        telephones=f"http://{HOST}:{here.port + 1}/",
    )


def _call_or_text(here: Stage, person: Invented) -> None:
    """What comes through the telephone company comes as it does in earnest. Who is on a call already calls no more."""
    phone, line = here.exchange.phone(person.number), next(iter(here.exchange.lines))
    if person.way == "text":
        phone.text(line, person.words)
    elif person.way in ("call", "hidden call") and not phone.on_a_call:
        phone.call(line, withheld=person.way == "hidden call")


def _problem_page(request: Request, problem: Problem) -> Response:
    language = preferred(request)
    kind = "broken" if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "missing"
    say = partial(SENTENCES.say, language)
    return _PAGES.answer("lesson_problem.html", status=problem.status, language=language, say=say, kind=kind, at=AT)
