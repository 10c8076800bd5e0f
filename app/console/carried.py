"""What somebody typed when their session ran out: it goes back to their own browser, and waits there in the form.

It stands in no row, no log and no address. It is taken along only if the form was one of the very session that ended
in this browser, and handed back only to whoever that session was.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request
from sqlalchemy.orm import Session

from app.console.site import Site
from app.staff import sessions

_TO, _WORD, _FIELD = "carried_to", "carried_word", "carried."
_A_PAGE_OF_OURS: Final = re.compile(r"/console/[A-Za-z0-9/_-]{1,200}")
_NOT_TYPED: Final = frozenset({"csrf", "passphrase", "old", "new", "code", "credential", "prf", "proof", "other"})
"""What is never taken along: secrets, and the word of a session that is over."""

_READ_AS_TEXT: Final = 12


@dataclass(frozen=True)
class Carried:
    """A form that was not sent: where to, the word of the session it was filled in under, and its fields."""

    to: str
    word: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)

    @property
    def hidden(self) -> Mapping[str, str]:
        """As it travels through the forms of signing in."""
        return {_TO: self.to, _WORD: self.word} | {f"{_FIELD}{name}": text for name, text in self.fields.items()}

    @property
    def typed(self) -> list[str]:
        """What is worth reading again before it is sent."""
        return [text for text in self.fields.values() if " " in text or len(text) > _READ_AS_TEXT]


def unsent(path: str, posted: Mapping[str, str]) -> Carried | None:
    """A form that met a session that is over."""
    fields = {name: text for name, text in posted.items() if name not in _NOT_TYPED}
    is_one = _A_PAGE_OF_OURS.fullmatch(path) and posted.get("csrf") and any(fields.values())
    return Carried(path, posted["csrf"], fields) if is_one else None


def travelling(posted: Mapping[str, str]) -> Carried | None:
    """The same, on its way through the forms of signing in."""
    to, word = posted.get(_TO, ""), posted.get(_WORD, "")
    fields = {name.removeprefix(_FIELD): text for name, text in posted.items() if name.startswith(_FIELD)}
    return Carried(to, word, fields) if _A_PAGE_OF_OURS.fullmatch(to) and word and fields else None


def is_theirs(session: Session, carried: Carried | None, site: Site, request: Request, person_id: str = "") -> bool:
    """Whether it was filled in under the session that this browser had last; and by this person, if one is named."""
    before = sessions.earlier(session, site.cookie.read(request))
    if carried is None or before is None or (person_id and before.person_id != person_id):
        return False
    return hmac.compare_digest(before.csrf.encode(), carried.word.encode())
