"""Weekdays and times of a person's own, beside the permission whose hours they narrow."""

from __future__ import annotations

from datetime import time

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.permissions import Only
from app.db import Base, Ref


class PermissionTimes(Base):
    """What narrows the hours of a permission: weekdays (`135`: Monday, Wednesday, Friday), and minutes of the day.

    The same minute twice is all day.
    """

    __tablename__ = "case_permission_times"
    __table_args__ = (
        CheckConstraint("starts BETWEEN 0 AND 1439", name="starts"),
        CheckConstraint("ends BETWEEN 0 AND 1439", name="ends"),
    )

    permission_id: Mapped[Ref] = mapped_column(ForeignKey("case_permissions.id"), primary_key=True)
    days: Mapped[str] = mapped_column(String(7))
    starts: Mapped[int]
    ends: Mapped[int]

    @property
    def only(self) -> Only:
        """The same for the rules."""
        days = frozenset(int(day) for day in self.days)
        return Only(days, time(*divmod(self.starts, 60)), time(*divmod(self.ends, 60)))
