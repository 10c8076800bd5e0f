"""The keys a process holds, and only those.

Public halves are always read; a private half only when it is asked for by kind, so that a process that
faces the internet can run from a folder that never had one. A process that runs sees a new generation within a
second: the folder's time is looked at, which costs two microseconds, and is read again when it is another.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import Misconfigured
from app.logs import Log
from app.vault.envelope import NotAKey, PrivateKey, PublicKey, key_id_for
from app.vault.keyfiles import PRIVATE, PUBLIC, KeyFile, alone_in, coming_in, files_in
from app.vault.kinds import IN_FILES, KINDS, IndexKey, push_key
from app.vault.locks import Lock
from app.vault.providers import Half, Provider, lock_of, providers_for
from app.vault.secrecy import Secret

Key = TypeVar("Key")

LOOK_EVERY: Final = 1.0
"""Real seconds between two looks at whether there are other keys."""

_log = Log("vault")


@dataclass
class _Held:
    """What was read at one time. Each from the oldest generation to the newest."""

    public: dict[str, PublicKey] = field(default_factory=dict)
    private: dict[str, PrivateKey] = field(default_factory=dict)
    log_publics: dict[str, Ed25519PublicKey] = field(default_factory=dict)
    log_keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict)
    index_keys: dict[str, IndexKey] = field(default_factory=dict)
    push_publics: dict[str, bytes] = field(default_factory=dict)
    push_keys: dict[str, EllipticCurvePrivateKey] = field(default_factory=dict)


class Keyring(Secret):
    """The keys as they are now. The newest generation of each kind is the current one."""

    __slots__ = ("_folder", "_last", "_looked_at", "_marker", "_providers", "_wanted")

    def __init__(self, folder: Path, providers: Sequence[Provider], private: Collection[str]) -> None:
        """Use `load`."""
        self._folder = folder
        self._providers = providers
        self._wanted = frozenset(private)
        self._marker = self._marked()
        self._last = self._read()
        self._looked_at = time.monotonic()

    @staticmethod
    def create(folder: Path) -> list[Path]:
        """Make the keys that are missing and say which files were written. Safe to repeat; overwrites nothing."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone_in(folder):
            files = files_in(folder)
            lock = lock_of(folder)
            own = {kind: [file for file in files if file.kind == kind] for kind in IN_FILES}
            return [path for kind, present in own.items() for path in _complete(folder, kind, present, lock)]

    @classmethod
    def load(cls, folder: Path, private: Collection[str] = ()) -> Keyring:
        """Read every public half, and the private halves of the kinds named.

        Misconfigured, naming the file and the remedy, when a file is damaged, without its public half, or a
        private one readable by others. A kind with no file at all is found missing when it is asked for.
        """
        if strangers := set(private) - set(KINDS):
            raise ValueError(f"no such kind of key: {', '.join(sorted(strangers))}")
        return cls(folder, providers_for(folder), private)

    def public(self, kind: str) -> PublicKey:
        """The public half to seal to now: "rota" or "duty"."""
        return self._newest(self._held.public, kind, "public half of a key")

    def has_public(self, kind: str) -> bool:
        """Whether there is a public half to seal to."""
        return any(_is(kind, key_id) for key_id in self._held.public)

    def private(self, kind: str, key_id: str | None = None) -> PrivateKey:
        """The current private half of "rota" or "duty", or the one with this id."""
        if key_id is None:
            return self._newest(self._held.private, kind, "private half of a key")
        if key_id not in self._held.private:
            self._looked_at = -LOOK_EVERY  # something is sealed to it already: it may be younger than our last look
        if key_id not in self._held.private:
            raise Misconfigured(f"This process holds no private half of {key_id} (looked in {self._folder}).")
        return self._held.private[key_id]

    def privates(self, kind: str) -> list[PrivateKey]:
        """Every generation of "rota" or "duty" that this process holds, the oldest first."""
        return [key for key_id, key in self._held.private.items() if _is(kind, key_id)]

    def holds(self, kind: str) -> bool:
        """Whether this process can open, sign or index with the kind's private half."""
        held = self._held
        mine = (*held.private, *held.log_keys, *held.index_keys, *held.push_keys)
        return any(_is(kind, key_id) for key_id in mine)

    @property
    def index_key(self) -> bytes:
        """The key of the short index and of the locators."""
        return self._newest(self._held.index_keys, "index", "key")

    @property
    def index_keys(self) -> dict[str, IndexKey]:
        """Every generation by its id, the newest first: what was keyed by an older one is still found."""
        return dict(reversed(self._held.index_keys.items()))

    @property
    def push_key(self) -> EllipticCurvePrivateKey:
        """The key that signs what is sent to push services."""
        return self._newest(self._held.push_keys, "push", "private half of a key")

    @property
    def push_keys(self) -> list[EllipticCurvePrivateKey]:
        """Every generation, the newest first: a browser takes pushes only from the one that it was told."""
        return list(reversed(self._held.push_keys.values()))

    @property
    def push_public(self) -> bytes:
        """What a browser is told to take pushes from: the uncompressed point."""
        return self._newest(self._held.push_publics, "push", "public half of a key")

    @property
    def log_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints."""
        return self._newest(self._held.log_keys, "audit", "private half of a key")

    @property
    def log_public(self) -> Ed25519PublicKey:
        """The key that verifies what `log_key` signs."""
        return self._newest(self._held.log_publics, "audit", "public half of a key")

    @property
    def log_publics(self) -> list[Ed25519PublicKey]:
        """Every generation, the newest first: an older checkpoint was signed by an older one."""
        return list(reversed(self._held.log_publics.values()))

    @property
    def log_name(self) -> str:
        """The log's unchanging name: that of its first key, also after later ones took over."""
        self._newest(self._held.log_publics, "audit", "public half of a key")
        return f"dygnet/{next(iter(self._held.log_publics))}"

    def _newest(self, keys: dict[str, Key], kind: str, what: str) -> Key:
        of_this_kind = [key for key_id, key in keys.items() if _is(kind, key_id)]
        if not of_this_kind:
            raise Misconfigured(f"This process holds no {what} {self._folder}/{kind}.*. Make keys with: dygnet init")
        return of_this_kind[-1]

    @property
    def _held(self) -> _Held:
        """The keys, read again when they are others. A folder that cannot be read any more changes nothing."""
        if time.monotonic() - self._looked_at < LOOK_EVERY:
            return self._last
        self._looked_at = time.monotonic()
        marker = self._marked()
        if marker != self._marker:
            try:
                self._last, self._marker = self._read(), marker
            except Misconfigured as problem:
                _log.error("the keys changed and cannot be read; those of before stay in use", problem=problem)
        return self._last

    def _marked(self) -> tuple[object, ...]:
        return tuple(provider.marker() for provider in self._providers)

    def _read(self) -> _Held:
        held = _Held()
        halves = _all_of(self._providers)
        coming = {file.key_id for file in coming_in(self._folder)} if self._folder.is_dir() else set()
        _insist_on_public_halves([half for half in halves if half.key_id not in coming])
        for half in halves:
            if half.half == PUBLIC or half.kind in self._wanted:
                _add(held, half)
        return held


