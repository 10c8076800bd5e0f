"""How far each receiver of the stream has come. A place that moves on, unlike all else in the log's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class AuditStreamed(Base):
    """Every leaf before the place `next_leaf` was taken by this receiver, the last of them at `at`."""

    __tablename__ = "audit_streamed"
    __table_args__ = (CheckConstraint("next_leaf >= 0", name="next_leaf_is_a_place"),)

    receiver: Mapped[str] = mapped_column(String(300), primary_key=True)
    """`host:port`."""

    next_leaf: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    at: Mapped[datetime]
