from __future__ import annotations

import time

import pytest

from app.vault.envelope import CannotOpen, PrivateKey, open_box, seal
from app.vault.grants import open_grant
from app.vault.ready import ReadyKeys
from app.vault.secrecy import Secret


@pytest.fixture
def ready(rota):
    return ReadyKeys(lambda: rota.public)


def filled(ready: ReadyKeys) -> int:
    deadline = time.monotonic() + 10
    with ready.kept_filled():
        while len(ready._drawer) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    return len(ready._drawer)


@pytest.mark.parametrize("ahead", [True, False])
def test_whoever_holds_the_grant_opens_what_is_sealed_to_the_key(ready, rota, here, ahead):
    if ahead:
        assert filled(ready) >= 3
    key = ready.take()
    box = seal(b"hello", key.public, binding=here)
    assert open_box(box, open_grant(key.grants[rota.key_id].box, rota, case=key.case_id), binding=here) == b"hello"


def test_a_key_is_for_one_case_and_used_once(ready, rota):
    filled(ready)
    taken = [ready.take() for _ in range(6)]
    assert len({key.case_id for key in taken}) == len({key.public.key_id for key in taken}) == 6
    with pytest.raises(CannotOpen):
        open_grant(taken[0].grants[rota.key_id].box, rota, case=taken[1].case_id)


def test_another_reader_too_is_given_a_grant_of_the_same_key(ready, rota, another):
    filled(ready)
    key = ready.take(another.public)
    opened = [open_grant(key.grants[reader.key_id].box, reader, case=key.case_id) for reader in (rota, another)]
    assert [each.key_id for each in opened] == [key.public.key_id] * 2


def test_nothing_secret_lies_in_the_drawer(ready):
    filled(ready)
    secrets = [each for key in ready._drawer for each in vars(key).values() if isinstance(each, Secret | PrivateKey)]
    assert secrets == []
    assert ready._drawer
