"""Leaving at once: the script of the quick exit, and the door behind which a browser forgets us.

Without script the exit is a plain link to somewhere harmless: it needs no answer from us. With script the page is
emptied first, its place in the history is taken by the other page, and the browser is told on the way to clear what
it kept. Neither removes what the history already says; the pages say so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import RedirectResponse

from app.intake.visit import AVisit

SCRIPT: Final = (Path(__file__).parent / "pages" / "exit.js").read_text("utf-8")
"""It stands in each page, so that the first page is one request and a stylesheet; the policy names its digest."""

CLEAR: Final = '"cache", "storage"'
"""What was fetched and stored. Chromium 156 keeps pages ready for its Back button all the same, which is why the script
empties them itself; without script nothing does, and the page of advice says so. No cookies are named: there are none.
"""

router = APIRouter(prefix="/{lang}")


@router.get("/exit")
def leave(visit: AVisit) -> RedirectResponse:
    """On to the harmless page, after the browser has cleared everything of ours."""
    return RedirectResponse(visit.site.exit_url, status_code=303, headers={"clear-site-data": CLEAR})
