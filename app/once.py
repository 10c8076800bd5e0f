"""What a page asks in several rooms is asked of the database once.

Only in a session that looks (`Database.reading`), which shows one picture of one moment. In a transaction every
question is asked anew: since it was asked before, a lock may have been waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.db import LOOKS

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

_ANSWERS: Final = "answers"


def once(ask: Callable[Concatenate[Session, Asked], Answer]) -> Callable[Concatenate[Session, Asked], Answer]:
    """Make `ask` give the same answer to the same question for as long as a session looks and writes nothing.

    The answer is shared between those who ask: let nobody change it.
    """

    @wraps(ask)
    def answered(session: Session, /, *about: Asked.args, **how: Asked.kwargs) -> Answer:
        if LOOKS not in session.info:
            return ask(session, *about, **how)
        answers = session.info.setdefault(_ANSWERS, {})
        question = (ask, *about, *how.items())
        if question not in answers:
            answers[question] = ask(session, *about, **how)
        return answers[question]  # type: ignore[no-any-return]

    return answered


def _forget(session: Session, *_: object) -> None:
    session.info.pop(_ANSWERS, None)


event.listen(Session, "after_flush", _forget)
event.listen(Session, "after_soft_rollback", _forget)
event.listen(Session, "after_bulk_update", lambda done: _forget(done.session))
event.listen(Session, "after_bulk_delete", lambda done: _forget(done.session))
