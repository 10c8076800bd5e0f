"""Every column with something sealed or locked in it, and where what lies in it belongs.

`test_every_box.py` walks the models: a new column of bytes has to be entered here, in one of the three lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, select

from app.db import Base, Database
from app.vault.envelope import Binding, key_id_of
from app.vault.sealed import SealedBox

Row = Mapping[str, Any]


def _of_a_case(row: Row, table: str) -> Binding:
    return Binding(table=table, column="box", row=row["id"], case=row["case_id"])


def _of_staff(row: Row, table: str) -> Binding:
    return Binding(table=table, column="box", row=row["id"], case="")


def _for_a_reader(row: Row, _table: str) -> Binding:
    return Binding(table="grant", column="box", row=row["reader"], case=row["case_id"])


def _for_a_person(row: Row, table: str) -> Binding:
    return Binding(table=table, column="box", row=f"{row['person_id']}|{row['rota_key_id']}", case="")


def _of_a_key(row: Row, table: str) -> Binding:
    return Binding(table=table, column="box", row=row["key_id"], case="")


def _the_probe(_row: Row, table: str) -> Binding:
    return Binding(table=table, column="probe", row="probe", case="")


SEALED: Final[Mapping[str, Callable[[Row, str], Binding]]] = {
    "case_contents.box": _of_a_case,
    "case_profiles.box": _of_a_case,
    "case_letters.box": _of_a_case,
    "case_notes.box": _of_a_case,
    "handover_packages.box": _of_staff,
    "handover_taken_over.box": _of_a_case,
    "routing_answers.box": _of_a_case,
    "routing_collision_overrides.box": _of_a_case,
    "routing_collision_tags.box": _of_a_case,
    "routing_steps_settled.box": _of_a_case,
    "routing_decisions.box": _of_a_case,
    "routing_consents.box": _of_a_case,
    "routing_disclosures.box": _of_a_case,
    "routing_children.box": _of_a_case,
    "routing_protection_checks.box": _of_a_case,
    "routing_concern_reports.box": _of_a_case,
    "routing_follow_ups.box": _of_a_case,
    "routing_to_dos.box": _of_a_case,
    "meeting_incident_words.box": _of_a_case,
    "case_grants.box": _for_a_reader,
    "staff_channels.box": _of_staff,
    "staff_endpoints.box": _of_staff,
    "staff_probes.box": _of_staff,
    "staff_rota_grants.box": _for_a_person,
    "recovery_copies.box": _of_a_key,
    "recovery_keys.probe": _the_probe,
}
"""Columns of boxes (`app/vault/envelope.py`), and the one place in which each opens."""

LOCKED: Final = {
    "staff_keys.box": "under a passphrase",
    "staff_session_keys.box": "under what a cookie holds",
    "staff_half_sign_ins.box": "under what a cookie holds",
    "staff_passkeys.box": "under what the authenticator alone can work out",
    "staff_code_apps.box": "a seed under the index key, in one person's row (`app/vault/seeds.py`)",
}
"""Columns of staff keys (`app/vault/staff_keys.py`), and of what helps to sign in."""

OPEN: Final = {
    "audit_entries.body": "the log, which names no person",
    "audit_leaves.leaf_hash": "the log",
    "audit_tiles.hashes": "the log",
    "audit_checkpoints.root": "the log",
    "case_handed_receipts.salt": "a salt",
    "case_mailboxes.salt": "a salt",
    "case_duress_receipts.salt": "a salt",
    "case_repeat_tags.full": "a tag under a secret that only a running process has",
    "audit_time_stamps.response": "what an authority signed of the log",
    "cases.public_key": "the half that seals",
    "oncall_feeds.digest": "of 256 random bits",
    "programme_recordings.content": "what the line says to everybody",
    "staff_keys.public_key": "the half that seals",
    "staff_keys.salt": "a salt",
    "staff_passkeys.public_key": "the half that checks",
}
"""Columns of bytes with nothing to open in them, and what they are instead."""


@dataclass(frozen=True)
class Box:
    """One box as it lies in its row."""

    column: str
    place: Binding
    row: Row = field(repr=False, hash=False, compare=False)
    content: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        return key_id_of(self.content)


def every_box(db: Database) -> list[Box]:
    """Every box in the database."""
    return [
        Box(column, SEALED[column](row, column.partition(".")[0]), row, content)
        for column in SEALED
        for row, content in _rows(db, column)
    ]


def every_lock(db: Database, column: str) -> list[tuple[Row, bytes]]:
    """Every locked key in one column, with its row."""
    return list(_rows(db, column))


def columns_of_bytes() -> Iterator[Column[Any]]:
    """Every column that could hold a box."""
    for table in Base.metadata.sorted_tables:
        yield from (each for each in table.columns if isinstance(each.type, (LargeBinary, SealedBox)))


def _rows(db: Database, column: str) -> Iterator[tuple[Row, bytes]]:
    table, _, name = column.partition(".")
    with db.engine.connect() as connection:
        for row in connection.execute(select(Base.metadata.tables[table])).mappings():
            if row[name] is not None:
                yield row, getattr(row[name], "box", row[name])
