"""What the person said about being contacted, as a case keeps it. What follows from it stands in `permissions.py`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, declared_attr, relationship
from sqlalchemy.orm.attributes import set_committed_value

from app import rows
from app.cases.facts import PERMISSION_LASTS, Permission
from app.cases.permissions import Hours, Wish
from app.db import Base, Id
from app.rows import session_of


class Permitting(Base):
    """The part of a case that says who may call or write, by which way and at which hours."""

    __abstract__ = True

    id: Mapped[Id]

    @declared_attr
    def permissions(cls) -> Mapped[list[Permission]]:  # noqa: N805 - it is the class's
        """Everything that was said, the oldest first: the newest word about a way counts."""
        return relationship(order_by="Permission.at")

    @property
    def wishes(self) -> list[Wish]:
        """What the person has said about being contacted."""
        return [permission.wish for permission in self.permissions]

    def allows(self, channel: str) -> bool:
        """Whether the person's newest word about one way of contact was a yes, at whatever hours and however old."""
        said = [permission.allowed for permission in self.permissions if permission.channel == channel]
        return said[-1:] == [True]

    def permit(
        self,
        channel: str,
        *,
        allowed: bool,
        hours: Hours,
        by: str,
        at: datetime,
        content_id: str | None,
        said_at: datetime | None = None,
    ) -> None:
        """What the person said about being contacted one way; `content_id` names the number it is about.

        `said_at`: when they said it, where that is written down later. It holds for so long from then.
        """
        said_at = said_at or at
        before = list(self.permissions)
        said = rows.write(
            session_of(self),
            Permission,
            case_id=self.id,
            channel=channel,
            allowed=allowed,
            hours=hours,
            by=by,
            at=said_at,
            expires_at=said_at + PERMISSION_LASTS,
            content_id=content_id,
        )
        set_committed_value(said, "times", None)
        set_committed_value(self, "permissions", [*before, said])
        self.log("permission.given", by=by, at=at, channel=channel, allowed=allowed, hours=hours.value)

    def withdraw(self, channel: str, *, by: str, at: datetime, because: str) -> None:
        """The person takes back that they may be contacted this way, or their telephone does. It needs no leave."""
        self.permissions.append(
            Permission(channel=channel, allowed=False, hours=Hours.ANY, by=by, at=at, expires_at=at + PERMISSION_LASTS)
        )
        self.log("permission.withdrawn", by=by, at=at, because=because, channel=channel)

    def log(self, action: str, *, by: str, at: datetime, because: str = "", **facts: str | float | bool | None) -> None:
        """The case's entry in the audit log."""
        raise NotImplementedError
