"""The webhooks in the programme file: compared with those that are kept, sealed anew where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.programme.schema import StaffMember
from app.staff import endpoints
from app.staff.directory import by_alias, everyone
from app.staff.endpoints import Seal, mark_of
from app.staff.models import EndpointKind


@dataclass(frozen=True)
class HookChange:
    """What becomes of one person's webhook. None for `about`: it goes."""

    alias: str
    how: str
    about: Mapping[str, str] | None = field(repr=False)
    kind: str = EndpointKind.WEBHOOK.value

    def make(self, session: Session, *, seal: Seal, at: datetime, by: str) -> None:
        """End the old one and seal the new one."""
        person = by_alias(session, self.alias)
        if person is None:
            raise LookupError("the person was settled before their webhook")
        for endpoint in endpoints.standing(session, person):
            if endpoint.kind == EndpointKind.WEBHOOK:
                endpoints.end(session, endpoint, at=at, by=by, because=self.how)
        if self.about:
            endpoints.add(session, person, EndpointKind.WEBHOOK, self.about, seal, at=at, by=by)


def changes(session: Session, members: Iterable[StaffMember]) -> Iterator[HookChange]:
    """Whose webhook is `added`, `changed` or `removed`. Nothing has to be opened for that."""
    kept = _marks(session)
    for member in members:
        about, mark = _about(member), kept.get(member.alias)
        if about and mark != mark_of(about):
            yield HookChange(member.alias, "changed" if mark else "added", about)
        elif mark and not about:
            yield HookChange(member.alias, "removed", None)


def _about(member: StaffMember) -> Mapping[str, str] | None:
    if member.webhook is None or member.webhook_secret is None:
        return None
    return {"url": member.webhook.get_secret_value(), "secret": member.webhook_secret.get_secret_value()}


def _marks(session: Session) -> dict[str, str]:
    """The mark of everybody's webhook, by alias."""
    return {
        person.alias: endpoint.mark or ""
        for person in everyone(session)
        for endpoint in endpoints.standing(session, person)
        if endpoint.kind == EndpointKind.WEBHOOK
    }
