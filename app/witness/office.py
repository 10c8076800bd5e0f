"""The witness's folder: its key, the logs it watches, and what it saw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit.cosignatures import Cosigner, WitnessKey
from app.audit.note import BadNote, VerifierKey, base64_of, unbase64
from app.errors import Misconfigured
from app.vault.keyfiles import write_whole
from app.witness.judgement import Witness
from app.witness.memory import Memory

KEY_FILE: Final = "witness.key"
LOGS_FILE: Final = "logs.vkey"
_PRIVATE: Final = "PRIVATE+KEY"


def witness_in(folder: Path, *, name: str | None = None, logs: Sequence[str] = ()) -> Witness:
    """The witness of this folder, with a key made when there is none yet; `logs` are watched from now on.

    Misconfigured, with the remedy, when it has no name yet, watches nothing, or its key file is damaged or open.
    """
    folder.mkdir(parents=True, exist_ok=True)
    signer = _signer(folder, name)
    watched = _watched(folder, logs)
    by_origin: dict[str, list[VerifierKey]] = {}
    for key in watched:
        by_origin.setdefault(key.name, []).append(key)
    memories: dict[str, Memory] = {}
    return Witness(signer, by_origin, lambda origin: memories.setdefault(origin, Memory(folder, origin)))


def _signer(folder: Path, name: str | None) -> Cosigner:
    path = folder / KEY_FILE
    if path.is_file():
        return _read(path, name)
    if not name:
        raise Misconfigured("This witness has no key yet. Give it a name, such as --name witness.example.org/dygnet")
    made = Cosigner(name, Ed25519PrivateKey.generate())
    try:
        key = made.verifier_key
    except BadNote as problem:
        raise Misconfigured(f"--name cannot be used: {problem}.") from None
    secret = base64_of(WitnessKey.ALGORITHM + made.private.private_bytes_raw())
    write_whole(path, f"{_PRIVATE}+{name}+{key.key_id.hex()}+{secret}\n")
    return made


def _read(path: Path, name: str | None) -> Cosigner:
    if path.stat().st_mode & 0o077:
        raise Misconfigured(f"The key file {path} can be read by others. Mend it with: chmod 600 {path}")
    try:
        line = path.read_text("utf-8").strip().removeprefix(f"{_PRIVATE}+")
        kept, key_id, secret = line.split("+", 2)
        signer = Cosigner(kept, Ed25519PrivateKey.from_private_bytes(unbase64(secret)[1:]))
        whole = signer.verifier_key.key_id.hex() == key_id
    except (ValueError, BadNote):
        whole = False
    if not whole:
        raise Misconfigured(f"The key file {path} is damaged. Take it from your copy; a new key is a new witness.")
    if name not in (None, signer.name):
        raise Misconfigured(f"This witness is called {signer.name}. Leave out --name, or give it another folder.")
    return signer


def _watched(folder: Path, added: Sequence[str]) -> list[VerifierKey]:
    path = folder / LOGS_FILE
    lines = path.read_text("utf-8").split() if path.is_file() else []
    try:
        keys = [VerifierKey.parse(line) for line in dict.fromkeys([*lines, *added])]
    except BadNote as problem:
        raise Misconfigured(f"--log: {problem}. It is the line that dygnet audit export prints.") from None
    if not keys:
        raise Misconfigured(
            "This witness watches no log yet. Add one: --log 'the line that dygnet audit export prints'"
        )
    if len(keys) > len(lines):
        write_whole(path, "".join(f"{key}\n" for key in keys), mode=0o644)
    return keys
