from __future__ import annotations

import base64
import time

import pytest

from app.errors import Misconfigured
from app.vault.envelope import new_key
from app.vault.keyfiles import PRIVATE, PUBLIC, KeyFile, coming_in
from app.vault.keyring import Keyring
from app.vault.providers import variable_of


def written(*keys):
    return ",".join(f"{generation}:{base64.b64encode(raw).decode()}" for generation, raw in enumerate(keys, start=1))


def test_keys_in_the_environment_need_no_folder(tmp_path, monkeypatch):
    older, newer, duty = new_key("rota"), new_key("rota"), new_key("duty")
    monkeypatch.setenv("DYGNET_KEY_ROTA", written(older.to_bytes(), newer.to_bytes()))
    monkeypatch.setenv("DYGNET_KEY_DUTY_PUBLIC", written(duty.public.raw))
    monkeypatch.setenv("DYGNET_KEY_INDEX", written(b"i" * 32))
    keyring = Keyring.load(tmp_path / "nowhere", private=("rota", "index"))
    assert keyring.public("rota").key_id == keyring.private("rota").key_id == newer.key_id
    assert keyring.private("rota", older.key_id).key_id == older.key_id
    assert (keyring.public("duty").key_id, keyring.holds("duty")) == (duty.key_id, False)
    assert keyring.index_key == b"i" * 32


def test_the_environment_adds_to_the_folder(tmp_path, monkeypatch):
    Keyring.create(tmp_path)
    key = new_key("rota")
    monkeypatch.setenv("DYGNET_KEY_ROTA", f"2:{base64.b64encode(key.to_bytes()).decode()}")
    keyring = Keyring.load(tmp_path, private=("rota", "duty"))
    assert keyring.public("rota").key_id == key.key_id
    assert len(keyring.privates("rota")) == 2
    assert keyring.holds("duty")


@pytest.mark.parametrize("value", ["garbage", "1:!!", "x:AAAA", "1:AAAA", ":"])
def test_a_variable_that_holds_no_key_is_named_and_not_shown(tmp_path, monkeypatch, value):
    monkeypatch.setenv(variable_of("rota", PRIVATE), value)
    with pytest.raises(Misconfigured, match=r"^DYGNET_KEY_ROTA holds no key: it is written GENERATION:BASE64"):
        Keyring.load(tmp_path, private=("rota",))


def test_a_folder_that_others_write_in_is_refused(tmp_path):
    Keyring.create(tmp_path / "keys")
    (tmp_path / "keys").chmod(0o770)
    with pytest.raises(Misconfigured, match="chmod 700"):
        Keyring.load(tmp_path / "keys")


def publish(folder, generation):
    key = new_key("rota")
    for half, raw in ((PRIVATE, key.to_bytes()), (PUBLIC, key.public.raw)):
        KeyFile("rota", generation, key.key_id, half, folder).write(raw)
    return key


def test_a_process_that_runs_sees_a_new_generation_within_a_second(tmp_path):
    Keyring.create(tmp_path)
    keyring = Keyring.load(tmp_path, private=("rota",))
    before = keyring.public("rota").key_id
    key = publish(tmp_path, 2)
    deadline = time.monotonic() + 3
    while keyring.public("rota").key_id == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert keyring.private("rota").key_id == keyring.public("rota").key_id == key.key_id
    assert keyring.private("rota", before).key_id == before


def test_a_key_that_is_coming_is_nobodys_yet(tmp_path):
    Keyring.create(tmp_path)
    current, key = Keyring.load(tmp_path).public("rota").key_id, new_key("rota")
    private = KeyFile("rota", 2, key.key_id, PRIVATE, tmp_path)
    public = KeyFile("rota", 2, key.key_id, PUBLIC, tmp_path)
    private.prepare(key.to_bytes())
    public.prepare(key.public.raw)
    assert private.coming.stat().st_mode & 0o777 == 0o600
    assert Keyring.load(tmp_path).public("rota").key_id == current
    private.publish()  # and the power goes
    assert Keyring.load(tmp_path, private=("rota",)).public("rota").key_id == current
    assert coming_in(tmp_path) == [public]
    public.publish()
    assert Keyring.load(tmp_path).public("rota").key_id == key.key_id


def test_keys_that_change_and_cannot_be_read_leave_those_of_before_in_use(tmp_path):
    Keyring.create(tmp_path)
    keyring = Keyring.load(tmp_path)
    before = keyring.public("rota").key_id
    (tmp_path / "rota.0009.00000000.pub").write_text("half a key")
    time.sleep(1.05)
    assert keyring.public("rota").key_id == before
    (tmp_path / "rota.0009.00000000.pub").unlink()
    key = publish(tmp_path, 2)
    time.sleep(1.05)
    assert keyring.public("rota").key_id == key.key_id
