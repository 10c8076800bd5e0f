"""How a person comes back to their case: by the same number, by a spoken code, by a receipt. None of it names them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Ref


class RepeatTag(Base):
    """What a repeat caller is recognised by. `full` is keyed by a secret that lives in memory alone and is dropped
    at first contact; `short` has eight bits, so that a hit proves nothing."""

    __tablename__ = "case_repeat_tags"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    full: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    short: Mapped[int] = mapped_column(SmallInteger, index=True)


class ReturnCode(Base):
    """A spoken code with which a caller can come back to the case; kept as a keyed tag."""

    __tablename__ = "case_return_codes"

    tag: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]


class Mailbox(Base):
    """A reporter's way back: found by a short locator, opened by a receipt only the reporter has."""

    __tablename__ = "case_mailboxes"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    locator: Mapped[int] = mapped_column(index=True)
    verifier: Mapped[str] = mapped_column(String(200))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
