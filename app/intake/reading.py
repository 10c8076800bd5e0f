"""The pages that are only read: five openings, what becomes of what one tells, fewer traces, and accessibility.

The addresses are neutral. They stay in histories and on shared screens, where `/sv/2` says less than any word for whom
the page is meant.
"""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from app.errors import NoSuchPage
from app.intake.visit import AVisit
from app.web import Now

VERSIONS: Final = {"": "anyone", "2": "women", "3": "relatives", "4": "young", "5": "work"}
"""For whom the opening is written, by the last part of its address (PRODUCT.md section 3; `domain.md` section 7)."""

router = APIRouter(prefix="/{lang}")


@router.get("")
@router.get("/")
def start(visit: AVisit) -> HTMLResponse:
    """What this is and how to reach a person."""
    return visit.show("start", version="anyone", versions=VERSIONS)


@router.get("/accessibility")
def accessibility(visit: AVisit) -> HTMLResponse:
    """The statement the law asks for."""
    return visit.show("accessibility")


@router.get("/privacy")
def privacy(visit: AVisit, now: Now) -> HTMLResponse:
    """What happens with what one tells: who reads it, what the carrier sees, what the law can demand, whose it is."""
    today = now.astimezone(ZoneInfo(visit.site.timezone)).date()
    return visit.show("privacy", boards=visit.site.boards_on(today))


@router.get("/tips")
def tips(visit: AVisit) -> HTMLResponse:
    """How to leave fewer traces, and which ones stay."""
    return visit.show("tips")


@router.get("/{leaf}")
def opening(visit: AVisit, leaf: str) -> HTMLResponse:
    """The start page, its opening written for somebody in particular."""
    if leaf not in VERSIONS:
        raise NoSuchPage("there is no such page")
    return visit.show("start", address=leaf, version=VERSIONS[leaf], versions=VERSIONS)
