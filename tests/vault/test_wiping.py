from __future__ import annotations

import gc
import secrets

import pytest

from app.vault.envelope import Binding, PrivateKey, new_key, open_box, open_key, seal, seal_key
from app.vault.wiping import wipe
from tests.memory import in_memory, turned

HERE = Binding("table", "column", "row", "case")


def test_what_is_wiped_is_zeros() -> None:
    one, other = bytearray(b"secret"), b"".join((b"sec", b"ret"))
    wipe(one, other)
    assert one == bytes(6)
    assert other == bytes(6)


@pytest.mark.parametrize("shared", [b"", b"x"])
def test_what_the_interpreter_shares_is_left_alone(shared: bytes) -> None:
    wipe(shared)
    assert shared in (b"", b"x")
    assert b"axb"[1:2] == b"x"


def test_sealing_and_opening_leave_the_plaintext_as_it_was() -> None:
    reader, plaintext = new_key("reader"), secrets.token_bytes(96)
    before = bytes(bytearray(plaintext))
    assert open_box(seal(plaintext, reader.public, binding=HERE), reader, binding=HERE) == before
    assert plaintext == before


def test_a_key_that_was_sealed_and_opened_still_opens() -> None:
    reader, key = new_key("reader"), new_key("case")
    again = open_key(seal_key(key, reader.public, binding=HERE), reader, kind="case", binding=HERE)
    assert (again.key_id, again.to_bytes()) == (key.key_id, key.to_bytes())
    box = seal(b"x", key.public, binding=HERE)
    assert open_box(box, again, binding=HERE) == b"x"


def test_a_key_that_is_gone_left_nothing_in_memory() -> None:
    """A key that was made, sealed and opened: none of its bytes can be found afterwards."""
    reader = new_key("reader")
    parts = _lived(reader)
    gc.collect()
    assert in_memory(parts) == 0


def test_the_search_finds_what_is_there() -> None:
    key = new_key("rota")
    assert in_memory(turned(key)) >= 3


def _lived(reader: PrivateKey) -> list[bytes]:
    """A key's life; what it was made of, the wrong way round."""
    key = new_key("case")
    open_key(seal_key(key, reader.public, binding=HERE), reader, kind="case", binding=HERE)
    return turned(key)
