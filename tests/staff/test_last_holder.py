"""Where staff hold the key, somebody always does: also when two people take away the last two in the same instant."""

from __future__ import annotations

import threading

from app.staff import keys
from app.staff.directory import by_alias
from app.staff.keys_models import RotaGrant
from app.vault.sealed import Sealed
from app.vault.staff_keys import grant_rota, new_staff_key

A_MOMENT = 0.2


def test_of_two_who_take_away_one_each_the_later_sees_that_it_is_the_last(db, hire, now):
    rota = new_staff_key()
    for alias in ("anna", "bo"):
        person = hire(alias)
        box = Sealed(grant_rota(rota, new_staff_key().public, person=person.id))
        with db.transaction() as session:
            session.add(RotaGrant(person_id=person.id, rota_key_id=rota.key_id, box=box, at=now, by="anna"))
    both, was_last = threading.Barrier(2, timeout=A_MOMENT), {}

    def take_away(alias: str) -> None:
        with db.transaction() as session:
            person = by_alias(session, alias)
            keys.stand_still(session, rota.key_id)
            was_last[alias] = keys.is_last_holder(session, person, rota.key_id)
            wait_for_the_other(both)
            if not was_last[alias]:
                keys.forget(session, person, at=now, by="gun", because="lost")

    at_once = [threading.Thread(target=take_away, args=(alias,)) for alias in ("anna", "bo")]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert sorted(was_last.values()) == [False, True]


def wait_for_the_other(both: threading.Barrier) -> None:
    """Both look before either takes anything away, if the database lets them."""
    try:
        both.wait()
    except threading.BrokenBarrierError:
        return
