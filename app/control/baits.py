"""Baits: cases that nobody has reason to open, so that whoever does is noticed.

A bait is a case like any other, row for row, entry for entry. What marks it is its pseudonym: where others have a
random one, a bait has a keyed digest of its own id. Whoever has the database and not the index key cannot tell them
apart, and no page shows a pseudonym to those who work with cases.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import contents, queries, references
from app.cases.facts import Approach, Grant
from app.cases.models import Case
from app.cases.opening import open_case
from app.cases.returning import RepeatTag
from app.db import new_id
from app.errors import BadInput
from app.escalation.opening import begin
from app.programme.apply import current
from app.staff.models import Person
from app.vault.grants import grant, new_case_key
from app.vault.keyring import Keyring
from app.vault.sealed import Sealed
from app.vault.staff_keys import ROTA

LONGEST: Final = 1600
"""Characters: what fits into a long text."""

_FICTION: Final = range(620, 700)  # of the numbers kept free for films and books (PTS), those our examples give nobody


def pseudonym(case_id: str, index_key: bytes) -> str:
    """What a bait with this id is called in the log."""
    return hmac.digest(index_key, b"dygnet bait v1|" + case_id.encode(), "sha256")[:16].hex()


def is_bait(case: Case, index_keys: Iterable[bytes]) -> bool:
    """Whether one of these keys marked it."""
    return any(hmac.compare_digest(case.pseudonym, pseudonym(case.id, key)) for key in index_keys)


def count(session: Session, index_keys: Iterable[bytes]) -> int:
    """How many open cases are baits."""
    keys = list(index_keys)
    return sum(is_bait(case, keys) for case in session.scalars(select(Case).where(~queries.closed())))


def plant(session: Session, words: str, *, by: Person, keyring: Keyring, at: datetime) -> Case:
    """Write a bait: as if somebody had texted these words, and `by` had reached them at once. It stays theirs.

    The log tells of it what it tells of any case, and nothing else: an entry that named it would show it. BadInput
    without words.
    """
    words = words.strip()
    if not words or len(words) > LONGEST:
        raise BadInput(f"Write what the text says, in at most {LONGEST} characters.")
    case_id, routine, key, rota = new_id(), current(session).routine, new_case_key(), keyring.public(ROTA)
    case = open_case(
        session,
        at=at,
        within=routine.first_contact_within,
        key_id=key.key_id,
        public_key=key.public.raw,
        reference=references.free(session),
        case_id=case_id,
        pseudonym=pseudonym(case_id, keyring.index_key),
    )
    session.add(Grant(case_id=case.id, reader=rota.key_id, box=Sealed(grant(key, rota, case=case.id))))
    _text(session, case, words, at=at)
    begin(session, case, routine, at=at)
    session.flush()
    session.expire(case)
    case.take(by=by, at=at, via="console")
    case.record_attempt(by=by, at=at, channel="call", outcome="reached")
    return case


def _text(session: Session, case: Case, words: str, *, at: datetime) -> None:
    """A text as the line receives it: a number, the words, the short tag of the number."""
    source = f"SM{secrets.token_hex(16)}"
    approach = Approach(id=new_id(), case_id=case.id, at=at, channel="sms", source=source, language="sv")
    session.add(approach)
    session.add(RepeatTag(case_id=case.id, full=None, short=secrets.randbelow(256)))
    session.flush()
    case.log("approach.received", by="caller", at=at, channel="sms")
    number = f"+46701740{secrets.choice(_FICTION)}"
    for kind, text in (("caller_number", number), ("message", words)):
        contents.keep(session, case, approach, kind=kind, text=text, at=at)
