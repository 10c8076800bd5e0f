"""Who can open cases, where staff hold the key: nobody, one person alone, or somebody who kept a copy and left.

A file that should be gone is found with the other keys (`app/keys/status.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from app.db import Database
from app.oncall.preflight import Finding
from app.settings import Settings
from app.staff import keys
from app.vault.keyring import Keyring
from app.vault.staff_founding import standing
from app.vault.staff_keys import ROTA


def findings(settings: Settings, db: Database, keyring: Keyring) -> Iterator[Finding]:
    """What keeps the staff from opening cases, or lets somebody else."""
    if not settings.staff_hold:
        return
    current = keyring.public(ROTA).key_id
    with db.reading() as session:
        holders = [person.alias for person in keys.holders(session, current)]
        former = [person.alias for person in keys.former_holders(session, current)]
    if not holders and not standing(settings.keys_dir):
        do = "let somebody who holds an earlier key sign in, or: dygnet keys recover"
        yield Finding(serious=True, what=f"nobody on the staff can open what is sealed to {current}", do=do)
    if len(holders) == 1:
        what = f"{holders[0]} alone can open cases: a forgotten passphrase would leave only the recovery shares"
        yield Finding(serious=False, what=what, do="let a second person in, at /console/keys")
    if former:
        what = f"{', '.join(former)} could open cases and may no more: a copy of the key may be left"
        yield Finding(serious=False, what=what, do="replace the key, at /console/keys")
