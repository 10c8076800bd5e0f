from __future__ import annotations

import os
import pickle
import shutil
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.errors import Misconfigured
from app.vault.envelope import Binding, key_id_for, new_key, open_box, seal
from app.vault.keyfiles import PRIVATE, PUBLIC, KeyFile
from app.vault.keyring import Keyring

ALL = ("rota", "duty", "audit", "index")
HERE = Binding(table="t", column="c", row="r", case="")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "keys"
    Keyring.create(folder)
    return folder


def only(folder, pattern):
    (path,) = folder.glob(pattern)
    return path


def add_generation(folder, generation, kind="rota"):
    key = new_key(kind)
    KeyFile(kind, generation, key.key_id, PRIVATE, folder).write(key.to_bytes())
    KeyFile(kind, generation, key.key_id, PUBLIC, folder).write(key.public.raw)
    return key


def test_making_keys_makes_every_kind_and_shows_them_to_nobody_else(tmp_path):
    folder = tmp_path / "var" / "keys"
    created = Keyring.create(folder)
    assert sorted(path.name.split(".")[0] + path.suffix for path in created) == [
        "audit.key", "audit.pub", "duty.key", "duty.pub", "index.key", "push.key", "push.pub", "rota.key", "rota.pub",
    ]  # fmt: skip
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in created if path.suffix == ".key")


def test_making_keys_twice_changes_nothing(folder):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert Keyring.create(folder) == []
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_making_keys_adds_only_what_is_missing(folder):
    lost = only(folder, "index.*")
    lost.unlink()
    (made,) = Keyring.create(folder)
    assert made.name.startswith("index.0001.")


def test_a_lost_public_half_is_made_again_from_the_private_one(folder):
    lost = only(folder, "rota.*.pub")
    before = lost.read_bytes()
    lost.unlink()
    with pytest.raises(Misconfigured, match="dygnet init"):
        Keyring.load(folder)
    assert Keyring.create(folder) == [lost]
    assert lost.read_bytes() == before


def test_a_folder_of_public_halves_gets_no_private_ones(folder):
    for path in folder.glob("*.key"):
        path.unlink()
    assert [path.name.split(".")[0] for path in Keyring.create(folder)] == ["index"]


