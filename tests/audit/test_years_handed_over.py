"""The log's key is handed over on the day on which the year turns: before it turns, after it, and in between."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit.excerpt import excerpt
from app.audit.export import export
from app.audit.handovers import hand_over
from app.audit.selection import Selection
from app.audit.verify import verify
from tests.audit.turning import A_MINUTE, A_SECOND, EVE, LINE, NEW_YEAR, go_on, sign, vkey, write
from tests.marks import ON_SQLITE

NEW = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def signed_before_the_turn(db, old, hand):
    hand(EVE + A_SECOND)
    sign(db, NEW, EVE + 2 * A_SECOND)
    sign(db, NEW, NEW_YEAR)


def told_before_the_turn_and_turned_by_the_new_key(db, old, hand):
    hand(EVE + A_SECOND)
    sign(db, NEW, NEW_YEAR)


def turned_by_a_process_that_has_the_old_key_still(db, old, hand):
    hand(EVE + A_SECOND)
    go_on(db, old, NEW_YEAR)
    sign(db, NEW, NEW_YEAR + A_SECOND)


def signed_in_turns_by_a_process_with_each(db, old, hand):
    hand(EVE + A_SECOND)
    for seconds, key in enumerate((old, NEW, old, NEW)):
        write(db, NEW_YEAR + seconds * A_SECOND)
        sign(db, key, NEW_YEAR + seconds * A_SECOND)


def told_after_midnight_and_before_the_turn(db, old, hand):
    hand(NEW_YEAR + A_SECOND)
    sign(db, NEW, NEW_YEAR + 2 * A_SECOND)


def told_after_the_turn(db, old, hand):
    sign(db, old, NEW_YEAR)
    hand(NEW_YEAR + A_SECOND)
    sign(db, NEW, NEW_YEAR + 2 * A_SECOND)


ORDERS = [
    signed_before_the_turn,
    told_before_the_turn_and_turned_by_the_new_key,
    turned_by_a_process_that_has_the_old_key_still,
    signed_in_turns_by_a_process_with_each,
    told_after_midnight_and_before_the_turn,
    told_after_the_turn,
]


@ON_SQLITE
@pytest.mark.parametrize("order", ORDERS)
def test_whoever_knows_either_key_under_any_name_follows_it_through_all_of_the_log_one_year_and_a_part(
    db, key, tmp_path, order
):
    def hand(at):
        with db.transaction() as session:
            hand_over(session, key, NEW, origin=LINE, generation=2, at=at, by="operator")

    write(db, EVE)
    sign(db, key, EVE)
    order(db, key, hand)
    with_new = {"key": NEW, "origin": LINE, "at": NEW_YEAR + A_MINUTE, "by": "eva"}
    whole = export(db, tmp_path / "whole", **with_new).folder
    others = [export(db, tmp_path / str(year), year=year, **with_new).folder for year in (2026, 2027)]
    others.append(excerpt(db, tmp_path / "part", Selection(actor="anna"), vkeys=[vkey(NEW)], **with_new).folder)
    for given in (vkey(one, origin) for one in (key, NEW) for origin in (LINE, f"{LINE}/2027")):
        report = verify(whole, given)
        assert report.findings == report.remarks == []
        for folder in others:
            assert verify(folder, given).findings == []
    assert not verify(whole, vkey(Ed25519PrivateKey.generate())).ok
    command = [sys.executable, "-I", whole / "verify_log.py", whole, "--key", vkey(key)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
