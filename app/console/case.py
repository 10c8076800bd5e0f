"""The page of one case: the next right step on top, then everything that is known and not secret."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.cases.breaches import BREACH_REASONS
from app.cases.contents import REVEAL_REASONS
from app.cases.entries import entries_of
from app.cases.facts import ATTEMPT_OUTCOMES, CONTACT_CHANNELS, Content
from app.cases.letters import Words
from app.cases.models import Case
from app.cases.permissions import Hours, Only, may_contact
from app.cases.reach import may_seek
from app.console import sight
from app.console.alongside import alongside
from app.console.beside import beside, maybe_same
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, only
from app.console.dossier.glance import cover_of
from app.console.fit import fit_for
from app.console.forms import Chosen, at_a_tap, endings_for
from app.console.help_at_hand import help_for
from app.console.history import alarms, outcome
from app.console.joined import joined_with
from app.console.mail import Handed, mail_for
from app.console.next_step import WAYS, Leave, newest
from app.console.pad import pad_for
from app.console.panel import panel_for
from app.console.paper import Paper, paper_for
from app.console.questions import questions_for
from app.console.rows import row_of, ties_of
from app.console.shift import shift_for
from app.console.site import ASite
from app.console.stored import stored_for
from app.retention.due import stone_of
from app.staff.models import Person
from app.web import Now

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

OnCases = Annotated[SignedIn, only(*CASE_ROLES)]


@dataclass(frozen=True)
class Secret:
    """One number or message, and each time and way it was left. Shows nothing of itself in tracebacks."""

    kind: str
    text: str = field(repr=False)
    by: str = ""
    """Which colleague wrote it down."""

    left: list[tuple[datetime, str]] = field(default_factory=list)


@router.get("/cases/{reference}")
def show(reference: str, site: ASite, now: Now, who: OnCases) -> Response:
    """The case, after the log took note of who opened it. Unknown and not theirs: the same answer."""
    case = sight.look_at(site.db, reference, who, at=now)
    if case.reference != reference:
        return RedirectResponse(address(case), status_code=303)
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=now)
        return forgotten(session, case, paper) if case.is_forgotten else sheet(session, case, paper)


def forgotten(session: Session, case: Case, paper: Paper) -> HTMLResponse:
    """What is left of a case that was forgotten: that it was, when, and by which rule."""
    case = session.get_one(Case, case.id)
    return paper.show("forgotten", case=case, stone=stone_of(session, case))


def address(case: Case) -> str:
    """Where its page is."""
    return f"/console/cases/{case.reference}"


def shown_word(case: Case, who: SignedIn) -> str:
    """Proof that this session was shown the case while it waited: who comes second may then be told so."""
    return hmac.digest(who.csrf.encode(), f"shown|{case.id}".encode(), "sha256").hex()


def sheet(
    session: Session,
    case: Case,
    paper: Paper,
    *,
    chosen: Chosen | None = None,
    opened: Sequence[Secret] | None = None,
    locked_because: str = "",
    letters: Sequence[Words] | None = None,
    handed: Handed | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page. `opened` are its secrets, for the one answer they are shown in; `locked_because` why they are not.

    `letters` and `handed`, what was written and a receipt made just now, are shown in one answer as well.
    """
    case = session.get_one(Case, case.id)
    chosen = chosen or Chosen()
    is_open = not case.closure and not case.join
    return paper.show(
        "case",
        status=status,
        case=case,
        row=row_of(case, paper.who, paper.times, ties_of(session, paper.who), _leave(session, case, paper)),
        is_open=is_open,
        keeps=is_open and sight.keeps(case, paper.who),
        answers=is_open and sight.answers_for(case, paper.who),
        may_record=is_open and sight.may_record(case, paper.who),
        shown=shown_word(case, paper.who),
        chosen=chosen,
        opened=opened,
        locked_because=locked_because,
        closed_by=session.get_one(Person, case.closure.by_id).alias if case.closure else "",
        reasons=_reasons(case),
        channels=CONTACT_CHANNELS,
        outcomes=ATTEMPT_OUTCOMES,
        endings=endings_for(case),
        taps=at_a_tap(case, at=paper.times.now),
        permissions=_permissions(session, case, paper),
        alarms=alarms(session, case),
        page_outcome=outcome,
        maybe_same=maybe_same(session, case, paper.who),
        joined=joined_with(session, case),
        entries=entries_of(session, case),
        beside=beside(session, case, paper.who),
        panel=panel_for(session, case, paper),
        pad=pad_for(session, case, paper),
        mail=mail_for(session, case, paper),
        letters=letters,
        handed=handed,
        questions=questions_for(session, case, paper),
        fit=fit_for(session, case, paper),
        dossier=None if case.is_canary else cover_of(session, case),
        stored=stored_for(session, case, paper.who),
        senior=help_for(session, case, paper),
        alongside=alongside(session, case, paper),
        shift=shift_for(session, case, paper.who),
        may_explain=sight.may_explain(case, paper.who),
        breach_reasons=BREACH_REASONS,
    )


def _leave(session: Session, case: Case, paper: Paper) -> dict[str, Leave]:
    """Whether the person may be sought now: what the step on top says, and the button below it."""
    return {way: may_seek(session, case, way, at=paper.times.now) for way in WAYS}


@dataclass(frozen=True)
class Said:
    """What the person said about one way of contact, and what that means at this moment."""

    channel: str
    answer: str
    """`yes`, `no`, `opted_out` (the telephone itself refuses), `expired` or `not_asked`."""

    hours: Hours | None = None
    now: bool = False
    about: str = ""
    """Which number it is about: the kind of content, which says nothing of the number."""

    only: Only | None = None
    """What narrows the hours."""


def _permissions(session: Session, case: Case, paper: Paper) -> list[Said]:
    return [_said(session, case, channel, paper) for channel in ("call", "sms", "voicemail")]


def _said(session: Session, case: Case, channel: str, paper: Paper) -> Said:
    wish = newest(case.wishes, channel)
    if wish is None:
        return Said(channel, "not_asked")
    said = (permission for permission in case.permissions if permission.channel == channel)
    permission = max(said, key=lambda permission: (permission.at, not permission.allowed))
    if not wish.allowed:
        return Said(channel, "opted_out" if permission.by == "carrier" else "no")
    if wish.expires_at <= paper.times.now:
        return Said(channel, "expired")
    content = session.get(Content, permission.content_id) if permission.content_id else None
    local = paper.times.now.astimezone(paper.times.zone)
    now = may_contact(case.wishes, channel, local=local)
    return Said(channel, "yes", wish.hours, now, content.kind if content else "", wish.only)


def likely_reason(case: Case) -> str:
    """Why somebody most likely needs what is secret about the case."""
    return "agreed_call" if case.first_contact else "new_attempt" if case.attempts else "first_contact"


def _reasons(case: Case) -> Sequence[str]:
    """Why somebody may need to see the secrets, the likeliest first."""
    likely = likely_reason(case)
    return sorted(REVEAL_REASONS, key=lambda reason: reason != likely)