def test_two_first_starts_at_once_make_one_set_of_keys(tmp_path):
    starts = [threading.Thread(target=Keyring.create, args=(tmp_path,)) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(list(tmp_path.iterdir())) == 9


def test_a_key_file_is_never_overwritten(folder):
    private = KeyFile.named(only(folder, "rota.*.key"))
    with pytest.raises(Misconfigured, match="not overwritten"):
        private.write(b"x")


def test_what_is_sealed_to_the_public_half_opens_with_the_private_one(folder):
    box = seal(b"x", Keyring.load(folder).public("rota"), binding=HERE)
    assert open_box(box, Keyring.load(folder, private=("rota",)).private("rota"), binding=HERE) == b"x"


def test_the_log_key_signs_what_its_public_half_verifies(folder):
    signature = Keyring.load(folder, private=("audit",)).log_key.sign(b"checkpoint")
    Keyring.load(folder).log_public.verify(signature, b"checkpoint")


def test_the_log_keeps_its_name_when_a_newer_key_signs_it(folder):
    name = Keyring.load(folder).log_name
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    KeyFile("audit", 2, key_id_for("audit", public), PUBLIC, folder).write(public)
    keyring = Keyring.load(folder)
    assert keyring.log_public.public_bytes_raw() == public
    assert keyring.log_name == name
    assert name.startswith("dygnet/audit-")


def test_the_index_key_is_the_same_for_every_process(folder):
    one, other = (Keyring.load(folder, private=("index",)).index_key for _ in range(2))
    assert one == other
    assert len(one) == 32


def test_a_process_that_did_not_ask_holds_no_private_half(folder):
    keyring = Keyring.load(folder, private=("index",))
    assert [kind for kind in ALL if keyring.holds(kind)] == ["index"]
    for ask in (lambda: keyring.private("rota"), lambda: keyring.private("duty"), lambda: keyring.log_key):
        with pytest.raises(Misconfigured, match="dygnet init"):
            ask()


def test_a_private_half_not_asked_for_is_not_even_looked_into(folder):
    only(folder, "rota.*.key").write_text("not a key")
    Keyring.load(folder, private=("duty",))


def test_a_folder_with_only_public_halves_is_enough_to_seal(folder):
    for path in folder.glob("*.key"):
        path.unlink()
    keyring = Keyring.load(folder, private=ALL)
    assert keyring.public("rota").key_id.startswith("rota-")
    assert not any(keyring.holds(kind) for kind in ALL)
    with pytest.raises(Misconfigured, match="index"):
        keyring.index_key  # noqa: B018


def test_a_missing_public_half_says_what_to_do(folder):
    for path in folder.glob("duty.*"):
        path.unlink()
    with pytest.raises(Misconfigured, match=r"duty.*dygnet init"):
        Keyring.load(folder).public("duty")


def test_a_missing_folder_says_what_to_do(tmp_path):
    with pytest.raises(Misconfigured, match=r"nowhere.*dygnet init"):
        Keyring.load(tmp_path / "nowhere")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_private_half_that_others_can_read_is_refused(folder, mode):
    exposed = only(folder, "rota.*.key")
    exposed.chmod(mode)
    with pytest.raises(Misconfigured, match=f"chmod 600 .*{exposed.name}"):
        Keyring.load(folder, private=("rota",))


@pytest.mark.parametrize("damage", ["", "garbage", "{header}\n!!!!", "{header}\nAAAA", "{header}", "ÅÄÖ"])
@pytest.mark.parametrize("pattern", ["rota.*.key", "rota.*.pub", "audit.*.key", "audit.*.pub", "index.*.key"])
def test_a_damaged_key_file_is_named(folder, pattern, damage):
    damaged = only(folder, pattern)
    damaged.write_text(damage.format(header=damaged.read_text().splitlines()[0]))
    with pytest.raises(Misconfigured, match=damaged.name):
        Keyring.load(folder, private=ALL)


def test_a_key_renamed_to_anothers_id_is_refused(folder):
    path = only(folder, "rota.*.pub")
    path.write_text(only(folder, "duty.*.pub").read_text())
    with pytest.raises(Misconfigured, match=path.name):
        Keyring.load(folder)


def test_the_highest_generation_is_current_whatever_the_file_times_say(folder):
    old = Keyring.load(folder).public("rota")
    tenth, second = add_generation(folder, 10), add_generation(folder, 2)
    for path in folder.glob(f"rota.0010.{tenth.key_id[5:]}.*"):
        os.utime(path, (0, 0))
    keyring = Keyring.load(folder, private=("rota",))
    assert keyring.public("rota").key_id == tenth.key_id
    assert keyring.private("rota").key_id == tenth.key_id
    assert keyring.private("rota", second.key_id).key_id == second.key_id
    assert keyring.private("rota", old.key_id).key_id == old.key_id


def test_two_keys_of_one_generation_are_refused(folder):
    add_generation(folder, 1)
    with pytest.raises(Misconfigured, match="same generation"):
        Keyring.load(folder)


def test_an_unknown_key_id_is_not_another_key(folder):
    with pytest.raises(Misconfigured, match="rota-00000000"):
        Keyring.load(folder, private=("rota",)).private("rota", "rota-00000000")


def test_an_unknown_kind_is_a_mistake_of_ours(folder):
    with pytest.raises(ValueError, match="nonsense"):
        Keyring.load(folder, private=("nonsense",))


def test_other_files_in_the_folder_are_left_alone(folder):
    (folder / "README").write_text("hello")
    (folder / ".rota.0002.00000000.key.unfinished").write_text("half a key")
    shutil.copy(only(folder, "rota.*.pub"), folder / "partner.0001.00000000.pub")
    Keyring.load(folder, private=ALL)


def test_a_key_file_tells_a_human_what_it_is(folder):
    header = only(folder, "rota.*.key").read_text().splitlines()[0]
    assert header.startswith("dygnet private key, version 1, rota, rota-")


def test_a_keyring_shows_nothing_and_stays_here(folder):
    keyring = Keyring.load(folder, private=ALL)
    assert repr(keyring) == "<Keyring>"
    assert repr(keyring.index_key) == str(keyring.index_key) == f"{keyring.index_key}" == "<IndexKey>"
    with pytest.raises(TypeError):
        pickle.dumps(keyring)
