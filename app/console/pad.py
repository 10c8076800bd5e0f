"""What may be texted to the person: approved wordings, chosen and never typed.

They stand in `texts/`, one file per language. A text stays on a telephone that somebody else may pick up, so it says
nothing about who writes or why: no name, place, service or trouble, no link, one segment long (`safety.md` section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.cases.reach import may_seek
from app.cases.texts import PersonText
from app.catalogue import Catalogue
from app.console import sight
from app.console.leave import Answered
from app.console.paper import Paper

TEXTS: Final = Catalogue(Path(__file__).parent / "texts")

NEWS_FOR: Final = timedelta(minutes=10)
"""Real time for which a text that was sent is what there is to say about texts."""


@dataclass(frozen=True)
class Pad(Answered):
    """The texts there are, in the person's language, and those that were sent."""

    wordings: Sequence[tuple[str, str]]
    """The key of each, and how it reads."""

    language: str
    sent: Sequence[PersonText]
    news: PersonText | None
    """The one that was sent just now: what became of it is said on top."""

    @property
    def may_text(self) -> bool:
        """Whether there is something to choose."""
        return self.permit is not None and not self.by_hand


def pad_for(session: Session, case: Case, paper: Paper) -> Pad | None:
    """The pad for this reader, or None where texting the person is not for them."""
    if case.closure or case.join or not sight.keeps(case, paper.who):
        return None
    language, sent = language_of(case), _sent(session, case)
    return Pad(
        answer=may_seek(session, case, "sms", at=paper.times.now),
        by_hand=paper.site.attending is None,
        wordings=[(key, TEXTS.say(language, key)) for key in wordings()],
        language=language,
        sent=sent,
        news=next((text for text in sent if paper.times.now - text.at < NEWS_FOR * paper.site.clock.speed), None),
    )


def wordings() -> list[str]:
    """The keys of the approved texts, in the alphabet's order."""
    return sorted(TEXTS.keys("sv"))


def language_of(case: Case) -> str:
    """The language the person chose last, if there are texts in it."""
    return TEXTS.nearest(case.language)


def _sent(session: Session, case: Case) -> Sequence[PersonText]:
    cases = ids_of_whole(session, case)
    return session.scalars(select(PersonText).where(PersonText.case_id.in_(cases)).order_by(PersonText.at.desc())).all()
