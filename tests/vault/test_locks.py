"""Key files encrypted on disk: by a passphrase, and by a token that stands beside the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.errors import BadInput, Misconfigured
from app.keys import locking
from app.vault.keyfiles import PRIVATE, files_in
from app.vault.keyring import Keyring
from app.vault.kinds import IN_FILES
from app.vault.locks import CannotUnlock, Cost, Lock, Passphrase
from app.vault.providers import LOCK_FILE, lock_of
from app.vault.tokens import Token
from tests.marks import not_tested

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
WORDS = "sju sjösjuka sjömän"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@pytest.fixture
def folder(tmp_path):
    Keyring.create(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def told(tmp_path, monkeypatch):
    """The passphrase, where a process is told it."""
    path = tmp_path / "passphrase"
    path.write_text(WORDS + "\n")
    path.chmod(0o600)
    monkeypatch.setenv("KEYS_PASSPHRASE_FILE", str(path))
    return path


def ids(folder):
    keyring = Keyring.load(folder, private=IN_FILES)
    return keyring.private("rota").key_id, keyring.private("duty").key_id, bytes(keyring.index_key)


def privates(folder):
    return [file for file in files_in(folder) if file.half == PRIVATE]


def test_locked_keys_open_for_who_was_told_the_passphrase(folder, told):
    before, raw = ids(folder), [file.read() for file in privates(folder)]
    assert len(locking.lock(folder, Passphrase(WORDS, CHEAP))) == 5
    assert ids(folder) == before
    assert all(file.is_locked for file in privates(folder))
    on_disk = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not any(key in on_disk for key in raw)


@pytest.mark.parametrize("how", ["nothing", "another", "empty", "readable"])
def test_without_the_passphrase_they_do_not(folder, told, how, monkeypatch):
    locking.lock(folder, Passphrase(WORDS, CHEAP))
    if how == "nothing":
        monkeypatch.delenv("KEYS_PASSPHRASE_FILE")
    told.write_text({"another": "sju sjuka sjömän", "empty": " \n"}.get(how, WORDS))
    told.chmod(0o644 if how == "readable" else 0o600)
    with pytest.raises(Misconfigured, match=r"KEYS_PASSPHRASE_FILE|does not open|is empty|chmod 600") as problem:
        ids(folder)
    assert WORDS not in str(problem.value)
    assert Keyring.load(folder).public("rota")


def test_a_credential_that_systemd_hands_over_opens_them(folder, told, monkeypatch):
    locking.lock(folder, Passphrase(WORDS, CHEAP))
    monkeypatch.delenv("KEYS_PASSPHRASE_FILE")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(told.parent))
    told.rename(told.with_name("dygnet-keys-passphrase"))
    assert ids(folder)


def test_a_new_key_in_a_locked_folder_is_locked(folder, told):
    locking.lock(folder, Passphrase(WORDS, CHEAP))
    for path in folder.glob("push.*"):
        path.unlink()
    Keyring.create(folder)
    assert all(file.is_locked for file in privates(folder))


def test_whoever_was_stopped_while_locking_reads_both_and_goes_on(folder, told):
    before, key = ids(folder), Lock.new()
    locking.lock(folder, Passphrase(WORDS, CHEAP))
    first, *_ = privates(folder)
    first.rewrite(first.read(lock_of(folder)), None)
    assert ids(folder) == before
    assert locking.lock(folder, Passphrase(WORDS, CHEAP)) == [first.key_id]
    assert repr(key) == "<Lock>"


def test_another_passphrase_changes_one_small_file(folder, told):
    locking.lock(folder, Passphrase(WORDS, CHEAP))
    before, files = ids(folder), {path: path.read_bytes() for path in folder.iterdir()}
    locking.lock(folder, Passphrase("a quite different one", CHEAP))
    assert [path.name for path, was in files.items() if path.read_bytes() != was] == [LOCK_FILE]
    told.write_text("a quite different one")
    assert ids(folder) == before


def test_unlocked_they_are_as_before(folder, told):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    locking.lock(folder, Passphrase(WORDS, CHEAP))
    locking.unlock(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with pytest.raises(BadInput, match="not locked"):
        locking.unlock(folder)


def test_a_locked_key_opens_under_its_own_name_only(folder, told):
    locking.lock(folder, Passphrase(WORDS, CHEAP))
    rota = next(folder.glob("rota.*.key"))
    rota.write_text(next(folder.glob("duty.*.key")).read_text())
    with pytest.raises(Misconfigured, match="something else than its name says"):
        ids(folder)
    body = next(folder.glob("duty.*.key")).read_text().partition("\n")[2]
    rota.write_text(f"dygnet locked private key, version 1, rota, rota-{rota.name.split('.')[2]}\n{body}")
    with pytest.raises(CannotUnlock):
        ids(folder)


@pytest.mark.parametrize("terms", ["t=3 m=9999999999 p=1", "t=0 m=8 p=1", "t=x", "", "t=999 m=8 p=1"])
def test_a_lock_file_cannot_ask_for_endless_work(terms):
    with pytest.raises(Misconfigured, match="lock file"):
        Cost.parse(f"argon2id {terms}")


# A token: SoftHSM keeps one in a folder and answers like hardware.


@dataclass(frozen=True)
class SoftToken:
    module: str
    pin: Path
    label: str = "dygnet-test"


@pytest.fixture
def token(tmp_path, monkeypatch):
    module = next((path for path in MODULES if Path(path).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        not_tested("there is no token: softhsm2 is not installed")
    (tmp_path / "tokens").mkdir()
    config = tmp_path / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    pin = tmp_path / "pin"
    pin.write_text("135790")
    pin.chmod(0o600)
    new = ["softhsm2-util", "--init-token", "--free", "--label", "dygnet-test", "--pin", "135790", "--so-pin", "97531"]
    subprocess.run(new, check=True, capture_output=True)
    return SoftToken(module, pin)


CHILD = """
import sys
from pathlib import Path
from app.keys import locking
from app.vault.keyring import Keyring
from app.vault.tokens import Token
folder, module, label, pin, deed = sys.argv[1:]
if deed == "lock":
    locking.lock(Path(folder), Token(module, label, Path(pin).read_text()))
print(Keyring.load(Path(folder), private=("rota",)).private("rota").key_id)
"""


def test_a_token_keeps_what_opens_the_files_and_nothing_else_does(folder, token):
    """In processes of their own: the module is loaded into a process once, and stays."""
    expected = Keyring.load(folder).public("rota").key_id
    named = {"KEYS_TOKEN_MODULE": token.module, "KEYS_TOKEN": token.label, "KEYS_TOKEN_PIN_FILE": str(token.pin)}
    arguments = [str(folder), token.module, token.label, str(token.pin)]

    assert _child(*arguments, "lock", **named).stdout.split() == [expected]
    assert _child(*arguments, "load", **named).stdout.split() == [expected]
    assert "set KEYS_TOKEN" in _child(*arguments, "load").stderr
    token.pin.write_text("000000")
    assert "PinIncorrect" in _child(*arguments, "load", **named).stderr
    shutil.rmtree(folder.parent / "tokens")
    (folder.parent / "tokens").mkdir()
    assert "CannotUnlock" in _child(*arguments, "load", **named).stderr


def _child(*arguments: str, **named: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": "."} | named
    return subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], capture_output=True, text=True, env=environment, check=False
    )


def test_a_token_that_is_not_there_is_said(folder):
    with pytest.raises(CannotUnlock, match="cannot be used through"):
        locking.lock(folder, Token("/nowhere/module.so", "label", "1234"))
