"""The keys a process holds, and only those.

Public halves are always read; a private half only when it is asked for by kind, so that a process that
faces the internet can run from a folder that never had one.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import Misconfigured
from app.vault.envelope import NotAKey, PrivateKey, PublicKey, key_id_for
from app.vault.keyfiles import PRIVATE, PUBLIC, KeyFile, alone_in, files_in
from app.vault.kinds import KINDS, IndexKey, push_key
from app.vault.secrecy import Secret

Key = TypeVar("Key")


class Keyring(Secret):
    """What was read from the folder of keys. The newest generation of each kind is the current one."""

    __slots__ = (
        "_folder",
        "_index_keys",
        "_log_keys",
        "_log_publics",
        "_private",
        "_public",
        "_push_keys",
        "_push_publics",
    )

    def __init__(self, folder: Path) -> None:
        """An empty ring; use `load`."""
        self._folder = folder
        self._public: dict[str, PublicKey] = {}
        self._private: dict[str, PrivateKey] = {}
        self._log_publics: dict[str, Ed25519PublicKey] = {}
        self._log_keys: dict[str, Ed25519PrivateKey] = {}
        self._index_keys: dict[str, IndexKey] = {}
        self._push_publics: dict[str, bytes] = {}
        self._push_keys: dict[str, EllipticCurvePrivateKey] = {}

    @staticmethod
    def create(folder: Path) -> list[Path]:
        """Make the keys that are missing and say which files were written. Safe to repeat; overwrites nothing."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone_in(folder):
            files = files_in(folder)
            return [path for kind in KINDS for path in _complete(folder, kind, [f for f in files if f.kind == kind])]

    @classmethod
    def load(cls, folder: Path, private: Collection[str] = ()) -> Keyring:
        """Read every public half, and the private halves of the kinds named.

        Misconfigured, naming the file and the remedy, when a file is damaged, without its public half, or a
        private one readable by others. A kind with no file at all is found missing when it is asked for.
        """
        if strangers := set(private) - set(KINDS):
            raise ValueError(f"no such kind of key: {', '.join(sorted(strangers))}")
        keyring = cls(folder)
        files = [file for file in files_in(folder) if file.kind in KINDS]
        _insist_on_public_halves(files)
        for file in files:
            if file.half == PUBLIC or file.kind in private:
                keyring._add(file)
        return keyring

    def public(self, kind: str) -> PublicKey:
        """The public half to seal to now: "rota" or "duty"."""
        return self._newest(self._public, kind, "public half of a key")

    def private(self, kind: str, key_id: str | None = None) -> PrivateKey:
        """The current private half of "rota" or "duty", or the one with this id."""
        if key_id is None:
            return self._newest(self._private, kind, "private half of a key")
        if key_id not in self._private:
            raise Misconfigured(f"This process holds no private half of {key_id} (looked in {self._folder}).")
        return self._private[key_id]

    def holds(self, kind: str) -> bool:
        """Whether this process can open, sign or index with the kind's private half."""
        held = (*self._private, *self._log_keys, *self._index_keys, *self._push_keys)
        return any(_is(kind, key_id) for key_id in held)

    @property
    def index_key(self) -> bytes:
        """The key of the short index and of the locators."""
        return self._newest(self._index_keys, "index", "key")

    @property
    def push_key(self) -> EllipticCurvePrivateKey:
        """The key that signs what is sent to push services."""
        return self._newest(self._push_keys, "push", "private half of a key")

    @property
    def push_public(self) -> bytes:
        """What a browser is told to take pushes from: the uncompressed point."""
        return self._newest(self._push_publics, "push", "public half of a key")

    @property
    def log_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints."""
        return self._newest(self._log_keys, "audit", "private half of a key")

    @property
    def log_public(self) -> Ed25519PublicKey:
        """The key that verifies what `log_key` signs."""
        return self._newest(self._log_publics, "audit", "public half of a key")

    @property
    def log_name(self) -> str:
        """The log's unchanging name: that of its first key, also after later ones took over."""
        self._newest(self._log_publics, "audit", "public half of a key")
        return f"dygnet/{next(iter(self._log_publics))}"

    def _newest(self, keys: dict[str, Key], kind: str, what: str) -> Key:
        of_this_kind = [key for key_id, key in keys.items() if _is(kind, key_id)]
        if not of_this_kind:
            raise Misconfigured(f"This process holds no {what} {self._folder}/{kind}.*. Make keys with: dygnet init")
        return of_this_kind[-1]

    def _add(self, file: KeyFile) -> None:
        raw = file.read()
        try:
            _insist_on_its_id(file, raw)
            self._keep(file, raw)
        except (NotAKey, ValueError):
            raise Misconfigured(f"The key file {file.path} holds another key than its name says.") from None

    def _keep(self, file: KeyFile, raw: bytes) -> None:
        match file.kind, file.half:
            case "audit", "pub":
                self._log_publics[file.key_id] = Ed25519PublicKey.from_public_bytes(raw)
            case "audit", _:
                self._log_keys[file.key_id] = Ed25519PrivateKey.from_private_bytes(raw)
            case "index", _:
                self._index_keys[file.key_id] = IndexKey(raw)
            case "push", "pub":
                self._push_publics[file.key_id] = raw
            case "push", _:
                self._push_keys[file.key_id] = push_key(raw)
            case _, "pub":
                self._public[file.key_id] = PublicKey(file.key_id, raw)
            case _:
                self._private[file.key_id] = PrivateKey.from_bytes(file.key_id, raw)


def _complete(folder: Path, kind: str, present: list[KeyFile]) -> list[Path]:
    """The files written so that this kind has a key, and each private half its public one."""
    if present:
        return [_write_public_half(file, file.read()) for file in _without_public_half(present)]
    raw = KINDS[kind].new()
    private = KeyFile(kind, 1, key_id_for(kind, KINDS[kind].public_half(raw)), PRIVATE, folder)
    written = [private.write(raw)]
    return [*written, _write_public_half(private, raw)] if KINDS[kind].has_public_file else written


def _write_public_half(private: KeyFile, raw: bytes) -> Path:
    public = KeyFile(private.kind, private.generation, private.key_id, PUBLIC, private.folder)
    return public.write(KINDS[private.kind].public_half(raw))


def _insist_on_its_id(file: KeyFile, raw: bytes) -> None:
    public = raw if file.half == PUBLIC else KINDS[file.kind].public_half(raw)
    if key_id_for(file.kind, public) != file.key_id:
        raise NotAKey(f"{file.key_id} is not the id of this key")


def _insist_on_public_halves(files: list[KeyFile]) -> None:
    for file in _without_public_half(files):
        raise Misconfigured(f"The key file {file.path} has lost its public half. Make it again with: dygnet init")


def _without_public_half(files: list[KeyFile]) -> list[KeyFile]:
    public = {file.key_id for file in files if file.half == PUBLIC}
    private = [file for file in files if file.half == PRIVATE]
    return [file for file in private if KINDS[file.kind].has_public_file and file.key_id not in public]


def _is(kind: str, key_id: str) -> bool:
    return key_id.startswith(f"{kind}-")
