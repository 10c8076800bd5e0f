"""The preflight: settings, keys, database, programme, roster and carrier looked over before anybody needs them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db import MIGRATIONS, Database
from app.errors import DygnetError
from app.oncall import preflight
from app.oncall.preflight import Finding
from app.programme.apply import current
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
    try:
        yield from _programme(settings, db, Directory(keyring), at=at)
    except DygnetError as problem:
        yield Finding(serious=True, what=str(problem), do="dygnet apply FILE")


def _programme(settings: Settings, db: Database, directory: Directory, *, at: datetime) -> Iterator[Finding]:
    with db.reading() as session:
        number = current(session).programme.numbers[0]
        yield from preflight.findings(session, directory.phone_of, at=at)
    try:
        yield from _carrier(settings, number)
    except CarrierError:
        what = "the carrier does not answer, or refuses the account"
        yield Finding(serious=True, what=what, do="look at TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_URL")
    except DygnetError as problem:
        yield Finding(serious=True, what=str(problem), do="set it in the environment or in .env")


def _carrier(settings: Settings, number: str) -> Iterator[Finding]:
    lines = {line.number: line for line in carrier_for(settings, sender=number).lines()}
    voice, sms = f"{settings.public_url}/carrier/voice", f"{settings.public_url}/carrier/sms"
    line = lines.get(number)
    if line is None:
        what = "the line's number is not among the account's at the carrier"
        yield Finding(serious=True, what=what, do="buy or port it, or correct `numbers` in the programme file")
    elif (line.voice_url, line.sms_url) != (voice, sms):
        what = "the webhooks set at the carrier are not this line's"
        yield Finding(serious=True, what=what, do=f"set voice to {voice} and messaging to {sms}, both POST")


def _schema_is_behind(db: Database) -> bool:
    with db.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    return have != ScriptDirectory(str(MIGRATIONS)).get_current_head()
