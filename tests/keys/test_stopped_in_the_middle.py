"""A rotation that is killed at any step has lost nothing, and whoever starts it again finishes it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.cases.facts import Grant
from app.db import Database
from app.keys.models import KeyGeneration, RecoveryCopy
from app.keys.recovery import take_into_use
from app.keys.rotation import Rotation
from app.vault.envelope import key_id_of
from app.vault.grants import grant, open_grant
from app.vault.keyfiles import coming_in, files_in
from app.vault.keyring import Keyring
from app.vault.recovery import key_from, make_shares, opened_copy
from app.vault.sealed import Sealed
from tests import desk, forked
from tests.people import MONDAY

ROWS = 60


def killed_after(steps: int, db: Database, folder: Path, kind: str = "rota") -> None:
    """A rotation in a process of its own, which is killed when it has done so many steps."""
    url = db.engine.url.render_as_string(hide_password=False)

    def some_steps() -> None:
        run = Rotation(Database(url), folder, kind, MONDAY, "operator").run()
        for _ in range(steps):
            next(run)
        os.kill(os.getpid(), signal.SIGKILL)

    assert forked.ended(some_steps) == -signal.SIGKILL


@pytest.fixture
def granted(db: Database, tmp_path: Path) -> dict[str, str]:
    """Cases that are granted to the rota key, by the id of each and that of its own key."""
    keyring = desk.employ(db, tmp_path)
    with db.transaction() as session:
        cases = [desk.opened(session).id for _ in range(ROWS)]
        boxes = [Sealed(grant(desk.CASE_KEY, keyring.public("rota"), case=case)) for case in cases]
        reader = keyring.public("rota").key_id
        rows = [{"case_id": case, "reader": reader, "box": box} for case, box in zip(cases, boxes, strict=True)]
        session.execute(insert(Grant), rows)
    return dict.fromkeys(cases, desk.CASE_KEY.key_id)


def test_killed_after_every_step_and_started_again_it_ends_with_every_case_readable(
    db: Database, tmp_path: Path, granted: dict[str, str]
):
    """Each start is killed after as many steps as its place in the row; the last is left alone."""
    folder = tmp_path / "keys"
    take_into_use(db, folder, shares := make_shares(), at=MONDAY, by="operator")
    first = Keyring.load(folder).public("rota").key_id
    for steps in (1, 1, 1, 2):  # made; announced; published; the first batch
        killed_after(steps, db, folder)
        assert opened(db, folder) == granted, "at every moment every case can be opened"

    finishing = Rotation(db, folder, "rota", MONDAY, "operator")
    list(finishing.run())
    assert {step.of for step in finishing.run()} == {0}, "and once more there is nothing left to do"
    assert opened(db, folder) == granted
    now = Keyring.load(folder).public("rota").key_id
    assert {reader for (reader,) in rows(db, select(Grant.reader))} == {now} != {first}
    assert coming_in(folder) == []
    assert [file.generation for file in files_in(folder) if file.kind == "rota"] == [1, 1, 2, 2]
    assert copied(db, shares) >= {first, now}, "no generation was in use for a moment without its copy"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["audit", "index", "duty"])
def test_the_other_kinds_too_go_on_where_they_were_stopped(db: Database, tmp_path: Path, kind: str):
    desk.employ(db, tmp_path)
    folder = tmp_path / "keys"
    for steps in (1, 1):
        killed_after(steps, db, folder, kind)
    list(Rotation(db, folder, kind, MONDAY, "operator").run())
    assert coming_in(folder) == []
    assert len({file.generation for file in files_in(folder) if file.kind == kind}) == 2
    with db.reading() as session:
        assert desk.actions(session).count("keys.rotated") == 1
        assert desk.actions(session).count("log.handed_over") == (1 if kind == "audit" else 0)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_two_who_rotate_at_once_make_one_generation(db: Database, tmp_path: Path, granted: dict[str, str]):
    url, folder = db.engine.url.render_as_string(hide_password=False), tmp_path / "keys"

    def rotate() -> None:
        list(Rotation(Database(url), folder, "rota", MONDAY, "operator").run())

    both = [forked.begun(rotate) for _ in range(2)]
    assert [forked.wait_for(each) for each in both] == [0, 0]
    assert {file.generation for file in files_in(folder) if file.kind == "rota"} == {1, 2}
    assert opened(db, folder) == granted
    assert len(rows(db, select(KeyGeneration.key_id).where(KeyGeneration.generation == 2))) == 1


def opened(db: Database, folder: Path) -> dict[str, str]:
    keyring = Keyring.load(folder, private=("rota",))
    return {
        case: open_grant(box.box, keyring.private("rota", key_id_of(box.box)), case=case).key_id
        for case, box in rows(db, select(Grant.case_id, Grant.box))
    }


def copied(db: Database, shares) -> set[str]:
    recovery = key_from(paper.words for paper in shares.papers[:2])
    found = rows(db, select(RecoveryCopy.key_id, RecoveryCopy.box))
    return {key_id for key_id, box in found if opened_copy(box, key_id, recovery)}


def rows(db: Database, wanted) -> list:
    with db.reading() as session:
        return list(session.execute(wanted))
