"""What only people change is read once, and read again the moment somebody changed it, wherever and however."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.db import Database, new_id
from app.oncall.duty import duty, remembered_duty
from app.programme.apply import apply, current, read
from app.remembered import edition_of, remembered
from app.staff.directory import colleagues
from app.vault.keyring import Keyring
from tests import desk, people
from tests.people import MONDAY

LATER = people.PROGRAMME.replace('take_grace = "PT2H"', 'take_grace = "PT3H"')
CHANGES = [
    "UPDATE programme_versions SET applied_by = 'somebody'",
    "UPDATE staff_people SET left_at = '2026-01-05 09:00:00' WHERE alias = 'anna'",
    "UPDATE staff_channels SET since = '2026-01-05 09:00:00'",
    "DELETE FROM staff_channels",
    """INSERT INTO oncall_overrides (id, tier, person_id, starts, ends, made_at, made_by, because)
        SELECT 'o', 'backup', id, '2026-01-05 09:00', '2026-01-06 09:00', '2026-01-05 09:00', 'carin', 'ill'
        FROM staff_people WHERE alias = 'anna'""",
    """INSERT INTO oncall_leaves (id, person_id, starts, ends, made_at, made_by)
        SELECT 'l', id, '2026-01-05 09:00', '2026-01-06 09:00', '2026-01-05 09:00', 'carin'
        FROM staff_people WHERE alias = 'anna'""",
    """INSERT INTO staff_wishes (person_id, channel, since)
        SELECT id, 'call', '2026-01-05 09:00' FROM staff_people WHERE alias = 'anna'""",
    """INSERT INTO staff_endpoints (id, person_id, kind, since)
        SELECT 'e', id, 'push', '2026-01-05 09:00' FROM staff_people WHERE alias = 'anna'""",
    "DELETE FROM programme_versions",
]


@pytest.fixture
def keyring(db: Database, tmp_path: Path) -> Keyring:
    return desk.employ(db, tmp_path)


@pytest.fixture
def elsewhere(db: Database) -> Iterator[Database]:
    """Another process on the same database."""
    other = Database(db.engine.url.render_as_string(hide_password=False))
    yield other
    other.close()


def grace(database: Database) -> float:
    with database.reading() as session:
        return current(session).routine.take_grace.total_seconds()


def edition(database: Database) -> str:
    with database.reading() as session:
        return edition_of(session)


def bring_in(session: Session, keyring: Keyring, folder: Path, programme: str) -> None:
    path = folder / "programme.toml"
    path.write_text(programme)
    apply(session, read(path), at=MONDAY, by="operator", duty=keyring.public("duty"))


def statements(database: Database, look: Callable[[Session], object]) -> list[str]:
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", see)
    with database.reading() as session:
        look(session)
    event.remove(database.engine, "before_cursor_execute", see)
    return [each for each in seen if not each.startswith("BEGIN")]


def test_what_nobody_changed_is_asked_for_with_one_look_at_one_row(db: Database, keyring: Keyring) -> None:
    def look(session: Session) -> None:
        current(session)
        remembered_duty(session, MONDAY)
        current(session)

    statements(db, look)
    assert statements(db, look) == ["SELECT id FROM edition"]


def test_a_programme_applied_by_another_process_is_in_force_here_at_once(
    db: Database, elsewhere: Database, keyring: Keyring, tmp_path: Path
) -> None:
    assert grace(db) == 2 * 3600
    with elsewhere.transaction() as session:
        bring_in(session, keyring, tmp_path, LATER)
        assert grace(db) == 2 * 3600, "it is not committed"
    assert grace(db) == 3 * 3600


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize("change", CHANGES, ids=[each.split("SET")[0].strip()[:36] for each in CHANGES])
def test_any_change_makes_a_new_edition_even_one_by_hand(db: Database, elsewhere: Database, change: str) -> None:
    before = edition(db)
    with elsewhere.engine.connect() as connection, connection.begin():
        connection.execute(text(change))
    after = edition(db)
    assert len(after) == 32
    assert after != before


@pytest.mark.usefixtures("keyring")
def test_who_left_is_not_remembered_and_who_stands_in_is(db: Database) -> None:
    with db.reading() as session:
        assert remembered_duty(session, MONDAY).on_call.alias == "anna"
    with db.transaction() as session:
        desk.named(session, "anna").left_at = MONDAY
    with db.reading() as session:
        assert remembered_duty(session, MONDAY).on_call is None
        assert "anna" not in [colleague.alias for colleague in colleagues(session)]


@pytest.mark.usefixtures("keyring")
def test_a_transaction_sees_its_own_changes_and_undone_they_are_forgotten(db: Database) -> None:
    with db.reading() as session:
        desk.named(session, "anna").left_at = MONDAY
        assert remembered_duty(session, MONDAY).on_call is None
    with db.reading() as session:
        assert remembered_duty(session, MONDAY).on_call.alias == "anna"


@pytest.mark.usefixtures("keyring")
def test_a_change_undone_to_a_savepoint_is_forgotten_by_the_same_transaction(db: Database) -> None:
    with db.transaction() as session:
        inner = session.begin_nested()
        desk.named(session, "anna").left_at = MONDAY
        assert remembered_duty(session, MONDAY).on_call is None
        inner.rollback()
        assert remembered_duty(session, MONDAY).on_call.alias == "anna"


@pytest.mark.usefixtures("keyring")
def test_remembered_or_looked_up_the_same_people_are_on_duty(db: Database) -> None:
    with db.reading() as session:
        for hours in (0, 1, 30, 29, 400, 168, -500):
            at = MONDAY + timedelta(hours=hours)
            looked_up, recalled = duty(session, at), remembered_duty(session, at)
            assert [person.id for person in looked_up.ring_order] == [person.id for person in recalled.ring_order]


@pytest.mark.usefixtures("keyring")
def test_where_nothing_watches_the_tables_nothing_is_remembered(db: Database) -> None:
    with db.transaction() as session:
        session.execute(text("UPDATE edition SET id = ''"))
    looks: list[str] = []

    @remembered
    def look(_session: Session) -> str:
        looks.append(new_id())
        return looks[-1]

    for _ in range(2):
        with db.reading() as session:
            look(session)
    assert len(looks) == 2
