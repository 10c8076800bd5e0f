"""Log control: readings that somebody should look at, for the reviewer; and for those who oversee, what was unusual.

Nothing here opens a case, names one by its reference, or counts what anybody did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit import trees
from app.audit.log import record
from app.console.doors import CONTROL_ROLES, LOG_ROLES, OVERSEERS, SignedIn, deed, from_our_pages, only
from app.console.log import LARGEST_ID
from app.console.paper import Paper, paper_for
from app.console.site import ASite, Site
from app.console.wording import meaning
from app.control import baits, review, standing
from app.control.baits import LONGEST
from app.control.models import ControlReading
from app.control.words import FINDINGS, SAMPLED, STEPS, WHYS
from app.errors import AlreadyTaken, BadInput, NoSuchPage
from app.web import Now, Posted

router = APIRouter(prefix="/console/control", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/control"
AT_MOST: Final = 50
"""Readings on a page: the rest comes when these are reviewed."""


@dataclass(frozen=True)
class Row:
    """One reading, as a reviewer sees it: by pseudonym, alias and codes."""

    leaf: int
    """Its place in the log."""

    named: str
    """The leaf, as auditors know it."""

    at: datetime
    by: str
    meaning: str
    because: str
    about: str
    whose: Sequence[str]
    """Everybody whose the case ever was."""

    whys: Sequence[str]
    due_at: datetime
    finding: str = ""
    step: str = ""
    reviewed_by: str = ""


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*CONTROL_ROLES)]) -> Response:
    """What waits to be reviewed. Looking at it is a reading of the log."""
    with site.db.transaction() as session:
        _note_reading(session, who, at=now)
    with site.db.reading() as session:
        return _page(session, site, who, at=now)


@router.post("/reviews/{leaf}")
def write_down(
    leaf: Annotated[int, Path(ge=0, le=LARGEST_ID)],
    site: ASite,
    now: Now,
    who: Annotated[SignedIn, deed(*LOG_ROLES)],
    posted: Posted,
) -> Response:
    """What the reviewer found. Their own readings are a colleague's to review."""
    finding, step = posted.get("finding", ""), posted.get("step", "")
    mistake = ""
    try:
        with site.db.transaction() as session:
            review.review(session, leaf, by=who.alias, finding=finding, step=step, at=now)
    except BadInput:
        mistake = _what_is_missing(finding, step)
    except AlreadyTaken:
        mistake = "reviewed"
    except NoSuchPage:
        with site.db.transaction() as session:
            record(session, at=now, by=who.alias, action="access.refused", outcome="refused", because="review")
        raise
    if not mistake:
        return RedirectResponse(HERE, status_code=303)
    with site.db.reading() as session:
        return _page(session, site, who, at=now, mistake=mistake, about=leaf, chosen=posted)


@router.post("/baits")
def plant(site: ASite, now: Now, who: Annotated[SignedIn, deed(*OVERSEERS)], posted: Posted) -> Response:
    """Write a case that nobody has reason to open. No answer and no entry says afterwards which one it is."""
    words = posted.get("words", "").replace("\r\n", "\n")
    try:
        with site.db.transaction() as session:
            baits.plant(session, words, by=who.person(session), keyring=site.keyring, at=now)
    except BadInput:
        with site.db.reading() as session:
            return _page(session, site, who, at=now, mistake="words", chosen={"words": words[:LONGEST]})
    return RedirectResponse(f"{HERE}#baits", status_code=303)


def _page(
    session: Session,
    site: Site,
    who: SignedIn,
    *,
    at: datetime,
    mistake: str = "",
    about: int | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Response:
    paper, reviews, oversees = paper_for(session, site, who, at=at), who.may(*LOG_ROLES), who.may(*OVERSEERS)
    waiting = [one for one in review.waiting(session, who.alias) if reviews or _is_flagged(one)]
    return paper.show(
        "control",
        status=422 if mistake else 200,
        mistake=mistake,
        about=about,
        chosen=chosen or {},
        reviews=reviews,
        rows=[_row(session, one, paper) for one in waiting[:AT_MOST]],
        more=max(0, len(waiting) - AT_MOST),
        own=review.own(session, who.alias) if reviews else 0,
        overdue=review.overdue(session, at=at),
        done=[_row(session, one, paper) for one in review.done(session, most=AT_MOST)] if reviews else [],
        findings=FINDINGS,
        steps=STEPS,
        baits=baits.count(session, site.keyring.index_keys.values()) if oversees else None,
        longest=LONGEST,
    )


def _row(session: Session, reading: ControlReading, paper: Paper) -> Row:
    said = reading.review
    return Row(
        leaf=reading.leaf,
        named=str(trees.leaf_at(trees.every(session), reading.leaf)),
        at=reading.at,
        by=reading.by,
        meaning=meaning(paper.who.language, reading.action),
        because=reading.because,
        about=reading.about,
        whose=standing.whose(session, reading.about),
        whys=sorted((hit.why for hit in reading.hits), key=WHYS.index),
        due_at=review.due_at(reading),
        finding=said.finding if said else "",
        step=said.step if said else "",
        reviewed_by=said.by if said else "",
    )


def _is_flagged(reading: ControlReading) -> bool:
    """Whether a rule met it: a sample is the reviewer's alone."""
    return any(hit.why != SAMPLED for hit in reading.hits)


def _what_is_missing(finding: str, step: str) -> str:
    if finding not in FINDINGS:
        return "finding"
    return "step" if step not in STEPS else "nothing_follows"


def _note_reading(session: Session, who: SignedIn, *, at: datetime) -> None:
    role = who.in_role(*CONTROL_ROLES)
    record(session, at=at, by=who.alias, role=role, action="log.read", what="control")
