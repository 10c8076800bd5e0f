"""Proving one's own channels: a code is sent to one and typed back here, a test page is sent and answered.

Only ever one's own. Where a number or an address is what it was sent to, no page shows it.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.console.channels import HERE, page
from app.console.doors import SignedIn, deed, from_our_pages, only
from app.console.site import ASite
from app.notifications import proving
from app.notifications.proven import PROVABLE
from app.notifications.proving import CODE_LASTS, NotNow
from app.staff.directory import sealed_code
from app.web import Now, Posted

router = APIRouter(prefix=HERE, dependencies=[Depends(from_our_pages)])

AHand = Annotated[SignedIn, deed()]


@router.post("/codes")
def send_code(site: ASite, now: Now, who: AHand, posted: Posted) -> Response:
    """Send a code to one of one's channels."""
    channel, seal = posted.get("channel", ""), partial(sealed_code, duty=site.keyring.public("duty"))
    try:
        with site.db.transaction() as session:
            lasts = CODE_LASTS * site.clock.speed
            proving.send_code(session, who.person(session), _known(channel), seal, at=now, by=who.alias, lasts=lasts)
    except NotNow as problem:
        return page(site, who, at=now, channel=channel, mistake=problem.why)
    return _back(channel)


@router.post("/codes/typed")
def type_back(site: ASite, now: Now, who: AHand, posted: Posted) -> Response:
    """The code, as it was read. With the right one the channel is proved."""
    channel, typed = posted.get("channel", ""), posted.get("code", "")[:20]
    with site.db.transaction() as session:
        is_right = channel in PROVABLE and proving.type_back(session, who.person(session), channel, typed, at=now)
    return _back(channel) if is_right else page(site, who, at=now, channel=channel, mistake="code")


@router.post("/tests")
def send_test(site: ASite, now: Now, who: AHand, posted: Posted) -> Response:
    """Send a test page to one of one's channels."""
    channel = posted.get("channel", "")
    try:
        with site.db.transaction() as session:
            proving.send_test(session, who.person(session), _known(channel), at=now, by=who.alias)
    except NotNow as problem:
        return page(site, who, at=now, channel=channel, mistake=problem.why)
    return _back(channel)


@router.get("/tests/{probe_id}")
def opened(probe_id: str, site: ASite, now: Now, who: Annotated[SignedIn, only()]) -> Response:
    """Where a test page by letter or push leads: a button. A program that follows links answers nothing."""
    return page(site, who, at=now, probe_id=probe_id)


@router.post("/tests/{probe_id}")
def answer(probe_id: str, site: ASite, now: Now, who: AHand) -> Response:
    """It arrived. Somebody else's test page, and one that is over, is as if it were not there."""
    with site.db.transaction() as session:
        is_theirs = proving.answer(session, who.person(session), _sane(probe_id), "opened", at=now)
        if not is_theirs:
            record(session, at=now, by=who.alias, action="access.refused", outcome="refused", because="not_theirs")
    if not is_theirs:
        raise HTTPException(404)
    return RedirectResponse(HERE, status_code=303)


def _known(channel: str) -> str:
    if channel not in PROVABLE:
        raise NotNow("no_channel")
    return channel


def _sane(probe_id: str) -> str:
    return probe_id if probe_id.isalnum() else ""


def _back(channel: str) -> Response:
    return RedirectResponse(f"{HERE}#{channel}", status_code=303)
