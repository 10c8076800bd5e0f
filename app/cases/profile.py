"""What a person said about their safety and themselves besides the message: sealed as one, read as answers.

The safe-contact profile of `safety.md` section 1, as far as a form can ask for it, and what a handler wants to know
before they call. Every question may be left out; *not asked* means *no*, and is kept as nothing at all. Which ways and
hours of contact are allowed is not here: that is a permission (`permissions.py`), which the line itself must obey.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Ref
from app.vault.sealed import Sealed, SealedBox

YES_OR_NO: Final = ("yes", "no")

CHOSEN: Final[Mapping[str, tuple[str, ...]]] = {
    "number_is": ("own", "shared", "borrowed", "work"),
    "others_answer": YES_OR_NO,
    "if_other": ("hang_up", "wrong_number"),
    "caller_id": ("shown", "hidden"),
    "alone": YES_OR_NO,
    "age": ("under_12", "12_14", "15_17", "18_20", "21_29", "30_up"),
    "children": YES_OR_NO,
    "interpreter": YES_OR_NO,
    "gender": ("woman", "man", "either"),
    "machine": ("likely",),
}
"""Questions with a closed list of answers, in the order in which they are shown. `machine` is asked of nobody: it says
that the field was filled in that people leave empty. Whoever reads the case decides what that means."""

WRITTEN: Final[Mapping[str, int]] = {
    "code_word": 40,
    "tongue": 60,
    "place": 60,
    "authority": 100,
    "ask_for": 100,
}
"""Questions answered in the person's own words, and the most signs that an answer may have."""


class Profile(Base):
    """What one approach told of it, sealed to the case's own key."""

    __tablename__ = "case_profiles"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    approach_id: Mapped[Ref] = mapped_column(ForeignKey("case_approaches.id"))
    at: Mapped[datetime]
    box: Mapped[Sealed] = mapped_column(SealedBox)


def written_down(answers: Mapping[str, str]) -> str | None:
    """The answers there are, as one text to be sealed; None when there are none. Unknown ones are left out."""
    known = {name: answer for name in (*CHOSEN, *WRITTEN) if (answer := answers.get(name, "")) and _fits(name, answer)}
    return json.dumps(known, ensure_ascii=False) if known else None


def read(text: str) -> dict[str, str]:
    """What was written down, in the order of the questions; what this version does not know comes last."""
    answers: dict[str, str] = json.loads(text)
    order = [*CHOSEN, *WRITTEN]
    return dict(sorted(answers.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)))


def _fits(name: str, answer: str) -> bool:
    return answer in CHOSEN[name] if name in CHOSEN else len(answer) <= WRITTEN[name]
