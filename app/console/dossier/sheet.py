"""Turning a sheet: the entry is committed, then the case opens, then something may be written, then it is shown.

A deed on a sheet answers with the sheet anew, so that nobody opens a case twice to see what they wrote. What was typed
stays on the page until it can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from starlette.responses import Response

from app.cases.models import Case
from app.cases.queries import locked
from app.console import sight
from app.console.case import likely_reason
from app.console.deeds import kept_case
from app.console.doors import SignedIn
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.reading import Reading, opened
from app.console.dossier.words import WORDS
from app.console.opening import NotLetIn
from app.console.paper import Paper, paper_for
from app.console.reveal import why_shut
from app.console.site import Site
from app.db import new_id
from app.errors import BadInput, DygnetError
from app.logs import Log
from app.routing.disclosures import SECRECY
from app.staff.keys_session import Locked

_log = Log("dossier")


class Sheet(StrEnum):
    """The six, as they are named in the log."""

    SCREENING = "screening"
    ROUTE = "route"
    LEAVING = "leaving"
    CHILDREN = "children"
    FOLLOW_UP = "follow_up"
    TO_DO = "to_do"


Shown = Callable[[Reading, Posted], Mapping[str, object]]
"""What a sheet shows: the values of its page, for what was typed when something is wrong with it."""

Deed = Callable[[Reading], Mistakes]
"""Writes, or says what is wrong and writes nothing."""

SHOWN: Final[dict[Sheet, Shown]] = {}
"""Each sheet says here what it shows."""


def turn(
    site: Site,
    reference: str,
    who: SignedIn,
    sheet: Sheet,
    *,
    at: datetime,
    write: Deed | None = None,
    posted: Posted | None = None,
) -> Response:
    """Open a sheet for whoever has the case, and do what they ask on it."""
    case = _noted(site, reference, who, sheet, at=at)
    posted, wrong = posted or {}, {}
    try:
        if write and case.is_over:
            wrong = {"closed": "mistake.closed"}
        elif write:
            wrong = _written(site, case.case, who, write, at=at)
        with site.db.reading() as session:
            whole = session.get_one(Case, case.case.id)
            with opened(session, whole, site, who, at=at) as reading:
                values = SHOWN[sheet](reading, posted if wrong else {})
                paper = paper_for(session, site, who, at=at)
                return page(paper, f"dossier/{sheet}", whole, mistakes=wrong, status=422 if wrong else 200, **values)
    except DygnetError as problem:
        return shut(site, case.case, who, problem, posted, at=at)


class _Noted:
    """A case that may be opened now."""

    def __init__(self, case: Case) -> None:
        self.case, self.is_over = case, bool(case.closure or case.join)


def _noted(site: Site, reference: str, who: SignedIn, sheet: Sheet, *, at: datetime) -> _Noted:
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=at)
        if case:
            case.log("case.revealed", by=who.alias, at=at, because=likely_reason(case), what=sheet.value, via="dossier")
            if sheet == Sheet.ROUTE:
                case.log("route.proposed", by=who.alias, at=at)
            return _Noted(case)
    raise sight.no_such_case()


def _written(site: Site, case: Case, who: SignedIn, write: Deed, *, at: datetime) -> Mistakes:
    with site.db.transaction() as session:
        whole = locked(session, case.id)
        with opened(session, whole, site, who, at=at) as reading:
            return write(reading)


def page(paper: Paper, name: str, case: Case | None, *, status: int = 200, **values: object) -> Response:
    """A page of the dossier."""
    tell = partial(WORDS.say, paper.who.language)
    return paper.show(name, status=status, case=case, tell=tell, once=new_id(), secrecy=SECRECY, **values)


def shut(site: Site, case: Case, who: SignedIn, problem: DygnetError, posted: Posted, *, at: datetime) -> Response:
    """Nothing opens here now, or not for them; what they typed is handed back."""
    if isinstance(problem, BadInput):
        sentence, status = "mistake.overtaken", 409
    elif isinstance(problem, (Locked, NotLetIn)):
        sentence, status = why_shut(problem), problem.status
    else:
        _log.error("a case's papers do not open", problem=problem, reference=case.reference)
        sentence, status = "reveal.cannot_open", problem.status
    typed = {name: value for name, value in posted.items() if value and name not in ("csrf", "mark", "sheet")}
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=at)
        return page(paper, "dossier/shut", case, status=status, sentence=sentence, typed=typed)
