"""Grants: the only form in which the private half of a case's key is kept.

Each reader's grant holds the whole key, sealed to that reader and bound to that case. Deleting a case's
grants forgets the case, in the database and in every backup whose readers' keys are gone.
"""

from __future__ import annotations

from app.vault.envelope import Binding, PrivateKey, PublicKey, new_key, open_box, open_key, seal, seal_key
from app.vault.wiping import wipe

CASE = "case"
"""The kind of a case's own key."""


def new_case_key() -> PrivateKey:
    """A key pair for one case: keep the public half in the case's row, the private half in grants only."""
    return new_key(CASE)


def grant(case_key: PrivateKey, to: PublicKey, *, case: str) -> bytes:
    """The case's private half, sealed to a reader. `case` is the case's id."""
    return seal_key(case_key, to, binding=_binding(to.key_id, case))


def open_grant(box: bytes, reader: PrivateKey, *, case: str) -> PrivateKey:
    """The case's key. WrongKey for another reader's grant; CannotOpen for another case's, or a tampered one."""
    return open_key(box, reader, kind=CASE, binding=_binding(reader.key_id, case))


def regrant(box: bytes, reader: PrivateKey, to: PublicKey, *, case: str) -> bytes:
    """The same grant for another reader, without making a key of what is in it: for many of them, one after another."""
    raw = open_box(box, reader, binding=_binding(reader.key_id, case))
    try:
        return seal(raw, to, binding=_binding(to.key_id, case))
    finally:
        wipe(raw)


def _binding(reader: str, case: str) -> Binding:
    if not case:
        raise ValueError("a grant belongs to a case")
    return Binding(table="grant", column="box", row=reader, case=case)
