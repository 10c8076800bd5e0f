"""A server whose staff went home holds nothing that opens a case: not in its database, its folder, its environment, nor
in its memory. Told of a real process that founded, unlocked, revealed and signed out."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.clock import WallClock
from app.db import Database
from app.escalation import replies
from app.intake.approach import Approach
from app.intake.reception import Desk, receive
from app.staff import keys
from app.staff.directory import by_alias
from app.staff.keys_models import RotaGrant, SessionKey, StaffKey
from app.staff.signin import make_link
from app.vault.envelope import CannotOpen, PrivateKey, WrongKey
from app.vault.keyfiles import files_in
from app.vault.keyring import Keyring
from app.vault.staff_keys import unlock, unwrap
from tests.desk import employ
from tests.evidence import everything_kept
from tests.holding import PASSPHRASES
from tests.hotline import hidden_fields
from tests.memory import in_memory, turned
from tests.ports import free_port

SECRET = "min lillebror Ismail vill hoppa av"


@dataclass
class House:
    """A console of its own, in a process of its own; and what was seen of it."""

    db: Database
    folder: Path
    url: str
    pid: int
    rota: list[bytes]
    link: str
    reference: str


def test_a_server_that_everybody_has_left_opens_nothing(tmp_path: Path, sqlite_template: Path) -> None:
    with a_console(tmp_path, sqlite_template) as house, a_browser(house) as anna:
        anna.post(house.link, data={"passphrase": PASSPHRASES["anna"]})
        assert SECRET in _revealed(house, anna)
        before = _boxes_of_the_session(house)
        token, secret = (anna.cookies[name] for name in ("dygnet", "dygnet-lock"))

        anna.post("/console/sign-out", data=_form(anna))

        assert in_memory(house.rota, house.pid) == 0
        assert _boxes_of_the_session(house) == []
        _the_log_of_sqlite_is_written_over(house)
        for box in before:
            assert box not in everything_kept(house.db)
        for each in (token, secret):
            assert each.encode() not in everything_kept(house.db)
        assert list((tmp_path / "keys").glob("rota.*.key")) == []
        environment = Path(f"/proc/{house.pid}/environ").read_bytes()
        for place in (everything_kept(house.db), environment, *(f.read_bytes() for f in tmp_path.glob("keys/*"))):
            assert not any(part[::-1] in place for part in house.rota)
        _nothing_found_opens_a_grant(house, tmp_path / "keys")


@contextmanager
def a_console(folder: Path, template: Path) -> Iterator[House]:
    """It runs on loopback until the block ends, over a database in which Anna has a case."""
    shutil.copyfile(template, folder / "dygnet.db")
    url, port = f"sqlite:///{folder / 'dygnet.db'}", free_port()
    db = Database(url)
    now = WallClock().now()
    keyring = employ(db, folder, at=now)
    link, reference = _a_case_of_annas(db, keyring, at=now)
    rota = turned(keyring.private("rota"))
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "DATABASE_URL": url,
        "KEYS_DIR": str(folder / "keys"),
        "SURFACES": "console",
        "ROTA_KEY": "staff",
        "SECOND_FACTOR": "offered",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", process)
            yield House(db, folder, f"http://127.0.0.1:{port}", process.pid, rota, link, reference)
        finally:
            process.send_signal(signal.SIGTERM)
            db.close()


def _a_case_of_annas(db: Database, keyring: Keyring, *, at: datetime) -> tuple[str, str]:
    """Somebody wrote, Anna took it; her one-time link, and the case's reference."""
    desk = Desk(rota=keyring.public("rota"), index_key=b"i" * 32)
    with db.transaction() as session:
        wrote = Approach(channel="form", source="a form", language="sv", message=SECRET)
        received = receive(session, desk, wrote, at=at)
        anna = by_alias(session, "anna")
        assert anna
        replies.take(session, received.case_id, by=anna, via="console", at=at)
        reference = session.get_one(Case, received.case_id).reference
        return f"/console/enrol/{make_link(session, anna, at=at, by='operator')}", reference


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        try:
            httpx2.get(address, timeout=1)
        except httpx2.HTTPError:
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the console does not come up")


def a_browser(house: House) -> httpx2.Client:
    return httpx2.Client(base_url=house.url, follow_redirects=True, timeout=30)


def _form(browser: httpx2.Client) -> dict[str, str]:
    return hidden_fields(browser.get("/console/channels").text)


def _revealed(house: House, browser: httpx2.Client) -> str:
    asked = _form(browser) | {"because": "first_contact"}
    return browser.post(f"/console/cases/{house.reference}/reveal", data=asked).text


def _the_log_of_sqlite_is_written_over(house: House) -> None:
    """As it is by itself once it has grown. Until then a deleted box lies there, shut as before without its cookie."""
    with house.db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _boxes_of_the_session(house: House) -> list[bytes]:
    with house.db.reading() as session:
        return list(session.scalars(select(SessionKey.box)))


def _nothing_found_opens_a_grant(house: House, folder: Path) -> None:
    """Every key in the folder, and every one of them taken for a passphrase, a cookie or a key of another kind."""
    keyring = Keyring.load(folder, private=("duty", "audit", "index", "push"))
    found = [file.read() for file in files_in(folder)]
    with house.db.reading() as session:
        (grant,), (mine,) = session.scalars(select(RotaGrant)).all(), session.scalars(select(StaffKey)).all()
    duty = keyring.private("duty")
    for key in (duty, *(PrivateKey("staff", raw) for raw in found if len(raw) == len(duty.to_bytes()))):
        with pytest.raises((WrongKey, CannotOpen)):
            keys.opened(grant, key)
    for raw in (*found, mine.salt, mine.public_key, mine.box):
        with pytest.raises(CannotOpen):
            unwrap(mine.wrapped, raw, person=mine.person_id)
        with pytest.raises(CannotOpen):
            unlock(mine.box, raw.hex(), session="0" * 64)
