"""What is wrong or missing here: keys, schema, programme, roster, and whether the carrier knows where to find us."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.check import barred, database, holders, kept, provider, second, setup, ways
from app.db import MIGRATIONS, Database
from app.errors import DygnetError
from app.escalation import week_ahead
from app.intake.sound import unspoken
from app.keys import status as keys_status
from app.oncall import preflight
from app.oncall.preflight import Finding
from app.programme.apply import current
from app.programme.schema import Programme
from app.settings import Settings
from app.staff.directory import Directory
from app.telephony.carrier import CarrierError
from app.vault.keyring import Keyring
from app.worker import OPENED, carrier_for


def findings(settings: Settings, db: Database, *, at: datetime) -> Iterator[Finding]:
    """What is wrong or missing, and what to do about it. What hangs on something missing is not looked at."""
    try:
        keyring = Keyring.load(settings.keys_dir, private=OPENED)
        keyring.public("rota")
    except DygnetError as problem:
        yield Finding(serious=True, what=str(problem), do="dygnet init")
        return
    if _schema_is_behind(db):
        yield Finding(serious=True, what="the database's schema is not the one this version needs", do="dygnet init")
        return
    yield from holders.findings(settings, db, keyring)
    yield from provider.findings(settings, at=at)
    yield from database.findings(db.engine.url)
    yield from kept.findings(settings, keyring, at=at)
    try:
        yield from _programme(settings, db, keyring, at=at)
    except DygnetError as problem:
        yield Finding(serious=True, what=str(problem), do="dygnet apply FILE")


def _programme(settings: Settings, db: Database, keyring: Keyring, *, at: datetime) -> Iterator[Finding]:
    directory = Directory(keyring)
    with db.reading() as session:
        programme = current(session)
        yield from barred.findings(session, programme)
        yield from preflight.findings(session, directory.phone_of, at=at)
        yield from week_ahead.findings(session, at=at)
        yield from keys_status.findings(session, settings.keys_dir, at=at, staff_hold=settings.staff_hold)
    yield from _unspoken(programme)
    yield from ways.findings(settings, db, keyring, programme)
    numbers = programme.programme.numbers
    yield from asked_at_the_carrier(lambda: _addresses(settings, numbers))
    yield from second.findings(settings, sender=numbers[0])


def _unspoken(programme: Programme) -> Iterator[Finding]:
    for language, lacks in unspoken(programme).items():
        what = f"callers are not offered {language}: the carrier has no voice for it, and recordings are missing"
        do = f"record these, as docs/run-it.md says: {', '.join(sorted(lacks))}"
        if not lacks:
            what, do = f"callers are not offered {language}: its prompts are not written", "see app/intake/prompts"
        yield Finding(serious=False, what=what, do=do)


def asked_at_the_carrier(look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What looking there finds; a carrier that does not answer, or lacks a setting, is a finding itself."""
    try:
        return list(look())
    except CarrierError:
        what = "the carrier does not answer, or refuses the account"
        return [Finding(serious=True, what=what, do="look at TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_URL")]
    except DygnetError as problem:
        return [Finding(serious=True, what=str(problem), do="set it in the environment or in .env")]


def _addresses(settings: Settings, numbers: Sequence[str]) -> Iterator[Finding]:
    set_there = carrier_for(settings, sender=numbers[0]).setup
    lines = {line.number: line for line in set_there.lines()}
    for number in numbers:
        yield from setup.addresses(lines.get(number), settings.public_url)


def _schema_is_behind(db: Database) -> bool:
    with db.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    return have != ScriptDirectory(str(MIGRATIONS)).get_current_head()
