"""Where keys come from: a folder of files, or the environment of a platform without disks.

Both say which halves there are, and read one when it is asked for. What opens a locked folder (a passphrase, a token)
is named by the environment of the process itself, not by `.env`, which lies beside the rest of the disk:

    KEYS_PASSPHRASE_FILE=/run/secrets/keys       or systemd's LoadCredential=dygnet-keys-passphrase:…
    KEYS_TOKEN_MODULE=/usr/lib/softhsm/libsofthsm2.so  KEYS_TOKEN=dygnet  KEYS_TOKEN_PIN_FILE=/run/secrets/pin
    DYGNET_KEY_ROTA=1:BASE64,2:BASE64            private halves by generation; DYGNET_KEY_ROTA_PUBLIC for public ones
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from app.errors import Misconfigured
from app.vault.envelope import NotAKey, key_id_for
from app.vault.keyfiles import PRIVATE, PUBLIC, KeyFile, files_in, write_whole
from app.vault.kinds import KINDS
from app.vault.locks import Cost, Lock, Passphrase, Wrapper
from app.vault.tokens import Token

LOCK_FILE: Final = "folder.lock"
CREDENTIAL: Final = "dygnet-keys-passphrase"
VARIABLE: Final = "DYGNET_KEY_"
_PUBLIC: Final = "_PUBLIC"
_TITLE: Final = "dygnet lock, version 1, "
Environment = Mapping[str, str]


@dataclass(frozen=True, order=True)
class Half:
    """One half of a key that can be had: what it is, where it stands, and how to read it."""

    kind: str
    generation: int
    key_id: str
    half: str
    where: str = field(compare=False)
    read: Callable[[], bytes] = field(compare=False, repr=False)


class Provider(Protocol):
    """A place that keys come from."""

    def halves(self) -> Sequence[Half]:
        """Every half there is. Misconfigured when the place cannot be used."""

    def marker(self) -> object:
        """What is another value once the halves are others; cheap enough to be asked for every second."""


class Folder:
    """Key files in a folder; those that are locked are opened with what the environment names."""

    def __init__(self, path: Path, environ: Environment) -> None:
        self.path = path
        self._environ = environ
        self._opened: tuple[bytes, Lock] | None = None

    def halves(self) -> Sequence[Half]:
        return [
            Half(file.kind, file.generation, file.key_id, file.half, str(file.path), partial(self._read, file))
            for file in files_in(self.path)
        ]

    def marker(self) -> object:
        """A name that appears or goes changes the folder's time; files are never written in place."""
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return None

    def lock(self) -> Lock | None:
        """What opens the folder's locked files; None for a folder without a lock. Argon2id runs once for each lock."""
        path = self.path / LOCK_FILE
        if not path.exists():
            return None
        kept = path.read_bytes()
        if self._opened is None or self._opened[0] != kept:
            self._opened = kept, _opened(kept, self._environ)
        return self._opened[1]

    def _read(self, file: KeyFile) -> bytes:
        return file.read(self.lock() if file.half == PRIVATE else None)


class Variables:
    """Keys in the environment. Whoever reads a process's environment has them: for platforms that offer no disk."""

    def __init__(self, environ: Environment) -> None:
        self._environ = environ

    def halves(self) -> Sequence[Half]:
        private = [half for kind in KINDS for half in self._listed(kind, PRIVATE)]
        public = [half for kind in KINDS for half in self._listed(kind, PUBLIC)]
        made = [_public_of(half) for half in private if KINDS[half.kind].has_public_file]
        return [*private, *{half.key_id: half for half in (*made, *public)}.values()]

    def marker(self) -> object:
        """The environment of a process does not change while it runs."""
        return None

    def _listed(self, kind: str, half: str) -> list[Half]:
        variable = variable_of(kind, half)
        return [
            _from_variable(variable, kind, half, each) for each in self._environ.get(variable, "").split(",") if each
        ]


