"""Shares on paper: a page for each, with its words, the same as a QR code, and what its keeper has to know."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Final

import segno

from app.vault.recovery import Paper, Shares, set_name

_A_ROW: Final = 3
_SHEET: Final = Path(__file__).with_name("recovery_sheet.html")
_PAGE_BEGINS, _PAGE_ENDS = "<!-- page -->", "<!-- end of page -->"


@dataclass(frozen=True)
class About:
    """What stands on every page besides the words."""

    house: str
    at: datetime


def for_terminal(shares: Shares, paper: Paper, about: About) -> str:
    """A share to be written off a screen by hand, or scanned from it."""
    lines = [
        f"Återställningsdel {paper.number} av {len(shares.papers)}, {shares.needed} behövs",
        f"Recovery share {paper.number} of {len(shares.papers)}, {shares.needed} needed",
        f"{about.house} · {about.at:%Y-%m-%d} · {shares.public.key_id} · {set_name(shares.set_id)}",
        "",
        *_rows(paper),
        "",
        _code(paper).rstrip(),
    ]
    return "\n".join(lines) + "\n"


def as_pages(shares: Shares, about: About) -> str:
    """All the shares as HTML for a printer, each on a page of its own. Nothing in it is fetched from anywhere."""
    whole = _SHEET.read_text("utf-8")
    before, _, rest = whole.partition(_PAGE_BEGINS)
    page, _, after = rest.partition(_PAGE_ENDS)
    return before + "".join(_page(page, shares, paper, about) for paper in shares.papers) + after


def _page(page: str, shares: Shares, paper: Paper, about: About) -> str:
    return Template(page).substitute(
        number=paper.number,
        count=len(shares.papers),
        needed=shares.needed,
        house=html.escape(about.house),
        date=f"{about.at:%Y-%m-%d}",
        key=shares.public.key_id,
        set=set_name(shares.set_id),
        words="\n".join(_rows(paper)),
        code=_qr(paper).svg_inline(scale=4),
    )


def _rows(paper: Paper) -> Sequence[str]:
    words = [f"{place:2} {word:10}" for place, word in enumerate(paper.words.split(), start=1)]
    return ["  ".join(words[start : start + _A_ROW]).rstrip() for start in range(0, len(words), _A_ROW)]


def _code(paper: Paper) -> str:
    out = io.StringIO()
    _qr(paper).terminal(out, compact=True)
    return out.getvalue()


def _qr(paper: Paper) -> segno.QRCode:
    """In capitals, which a QR code holds in two thirds of the room."""
    return segno.make(paper.words.upper(), error="m", micro=False)
