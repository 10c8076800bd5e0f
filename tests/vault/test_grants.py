from __future__ import annotations

import pytest

from app.vault.envelope import CannotOpen, WrongKey, open_box, seal
from app.vault.grants import grant, new_case_key, open_grant


def test_a_reader_opens_the_case_through_the_grant(rota, here):
    case_key = new_case_key()
    box = seal(b"hello", case_key.public, binding=here)
    opened = open_grant(grant(case_key, rota.public, case="c1"), rota, case="c1")
    assert opened.key_id == case_key.key_id
    assert open_box(box, opened, binding=here) == b"hello"


def test_a_grant_for_one_case_opens_no_other(rota):
    with pytest.raises(CannotOpen):
        open_grant(grant(new_case_key(), rota.public, case="c1"), rota, case="c2")


def test_a_grant_is_for_one_reader(rota, another):
    with pytest.raises(WrongKey):
        open_grant(grant(new_case_key(), rota.public, case="c1"), another, case="c1")


def test_a_grant_cannot_be_opened_as_something_else(rota, here):
    with pytest.raises(CannotOpen):
        open_box(grant(new_case_key(), rota.public, case="c1"), rota, binding=here)


def test_a_grant_without_a_case_is_refused(rota):
    with pytest.raises(ValueError, match="belongs to a case"):
        grant(new_case_key(), rota.public, case="")


def test_a_grant_does_not_hold_the_key_in_the_clear(rota):
    case_key = new_case_key()
    assert case_key.to_bytes()[:16] not in grant(case_key, rota.public, case="c1")
