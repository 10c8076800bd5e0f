"""Bringing the programme file into the database: read, compare, apply. Applying twice changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from pydantic import SecretStr, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.errors import DygnetError, Misconfigured
from app.programme import differences, hooks, recordings, sounds
from app.programme.complaints import complaints
from app.programme.knowledge_files import toml_in, with_included
from app.programme.models import ProgrammeVersion
from app.programme.schema import Programme, StaffMember, names_in
from app.remembered import remembered
from app.staff import cut_offs, people
from app.staff.directory import Directory, by_alias, everyone, sealed_endpoint, sealed_for
from app.staff.models import ChannelKind, Person
from app.vault.envelope import PublicKey

EXAMPLE = Path(__file__).with_name("example.toml")
"""The programme that the demo runs and a new city starts from."""


def read(path: Path) -> Programme:
    """The programme in the file, with its recordings. Raises Misconfigured with every mistake, each with its place."""
    file = with_included(toml_in(path), path)
    try:
        programme = Programme.model_validate(file, context=names_in(file))
    except ValidationError as problem:
        raise Misconfigured("\n  ".join([f"{path} cannot be used:", *complaints(problem)])) from None
    folder = programme.programme.audio
    return programme.with_sounds(sounds.found(path.parent / folder)) if folder else programme


@remembered
def current(session: Session) -> Programme:
    """The programme in force, without anybody's phone or e-mail. Raises Misconfigured when there is none."""
    newest = _newest(session)
    if newest is None:
        raise Misconfigured("No programme is in force. Bring one in with: dygnet apply FILE")
    return _parsed(newest.document)


def difference(session: Session, programme: Programme, *, directory: Directory | None = None) -> list[str]:
    """What applying would change, a line each (`differences`). Empty: this very programme is in force."""
    newest = _newest(session)
    noted: dict[str, list[str]] = {}
    for change in _channel_changes(session, programme, directory):
        noted.setdefault(differences.staff_name(change.alias), []).append(f"{change.kind} {change.how}")
    for hook in hooks.changes(session, _let_in(session, programme)):
        noted.setdefault(differences.staff_name(hook.alias), []).append(f"{hook.kind} {hook.how}")
    return differences.between(_parsed(newest.document) if newest else None, programme, noted)


def apply(
    session: Session,
    programme: Programme,
    *,
    at: datetime,
    by: str,
    duty: PublicKey,
    directory: Directory | None = None,
) -> list[str]:
    """Bring the programme into force and say what changed.

    Phones and e-mail addresses are sealed to `duty`. With a `directory` that can open the old ones, those
    that are the same are left alone; without, all are sealed anew, so that the file's numbers hold in any case.
    """
    lines = difference(session, programme, directory=directory)
    if not lines:
        return []
    changes, hooked = (
        list(_channel_changes(session, programme, directory)),
        list(hooks.changes(session, _let_in(session, programme))),
    )
    _settle_staff(session, programme, at=at, by=by)
    session.flush()
    for change in changes:
        change.make(session, duty=duty, at=at, by=by)
    for hook in hooked:
        hook.make(session, seal=partial(sealed_endpoint, duty=duty), at=at, by=by)
    _keep(session, programme, at=at, by=by)
    return lines


@dataclass(frozen=True)
class _ChannelChange:
    alias: str
    kind: ChannelKind
    how: str
    address: SecretStr | None

    def make(self, session: Session, *, duty: PublicKey, at: datetime, by: str) -> None:
        """Seal or forget the person's channel."""
        person = by_alias(session, self.alias)
        if person is None:
            raise LookupError("the person was settled before their channels")
        box_for = partial(sealed_for, address=self.address.get_secret_value(), duty=duty) if self.address else None
        people.set_channel(session, person, self.kind, box_for, at=at, by=by)


def _channel_changes(session: Session, programme: Programme, directory: Directory | None) -> Iterator[_ChannelChange]:
    active = {person.alias: person for person in everyone(session)}
    for member in _let_in(session, programme):
        for kind, address in ((ChannelKind.PHONE, member.phone), (ChannelKind.EMAIL, member.email)):
            how = _how_changed(active.get(member.alias), kind, address, directory)
            if how:
                yield _ChannelChange(member.alias, kind, how, address)


def _how_changed(
    person: Person | None, kind: ChannelKind, address: SecretStr | None, directory: Directory | None
) -> str:
    """`added`, `removed`, `changed`, `sealed anew` when the old one cannot be read, or nothing."""
    channel = person.channel(kind) if person else None
    if channel is None or address is None:
        return "added" if address else "removed" if channel else ""
    try:
        before = directory.opened(channel) if directory else None
    except DygnetError:
        before = None
    if before is None:
        return "sealed anew"
    return "" if before == address.get_secret_value() else "changed"


def _settle_staff(session: Session, programme: Programme, *, at: datetime, by: str) -> None:
    """Who is on the staff, in what roles, with which languages."""
    active = {person.alias: person for person in everyone(session)}
    for member in _let_in(session, programme):
        person = active.pop(member.alias, None) or people.join(session, member.alias, at=at, by=by)
        people.set_roles(session, person, member.roles, at=at, by=by)
        people.set_languages(session, person, member.languages, at=at, by=by)
    for person in active.values():
        people.leave(session, person, at=at, by=by)
    cut_offs.settle(session, {member.alias for member in programme.staff}, at=at)


def _let_in(session: Session, programme: Programme) -> list[StaffMember]:
    """Whom the file names, without those who were cut off before it said so."""
    barred = {one.alias for one in cut_offs.standing(session)}
    return [member for member in programme.staff if member.alias not in barred]


def _keep(session: Session, programme: Programme, *, at: datetime, by: str) -> None:
    newest = _newest(session)
    before = _parsed(newest.document).digests if newest else set()
    recordings.keep(session, programme.sounds, programme.digests, before=before, at=at)
    document = programme.document()
    digest = hashlib.sha256(document.encode()).hexdigest()
    number = newest.number + 1 if newest else 1
    session.add(ProgrammeVersion(number=number, applied_at=at, applied_by=by, digest=digest, document=document))
    record(session, at=at, by=by, action="programme.applied", version=number, digest=digest)


def _newest(session: Session) -> ProgrammeVersion | None:
    return session.scalar(select(ProgrammeVersion).order_by(ProgrammeVersion.number.desc()).limit(1))


@lru_cache(maxsize=8)
def _parsed(document: str) -> Programme:
    return Programme.model_validate_json(document)
