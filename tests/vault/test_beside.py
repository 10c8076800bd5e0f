"""A file beside the process: only a holder of the key reads it, and only a holder of the key can have made it."""

from __future__ import annotations

import pytest

from app.vault.beside import NothingBeside, SealedFile
from app.vault.envelope import Binding, seal
from app.vault.keyring import Keyring
from tests.vault.test_keyring import add_generation

ROSTER = b'{"phone": "+46701740605"}'


@pytest.fixture
def folder(tmp_path):
    Keyring.create(tmp_path / "keys")
    return tmp_path


def file_in(folder, *, private=("duty",), name="roster"):
    keyring = Keyring.load(folder / "keys", private=private)
    return SealedFile(folder / "var" / "kept", keyring, kind="duty", name=name)


def test_what_was_written_is_read_by_the_next_process_and_by_nobody_else(folder):
    file_in(folder).write(ROSTER)
    path = folder / "var" / "kept"
    assert file_in(folder).read() == ROSTER
    assert b"+46" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(NothingBeside):
        file_in(folder, private=()).read()


def test_it_opens_in_no_other_place(folder):
    file_in(folder).write(ROSTER)
    with pytest.raises(NothingBeside):
        file_in(folder, name="another").read()


def test_whoever_holds_only_the_public_half_can_put_nothing_in_its_place(folder):
    public = Keyring.load(folder / "keys").public("duty")
    box = seal(ROSTER, public, binding=Binding(table="beside", column="file", row="roster", case=""))
    file_in(folder).write(b"ours")
    path = folder / "var" / "kept"
    for forged in (box, bytes(32) + box, path.read_bytes()[:32] + box):
        path.write_bytes(forged)
        with pytest.raises(NothingBeside):
            file_in(folder).read()


def test_any_change_to_it_is_found_out(folder):
    file_in(folder).write(ROSTER)
    path = folder / "var" / "kept"
    written = path.read_bytes()
    for place in (0, 31, 32, 33, 40, len(written) // 2, len(written) - 1):
        path.write_bytes(written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :])
        with pytest.raises(NothingBeside):
            file_in(folder).read()
    for length in (0, 5, 32, 40, len(written) - 1):
        path.write_bytes(written[:length])
        with pytest.raises(NothingBeside):
            file_in(folder).read()


def test_after_the_key_was_replaced_the_old_file_opens_and_the_next_is_sealed_to_the_new_one(folder):
    file_in(folder).write(ROSTER)
    newer = add_generation(folder / "keys", 2, kind="duty")
    assert file_in(folder).read() == ROSTER
    assert file_in(folder).key_id == newer.key_id
    file_in(folder).write(b"newer")
    assert file_in(folder).read() == b"newer"


def test_a_write_that_fails_leaves_what_was_there_and_no_rest(folder, monkeypatch):
    file_in(folder).write(ROSTER)
    monkeypatch.setattr("os.fsync", _full)
    with pytest.raises(OSError, match="full"):
        file_in(folder).write(b"newer")
    assert file_in(folder).read() == ROSTER
    assert [path.name for path in (folder / "var").iterdir()] == ["kept"]


def _full(_handle: int) -> None:
    raise OSError(28, "full")
