from __future__ import annotations

import secrets
import subprocess
import sys

import pytest

from app.vault.envelope import new_key, open_box, open_key, seal, seal_key
from app.vault.wiping import wipe
from tests.vault.wiped import HERE


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
    assert found("gone") == 0


def test_the_search_finds_what_is_there() -> None:
    assert found("there") >= 3


def found(what: str) -> int:
    """How often parts of a key lie in the memory of a process in which it lived."""
    command = [sys.executable, "-m", "tests.vault.wiped", what]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
