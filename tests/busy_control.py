"""What a busy day has besides: a bait is put out, a reading is looked into, and the key to cases is replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import delete, select, update
from starlette.testclient import TestClient

from app.cases.facts import Grant
from app.cases.models import Case
from app.db import Database
from app.keys.models import KeyRetirement
from app.routing.handover_models import PackageBox
from tests.holding import KEYS
from tests.hotline import Hotline, hidden_fields

CONTROL = "/console/control"

Do = Callable[..., str]


def a_reading_is_looked_into(line: Hotline, do: Do, words: str) -> None:
    """Carin puts a bait out; somebody read behind broken glass; Eva asks whether they had reason to."""
    do(line.sign_in("carin"), CONTROL, "baits", words=words)
    with line.db.transaction() as session:
        case = session.scalars(select(Case).order_by(Case.opened_at).limit(1)).one()
        case.log("case.glass_broken", by="gun", at=line.now, because="danger")
    assert line.engine
    assert line.engine.log
    assert line.engine.control
    line.engine.log.sequence()
    line.engine.control.look()
    eva = line.sign_in("eva")
    leaf = re.findall(r"reviews/(\d+)", eva.get(CONTROL).text)[0]
    do(eva, CONTROL, f"reviews/{leaf}", finding="had_reason", step="none")


def the_key_is_replaced(line: Hotline, anna: TestClient, passphrase: str) -> None:
    """A new key, old cases sealed anew, the old key destroyed; where the server holds the key all is as it was."""
    with _afterwards_as_before(line.db):
        page = anna.get(KEYS).text
        form = hidden_fields(page.partition(f'action="{KEYS}/generations"')[2])
        anna.post(f"{KEYS}/generations", data=form | {"passphrase": passphrase})
        word = {"csrf": hidden_fields(page)["csrf"]}
        anna.post(f"{KEYS}/portions", data=word)
        line.timeline.advance(61)
        anna.post(f"{KEYS}/endings", data=word | {"passphrase": passphrase})


@contextmanager
def _afterwards_as_before(db: Database) -> Iterator[None]:
    """This database serves a second console, in whose folder the old key is still the one in use."""
    with db.reading() as session:
        kept = session.execute(select(Grant.case_id, Grant.reader, Grant.box).where(Grant.reader.startswith("rota-")))
        grants = list(kept)
        packages = list(session.execute(select(PackageBox.id, PackageBox.box)))
    yield
    with db.transaction() as session:
        for case_id, reader, box in grants:
            theirs = Grant.case_id == case_id, Grant.reader.startswith("rota-")
            session.execute(update(Grant).where(*theirs).values(reader=reader, box=box))
        for package, box in packages:
            session.execute(update(PackageBox).where(PackageBox.id == package).values(box=box))
        session.execute(delete(KeyRetirement).where(KeyRetirement.key_id.startswith("rota-")))