def _all_of(providers: Sequence[Provider]) -> list[Half]:
    """Every half once, each kind from the oldest generation to the newest."""
    found = {(half.key_id, half.half): half for provider in reversed(providers) for half in provider.halves()}
    halves = sorted(half for half in found.values() if half.kind in KINDS)
    for older, newer in itertools.pairwise(halves):
        if (older.kind, older.generation) == (newer.kind, newer.generation) and older.key_id != newer.key_id:
            raise Misconfigured(f"{older.where} and {newer.where} claim the same generation.")
    return halves


def _add(held: _Held, half: Half) -> None:
    raw = half.read()
    try:
        _insist_on_its_id(half, raw)
        _keep(held, half, raw)
    except (NotAKey, ValueError):
        raise Misconfigured(f"The key file {half.where} holds another key than its name says.") from None


def _keep(held: _Held, half: Half, raw: bytes) -> None:
    match half.kind, half.half:
        case "audit", "pub":
            held.log_publics[half.key_id] = Ed25519PublicKey.from_public_bytes(raw)
        case "audit", _:
            held.log_keys[half.key_id] = Ed25519PrivateKey.from_private_bytes(raw)
        case "index", _:
            held.index_keys[half.key_id] = IndexKey(raw)
        case "push", "pub":
            held.push_publics[half.key_id] = raw
        case "push", _:
            held.push_keys[half.key_id] = push_key(raw)
        case _, "pub":
            held.public[half.key_id] = PublicKey(half.key_id, raw)
        case _:
            held.private[half.key_id] = PrivateKey.from_bytes(half.key_id, raw)


def _complete(folder: Path, kind: str, present: list[KeyFile], lock: Lock | None) -> list[Path]:
    """The files written so that this kind has a key, and each private half its public one."""
    if present:
        return [_write_public_half(file, file.read(lock)) for file in _without_public_half(present)]
    raw = KINDS[kind].new()
    private = KeyFile(kind, 1, key_id_for(kind, KINDS[kind].public_half(raw)), PRIVATE, folder)
    written = [private.write(raw, lock)]
    return [*written, _write_public_half(private, raw)] if KINDS[kind].has_public_file else written


def _write_public_half(private: KeyFile, raw: bytes) -> Path:
    public = KeyFile(private.kind, private.generation, private.key_id, PUBLIC, private.folder)
    return public.write(KINDS[private.kind].public_half(raw))


def _insist_on_its_id(half: Half, raw: bytes) -> None:
    public = raw if half.half == PUBLIC else KINDS[half.kind].public_half(raw)
    if key_id_for(half.kind, public) != half.key_id:
        raise NotAKey(f"{half.key_id} is not the id of this key")


def _insist_on_public_halves(halves: list[Half]) -> None:
    for half in _without_public_half(halves):
        raise Misconfigured(f"The key file {half.where} has lost its public half. Make it again with: dygnet init")


AHalf = TypeVar("AHalf", Half, KeyFile)


def _without_public_half(halves: Sequence[AHalf]) -> list[AHalf]:
    public = {half.key_id for half in halves if half.half == PUBLIC}
    private = [half for half in halves if half.half == PRIVATE]
    return [half for half in private if KINDS[half.kind].has_public_file and half.key_id not in public]


def _is(kind: str, key_id: str) -> bool:
    return key_id.startswith(f"{kind}-")
