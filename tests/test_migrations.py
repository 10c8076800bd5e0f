"""Up and down, with a day's rows in every table, on both databases; and the schema is exactly what the models say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.anchors_models import AuditCosignature, AuditRefusal, AuditTimeStamp
from app.audit.log import record
from app.audit.models import AuditCheckpoint, AuditHandover
from app.audit.stream_models import AuditStreamed
from app.cases.apart import keep_apart
from app.cases.bridges import Bridge, BridgeOutcome, Leg, LegFact
from app.cases.canaries import Canary
from app.cases.doubts import Doubt
from app.cases.exclusions import Preference
from app.cases.facts import ContactAttempt
from app.cases.mailboxes import DuressAlarm, DuressReceipt, HandedReceipt
from app.cases.models import Case
from app.cases.texts import PersonText, TextFate
from app.control.models import ControlSample
from app.db import MIGRATIONS, Base, Database
from app.demands.extract_models import GROUNDS, Extract, Withheld
from app.keys.models import KeyGeneration, KeyRetirement, RecoveryCopy, RecoveryDrill, RecoveryKey
from app.notifications import faults, pace, unusable
from app.notifications.models import Notification, Together
from app.oncall.models import GapNotice, Override
from app.programme.models import Recording
from app.routing.collision_models import Meeting, MeetingAlarm
from app.routing.disclosures import Disclosure
from app.routing.handover_models import PackageBox, PackageCame, TakenOver
from app.staff import endpoints
from app.staff.credentials import StaffSession
from app.staff.factor_models import (
    Challenge,
    CodeApp,
    DuressNews,
    DuressPassphrase,
    HalfSignIn,
    Passkey,
    RecoveryCode,
)
from app.staff.keys_models import FormerHolder
from app.staff.models import Person
from app.staff.provider_models import ProviderAccount, ProviderVisit
from app.staff.trouble_models import GuessNews, SecondStepMiss
from app.statistics.models import CountedMonth, Edition, EditionCell, ToOpen, Unopened, Waiting
from app.traces import known
from app.traces.models import Look
from tests import desk
from tests.busy_day import Day, copy_of, day
from tests.people import MONDAY

__all__ = ["day"]

pytestmark = pytest.mark.xdist_group("a busy day")


_CAST = re.compile(r"::(?:character varying|text)(?:\[\])?")
"""PostgreSQL writes a check's casts elsewhere, and means the same, once the length of its column was changed."""