def providers_for(folder: Path, environ: Environment | None = None) -> list[Provider]:
    """Where this process has its keys from: the environment, if it names any, and the folder, if there is one."""
    environ = os.environ if environ is None else environ
    named = any(environ.get(variable_of(kind, half)) for kind in KINDS for half in (PRIVATE, PUBLIC))
    if not named:
        return [Folder(folder, environ)]
    return [Variables(environ), *([Folder(folder, environ)] if folder.is_dir() else [])]


def variable_of(kind: str, half: str) -> str:
    """The variable that holds keys of this kind."""
    return VARIABLE + kind.upper() + (_PUBLIC if half == PUBLIC else "")


def lock_of(folder: Path, environ: Environment | None = None) -> Lock | None:
    """What opens and locks the files of this folder; None for a folder that is not locked."""
    return Folder(folder, os.environ if environ is None else environ).lock()


def keep_lock(folder: Path, lock: Lock, wrapper: Wrapper) -> None:
    """Write the lock file, over the one of an earlier passphrase or token."""
    kept = base64.b64encode(lock.kept_by(wrapper)).decode()
    write_whole(folder / LOCK_FILE, f"{_TITLE}{wrapper.name}\n{kept}\n")


def passphrase_in(environ: Environment) -> str | None:
    """The passphrase that the environment names; None when it names none. Misconfigured when others can read it."""
    given = environ.get("KEYS_PASSPHRASE_FILE")
    handed = Path(environ["CREDENTIALS_DIRECTORY"]) / CREDENTIAL if environ.get("CREDENTIALS_DIRECTORY") else None
    path = Path(given) if given else handed if handed and handed.exists() else None
    return _secret_in(path) if path else None


def token_in(environ: Environment) -> Token | None:
    """The token that the environment names; None when it names none."""
    module, label, pin = (environ.get(f"KEYS_TOKEN{which}") for which in ("_MODULE", "", "_PIN_FILE"))
    if not (module or label or pin):
        return None
    if not (module and label and pin):
        raise Misconfigured("KEYS_TOKEN_MODULE, KEYS_TOKEN and KEYS_TOKEN_PIN_FILE belong together: set all three")
    return Token(module, label, _secret_in(Path(pin)))


def _opened(kept: bytes, environ: Environment) -> Lock:
    header, _, body = kept.decode("ascii", errors="replace").partition("\n")
    how = header.removeprefix(_TITLE)
    try:
        wrapped = base64.b64decode(body.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Misconfigured("The lock file of the keys is damaged: restore it from a backup.") from None
    return Lock(_wrapper(how, environ).unwrapped(wrapped))


def _wrapper(how: str, environ: Environment) -> Wrapper:
    kind, _, rest = how.partition(", ")
    if kind == "token":
        token = token_in(environ)
        if token is None:
            raise Misconfigured(f"The keys are locked by the token {rest}: set KEYS_TOKEN, _MODULE and _PIN_FILE.")
        return token
    words = passphrase_in(environ)
    if kind != "passphrase" or words is None:
        raise Misconfigured("The keys are locked: name the file with their passphrase in KEYS_PASSPHRASE_FILE.")
    return Passphrase(words, Cost.parse(rest))


def _secret_in(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise Misconfigured(f"Others can read {path}. Run: chmod 600 {path}")
            words = file.read().strip()
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"The file {path} cannot be read by this process.") from None
    if not words:
        raise Misconfigured(f"The file {path} is empty.")
    return words


def _from_variable(variable: str, kind: str, half: str, written: str) -> Half:
    generation, _, encoded = written.strip().partition(":")
    try:
        raw = base64.b64decode(encoded, validate=True)
        key_id = key_id_for(kind, raw if half == PUBLIC else KINDS[kind].public_half(raw))
        return Half(kind, int(generation), key_id, half, variable, lambda: raw)
    except (NotAKey, ValueError):
        raise Misconfigured(f"{variable} holds no key: it is written GENERATION:BASE64, separated by commas.") from None


def _public_of(private: Half) -> Half:
    raw = KINDS[private.kind].public_half(private.read())
    return Half(private.kind, private.generation, private.key_id, PUBLIC, private.where, lambda: raw)
