"""The log, for the auditor: how it stands, what it says, part of it to take away, and that somebody verified it."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit import log, sequencer
from app.audit.actions import ACTIONS
from app.audit.anchors_models import AuditVerification
from app.audit.excerpt import excerpt
from app.audit.impersonal import Plain
from app.audit.models import AuditCheckpoint
from app.audit.note import BadNote, unbase64
from app.console.doors import LOG_ROLES, SignedIn, deed, from_our_pages, only
from app.console.log_asked import REASONS, Asked, asked
from app.console.log_entries import entries, how_it_stands, older, verifier_keys
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.console.wording import meaning
from app.errors import BadInput
from app.programme.apply import current
from app.staff.roles import Role
from app.web import Now, Posted

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/log"
LARGEST_ID: Final = 2**63 - 1
MOST: Final = 5000
"""Entries that are taken away from the page at once; the command has no such limit."""

AnAuditor = Annotated[SignedIn, only(*LOG_ROLES)]
AnAuditorsDeed = Annotated[SignedIn, deed(*LOG_ROLES)]


@router.get("/log")
def show(
    request: Request,
    site: ASite,
    now: Now,
    who: AnAuditor,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Response:
    """The latest entries, or those that are asked for. What is asked for, and why, is an entry before it is shown."""
    with site.db.reading() as session:
        wanted = asked(request.query_params, current(session).zone)
    with site.db.transaction() as session:
        _note_reading(session, who, wanted, at=now)
    with site.db.reading() as session:
        return _page(session, site, who, wanted, at=now, before=before)


@router.post("/log/exports")
def take_away(site: ASite, now: Now, who: AnAuditorsDeed, posted: Posted) -> Response:
    """What is asked for as a folder in a zip, each entry with its proof against the latest signature."""
    with site.db.reading() as session:
        wanted = asked(posted, current(session).zone, always_because=True)
        head = sequencer.latest_checkpoint(session)
        vkeys = [str(key) for key in verifier_keys(head, site.keyring, given=True)] if head else []
    problem = wanted.mistake
    if not problem:
        try:
            packed = _packed(site, who, wanted, vkeys, at=now)
        except BadInput:
            problem = "too_many" if head else "unsigned"
    if problem:
        with site.db.reading() as session:
            return _page(session, site, who, wanted, at=now, mistake=problem)
    name = f'attachment; filename="dygnet-log-{now:%Y-%m-%d-%H%M%S}.zip"'
    return Response(packed, media_type="application/zip", headers={"content-disposition": name})


@router.post("/log/verifications")
def verified(site: ASite, now: Now, who: AnAuditorsDeed, posted: Posted) -> Response:
    """The auditor verified an export outside, up to this checkpoint. One that we never signed is an alarming answer."""
    said = posted.get("checkpoint", "")
    with site.db.transaction() as session:
        checkpoint = _signed(session, said)
        outcome = "done" if checkpoint else "refused"
        facts: dict[str, Plain] = {"size": checkpoint.size} if checkpoint else {}
        role = who.in_role(*LOG_ROLES)
        log.write(session, at=now, by=who.alias, role=role, action="log.verified", outcome=outcome, facts=facts)
        if checkpoint:
            session.add(AuditVerification(checkpoint_id=checkpoint.id, by=who.alias, at=now))
    if checkpoint:
        return RedirectResponse(HERE, status_code=303)
    with site.db.reading() as session:
        wanted = asked({}, current(session).zone)
        return _page(session, site, who, wanted, at=now, mistake="checkpoint", typed=said[:1000])


def _page(
    session: Session,
    site: Site,
    who: SignedIn,
    wanted: Asked,
    *,
    at: datetime,
    before: int | None = None,
    mistake: str = "",
    typed: str = "",
) -> Response:
    mistake = mistake or wanted.mistake
    found = [] if wanted.mistake else entries(session, who.language, wanted.selection, before=before)
    deeds = sorted(((meaning(who.language, name), name) for name in ACTIONS), key=lambda deed: deed[0].casefold())
    return paper_for(session, site, who, at=at).show(
        "log",
        status=422 if mistake else 200,
        mistake=mistake,
        asked=wanted,
        typed=typed,
        entries=found,
        older=older(found),
        tree=how_it_stands(session, site.keyring, at=at, speed=site.clock.speed),
        deeds=deeds,
        known_roles=[role.value for role in Role],
        reasons=REASONS,
        most=MOST,
    )


def _packed(site: Site, who: SignedIn, wanted: Asked, vkeys: list[str], *, at: datetime) -> bytes:
    """BadInput when there is too much of it, or nothing is signed yet."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        made = excerpt(
            site.db,
            Path(folder),
            wanted.selection,
            vkeys=vkeys,
            at=at,
            by=who.alias,
            role=who.in_role(*LOG_ROLES),
            because=wanted.because,
            most=MOST,
        )
        for path in sorted(path for path in made.folder.rglob("*") if path.is_file()):
            archive.write(path, Path("dygnet-log") / path.relative_to(folder))
    return packed.getvalue()


def _signed(session: Session, said: str) -> AuditCheckpoint | None:
    """The checkpoint of ours that says this: a note, its three lines, or those on one line."""
    words = said.split()
    try:
        origin, size, root = words[0], int(words[1]), unbase64(words[2])
    except (IndexError, ValueError, BadNote):
        return None
    if not 0 <= size <= LARGEST_ID:
        return None
    kept = session.scalars(select(AuditCheckpoint).where(AuditCheckpoint.size == size, AuditCheckpoint.root == root))
    return next((one for one in kept if one.note.startswith(f"{origin}\n")), None)


def _note_reading(session: Session, who: SignedIn, wanted: Asked, *, at: datetime) -> None:
    facts = {} if wanted.mistake else wanted.selection.facts
    role = who.in_role(*LOG_ROLES)
    log.write(session, at=at, by=who.alias, role=role, action="log.read", because=wanted.because, facts=facts)