def revisions() -> list[str]:
    """Every revision, the first one first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def schema(db: Database) -> dict[str, object]:
    """Everything there is besides rows: tables, columns, keys, indexes, checks, triggers."""
    look = inspect(db.engine)
    columns, keys = look.get_multi_columns(), look.get_multi_pk_constraint()  # all tables of a kind at once
    foreign, indexes = look.get_multi_foreign_keys(), look.get_multi_indexes()
    unique, checks = look.get_multi_unique_constraints(), look.get_multi_check_constraints()
    found: dict[str, object] = {
        table[1] or "": {
            "columns": [(each["name"], str(each["type"]), each["nullable"]) for each in columns[table]],
            "primary key": keys[table],
            "foreign keys": sorted(map(_plain, foreign[table])),
            "indexes": sorted(map(_plain, indexes[table])),
            "unique": sorted(map(_plain, unique[table])),
            "checks": sorted(_CAST.sub("", _plain(each)) for each in checks[table]),
        }
        for table in sorted(columns, key=str)
    }
    return found | {"triggers": triggers(db)}


def triggers(db: Database) -> list[str]:
    asked = (
        "SELECT name || ' ' || sql FROM sqlite_master WHERE type = 'trigger'"
        if db.is_sqlite
        else "SELECT tgname || ' ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    )
    with db.engine.connect() as connection:
        return sorted(connection.execute(text(asked)).scalars())


def rows(db: Database) -> dict[str, int]:
    there = set(inspect(db.engine).get_table_names())
    tables = {name: table for name, table in Base.metadata.tables.items() if name in there}
    with db.reading() as session:
        return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}


@pytest.fixture
def lived_in(day: Day, tmp_path: Path) -> Iterator[Database]:
    """A database with rows in every table."""
    db = copy_of(day, tmp_path)
    with db.transaction() as session:
        anna, starts = desk.named(session, "anna"), day.hotline.now
        override = {"tier": "on-call", "person_id": anna.id, "because": "swap", "made_by": "carin", "made_at": starts}
        session.add(Override(starts=starts, ends=starts + desk.A_DAY, **override))
        record(session, at=starts, by="carin", action="roster.overridden")
        faults.found(session, carrier="twilio", channel="sms", code=21606, at=starts)
        unusable.mark(session, anna, "sms", code=21610, at=starts)
        pace.spend(session, 1, at=starts)
        known.leave(session, "SM" + "0" * 32, at=starts)
        session.add(Look(id=1, until=starts))
        endpoints.wish(session, anna, ["call"], at=starts, by="anna")
        first, second = session.scalars(select(Notification).order_by(Notification.id).limit(2))
        session.add(Together(page_id=first.id, nth=99, within_id=second.id, at=starts))
        session.add(Canary(case_id=session.scalars(select(Case.id).limit(1)).one(), at=starts, answer_by=starts))
        session.add(Doubt(case_id=session.scalars(select(Case.id).limit(1)).one(), at=starts, because="haste"))
        _a_mailbox(session, anna, at=starts)
        session.add(GapNotice(lead_hours=24, starts=starts, ends=starts + desk.A_DAY, found_at=starts))
        session.add(FormerHolder(person_id=anna.id, rota_key_id="rota-00000000", at=starts))
        _a_table_of_figures(session, at=starts)
        kept_back = session.scalars(select(Extract.id).limit(1)).one()
        session.add(Withheld(extract_id=kept_back, mark="part-0", ground=GROUNDS[0]))
        session.add(Recording(digest="0" * 64, kind="mp3", content=b"ID3", kept_at=starts))
        _a_bridge_and_a_text(session, anna, at=starts)
        _keys_over_the_years(session, at=starts)
        _ways_in(session, anna, at=starts)
        _a_package_and_a_late_meeting(session, anna, at=starts)
    yield db
    db.close()


def _ways_in(session: Session, anna: Person, *, at: datetime) -> None:
    mine = {"person_id": anna.id}
    begun = session.scalars(select(StaffSession.id).limit(1)).one()
    seed = {"key_id": "index-00000000", "box": b"sealed", "sealed_at": at, "made_at": at}
    passkey = {"credential_id": "AAAA", "name": "telefonen", "public_key": b"cose", "sign_count": 0, "made_at": at}
    session.add_all([CodeApp(**mine, **seed), Passkey(**mine, **passkey)])
    session.add(RecoveryCode(id="0" * 64, made_at=at, **mine))
    session.add(Challenge(id="0" * 64, purpose="prove", expires_at=at, **mine))
    session.add(HalfSignIn(id="0" * 64, begun_at=at, expires_at=at, duress=False, **mine))
    session.add(DuressPassphrase(phc="$argon2id$", set_at=at, **mine))
    session.add(DuressNews(session_id=begun, at=at))
    account = {"issuer": "https://login.example.org", "key_id": "index-00000000", "digest": "0" * 64}
    session.add(ProviderAccount(bound_at=at, **account, **mine))
    session.add(ProviderVisit(id="0" * 64, purpose="prove", session_id=begun, begun_at=at, expires_at=at))
    session.add(SecondStepMiss(id="0" * 32, at=at, **mine))
    session.flush()
    session.add(GuessNews(miss_id="0" * 32, at=at, **mine))


def _a_package_and_a_late_meeting(session: Session, anna: Person, *, at: datetime) -> None:
    came = session.scalars(select(PackageCame)).first()
    box = session.scalars(select(Disclosure.box).limit(1)).one()
    taken_over = {"case_id": came.case_id, "by_id": anna.id, "at": at, "source": "a-package", "nth": 1}
    session.add_all([PackageBox(id=came.id, box=box), TakenOver(box=box, **taken_over)])
    mine, others = sorted(session.scalars(select(Case.id).limit(2)))
    keep_apart(session, session.get_one(Case, mine), session.get_one(Case, others), at=at)
    session.add(MeetingAlarm(meeting_id=session.scalars(select(Meeting.id).limit(1)).one(), at=at))


def _keys_over_the_years(session: Session, *, at: datetime) -> None:
    made = {"at": at, "by": "operator"}
    probe = {"set_id": 1, "probe": b"sealed", "probe_digest": "0" * 64}
    session.add(RecoveryKey(key_id="recovery-00000000", shares=3, needed=2, **probe, **made))
    session.flush()
    session.add(RecoveryDrill(recovery_id="recovery-00000000", worked=True, **made))
    key = {"key_id": "rota-00000000", "kind": "rota", "generation": 1}
    session.add_all([KeyGeneration(**key, **made), KeyRetirement(key_id="rota-00000000", **made)])
    session.add(RecoveryCopy(**key, recovery_id="recovery-00000000", box=b"sealed", at=at))
    session.add(AuditHandover(digest="0" * 64, generation=2, note="", at=at))
    _anchors(session, at=at)
    session.add(ControlSample(month="2026-01", at=at, out_of=0, drawn=0))


def _anchors(session: Session, *, at: datetime) -> None:
    signed = {"checkpoint_id": session.scalars(select(AuditCheckpoint.id).limit(1)).one(), "at": at}
    session.add(AuditCosignature(**signed, witness="witness.example.org/w", line="", cosigned_at=at))
    session.add(AuditTimeStamp(**signed, response=b"", stamped_at=at))
    session.add(AuditRefusal(**signed, asked="witness", because="no_answer"))
    session.add(AuditStreamed(receiver="siem.example.org:6514", next_leaf=1, at=at))


def _a_mailbox(session: Session, by: Person, *, at: datetime) -> None:
    case_id = session.scalars(select(Case.id).limit(1)).one()
    session.add(DuressAlarm(case_id=case_id, at=at))
    door = {"locator": 1, "verifier": "$argon2id$", "salt": b"0" * 16, "made_at": at}
    if not session.scalars(select(HandedReceipt).limit(1)).first():
        session.add(HandedReceipt(case_id=case_id, by_id=by.id, **door))
    if not session.scalars(select(DuressReceipt).limit(1)).first():
        session.add(DuressReceipt(key_id="receipt-00000000", case_id=case_id, **door))


def _a_table_of_figures(session: Session, *, at: datetime) -> None:
    session.add(CountedMonth(month="2026-01", at=at, by="carin"))
    session.flush()
    session.add(Waiting(month="2026-01", table_name="role", group="self", count=3))
    session.add(ToOpen(month="2026-01", requests=3, soon=1))
    session.flush()
    session.add(Unopened(month="2026-01", case_id=session.scalars(select(Case.id).limit(1)).one(), soon=True))
    named = {"table_name": "requests", "since": "2026-01", "until": "2026-01", "number": 1}
    cells = [EditionCell(place=0, group="all", mark="shown", count=9)]
    session.add(Edition(**named, total=9, threshold=5, at=at, by="carin", cells=cells))


def _a_bridge_and_a_text(session: Session, by: Person, *, at: datetime) -> None:
    attempt = session.scalars(select(ContactAttempt).limit(1)).one()
    session.add(Preference(case_id=attempt.case_id, tag="woman", at=at, by=by.alias))
    leg = Leg(role="handler", person_id=by.id, at=at, facts=[LegFact(what="over", at=at)])
    outcome = BridgeOutcome(attempt_id=attempt.id, at=at, by=by.alias)
    session.add(Bridge(case_id=attempt.case_id, by_id=by.id, at=at, legs=[leg], outcome=outcome))
    words = {"wording": "text.call", "language": "sv", "valid_until": at}
    session.add(
        PersonText(case_id=attempt.case_id, by_id=by.id, at=at, fates=[TextFate(what="accepted", at=at)], **words)
    )


def test_the_day_left_rows_in_every_table(lived_in: Database) -> None:
    assert [name for name, count in rows(lived_in).items() if count == 0] == []
    assert len(rows(lived_in)) >= 30


def test_the_schema_is_what_the_models_say(lived_in: Database) -> None:
    with lived_in.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_each_step_goes_down_and_up_with_rows_in_the_tables(lived_in: Database) -> None:
    steps = revisions()
    before, counted = {steps[-1]: schema(lived_in)}, rows(lived_in)
    for above, below in zip(steps[:0:-1], steps[-2::-1], strict=True):
        assert before[above]
        _down_to(lived_in, below)
        before[below] = schema(lived_in)
        kept = rows(lived_in)
        assert all(kept[table] == counted[table] for table in kept), "what is not the step's own stays as it was"
    lived_in.migrate_back()
    assert [name for name in inspect(lived_in.engine).get_table_names() if name != "alembic_version"] == []
    assert triggers(lived_in) == []

    for step in steps:
        lived_in.migrate(step)
        assert schema(lived_in) == before[step]


def test_going_up_twice_changes_nothing(lived_in: Database) -> None:
    before, counted = schema(lived_in), rows(lived_in)
    lived_in.migrate()
    lived_in.migrate()

    assert schema(lived_in) == before
    assert rows(lived_in) == counted


def test_a_database_that_went_down_and_up_works(lived_in: Database) -> None:
    lived_in.migrate_back()
    lived_in.migrate()
    with lived_in.transaction() as session:
        desk.opened(session)
    with lived_in.reading() as session:
        assert session.scalars(select(Case.opened_at)).all() == [MONDAY]


_UNDOING_THE_LOG = (
    "UPDATE audit_entries SET at = at",
    "DELETE FROM audit_entries",
    "DELETE FROM audit_leaves",
    "UPDATE audit_checkpoints SET note = ''",
)


def test_the_logs_triggers_bite_also_after_the_way_down_and_up(lived_in: Database) -> None:
    def bitten() -> None:
        for deed in _UNDOING_THE_LOG:
            with pytest.raises(DBAPIError, match="only ever added to"), lived_in.transaction() as session:
                session.execute(text(deed))

    bitten()
    steps = revisions()
    if len(steps) > 1:
        _down_to(lived_in, steps[0])
        lived_in.migrate()
    bitten()


def test_migrations_are_one_line_of_dated_files_that_import_nothing_of_ours() -> None:
    files = sorted((MIGRATIONS / "versions").glob("*.py"))

    assert len(files) == len(revisions()) >= 2
    for file in files:
        source = file.read_text("utf-8")
        assert re.match(r"\d{4}-\d\d-\d\d_[a-z_0-9]+\.py$", file.name), file.name
        assert not re.search(r"^\s*(?:from|import) app\b", source, re.MULTILINE), file.name
        assert "def downgrade() -> None:\n    pass" not in source, file.name


def _down_to(db: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = db.engine.url.render_as_string(hide_password=False)
    command.downgrade(config, revision)


def _plain(described: object) -> str:
    if isinstance(described, dict):
        return repr(sorted((name, _plain(value)) for name, value in described.items()))
    return str(described)
