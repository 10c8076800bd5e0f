"""Who signed the log: verifier keys and checkpoints, as C2SP signed-note and tlog-checkpoint write them."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.audit.verifier.report import Report

ED25519 = 1
KEY_BYTES = 32
FOLDERS_KEYS = "log.vkey"
FOLDERS_OWN_KEY = "key taken from the folder itself; compare it with the one you were given"


class Key(NamedTuple):
    name: str
    key_id: bytes
    public: Ed25519PublicKey


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes
    where: str


def trusted_keys(folder: Path, keys: Sequence[str], report: Report) -> list[Key]:
    folders_own = lines_of(folder / FOLDERS_KEYS) or []
    if not keys:
        report.remarks.append(FOLDERS_OWN_KEY)
    elif not {_public_half(line) for line in keys} <= {_public_half(line) for line in folders_own}:
        report.remarks.append("log.vkey does not hold the key you gave; yours is the one that counts")
    trusted = []
    for line in keys or folders_own:
        try:
            trusted.append(parse_key(line))
        except ValueError as problem:
            report.wrong(f"verifier key: {problem}")
    return trusted


def lines_of(path: Path) -> list[str] | None:
    """What a file of keys holds, which need not be there; None when it is there and cannot be read."""
    try:
        return path.read_text("utf-8").split()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError):
        return None


def _public_half(line: str) -> str:
    return line.strip().rpartition("+")[2]


def parse_key(line: str, algorithm: int = ED25519) -> Key:
    """Read `name+id+key`; ValueError when it is not an Ed25519 verifier key of this kind."""
    name, key_id, key = [*line.strip().split("+", 2), "", ""][:3]
    raw = base64.b64decode(key, validate=True)
    if len(raw) != 1 + KEY_BYTES or raw[0] != algorithm:
        raise ValueError("not an Ed25519 verifier key")
    expected = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if expected.hex() != key_id:
        raise ValueError("its id does not belong to its name and key")
    return Key(name, expected, Ed25519PublicKey.from_public_bytes(raw[1:]))


def under(origin: str, trusted: Sequence[Key]) -> list[Key]:
    """The trusted keys as they sign a tree of this origin. A line has one key at a time, and a tree for each year: its
    first signs under the line's name, the others under that name and their year, and whoever knows one knows all."""
    named = []
    for key in trusted:
        if {key.name, without_year(key.name)} & {origin, without_year(origin)}:
            raw = bytes([ED25519]) + key.public.public_bytes_raw()
            named.append(Key(origin, sha256(origin.encode() + b"\n" + raw).digest()[:4], key.public))
    return named


def without_year(origin: str) -> str:
    """The name of the line, of one of its trees."""
    return re.sub(r"/[0-9]{4}\Z", "", origin)


def read_checkpoint(path: Path, where: str, trusted: list[Key], report: Report) -> Checkpoint | None:
    try:
        text, lines = note_parts(path)
        origin, size, root = text.rstrip("\n").split("\n")
        checkpoint = Checkpoint(origin, size_named(size), base64.b64decode(root, validate=True), where)
    except (OSError, ValueError):
        report.wrong(f"{where}: missing, or not a checkpoint")
        return None
    if problem := signature_problem(text.encode(), lines, under(origin, trusted)):
        report.wrong(f"{where}: {problem}")
    return checkpoint


def size_named(written: str) -> int:
    """A checkpoint's size; ValueError unless it is written in the one way that there is."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", written):
        raise ValueError
    return int(written)


def origin_named(path: Path) -> str:
    """The origin that a checkpoint is of, by its own word; empty where there is none."""
    try:
        return note_parts(path)[0].partition("\n")[0]
    except (OSError, ValueError):
        return ""


def note_parts(path: Path) -> tuple[str, list[tuple[str, bytes]]]:
    """A signed note's text, and its signatures by the name they were made under. ValueError for anything else."""
    text, _, signatures = path.read_bytes().decode().rpartition("\n\n")
    return f"{text}\n", [_signature(line) for line in signatures.splitlines()]


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, encoded = line.split(" ")
    if dash != "\N{EM DASH}":
        raise ValueError("not a signature line")
    return name, base64.b64decode(encoded, validate=True)


def signature_problem(text: bytes, lines: list[tuple[str, bytes]], trusted: list[Key]) -> str | None:
    signed = False
    for name, raw in lines:
        for key in trusted:
            if (name, raw[:4]) == (key.name, key.key_id):
                try:
                    key.public.verify(raw[4:], text)
                except InvalidSignature:
                    return f"the signature of {name} is wrong"
                signed = True
    return None if signed else "not signed by the key"


def said_checkpoint(line: str, report: Report) -> Checkpoint | None:
    """A checkpoint that somebody wrote down as one line, `origin size root`: they need no signature to trust it."""
    try:
        origin, size, root = line.split()
        where = f"the line over {size} leaves"
        return Checkpoint(origin, size_named(size), base64.b64decode(root, validate=True), where)
    except ValueError:
        report.wrong(f"not a line of origin, size and root: {line}")
        return None


def among_ours(checkpoints: Sequence[Checkpoint], head: Checkpoint, report: Report) -> list[Checkpoint]:
    """Those that are of this log and not of more leaves than it has; the others are reported."""
    ours = []
    for checkpoint in checkpoints:
        if checkpoint.origin != head.origin:
            report.wrong(f"{checkpoint.where}: from another log, {checkpoint.origin}")
        elif checkpoint.size > head.size:
            report.wrong(f"{checkpoint.where}: signed for {checkpoint.size} leaves, but the log ends after {head.size}")
        else:
            ours.append(checkpoint)
    return ours


def kept_checkpoints(
    folder: Path, held: Sequence[Path], head: Checkpoint, trusted: list[Key], report: Report
) -> list[Checkpoint]:
    files = [(path, f"checkpoints/{path.name}") for path in sorted((folder / "checkpoints").glob("*.note"))]
    kept = []
    for path, where in files + [(path, f"held checkpoint {path.name}") for path in held]:
        checkpoint = read_checkpoint(path, where, trusted, report)
        if checkpoint is None:
            continue
        kept += among_ours([checkpoint], head, report)
        if path not in held and not re.fullmatch(rf"{checkpoint.size}(-\d+)?\.note", path.name):
            report.wrong(f"{where}: named for another size than it is signed for, {checkpoint.size}")
    if (head.size, head.root) not in {(checkpoint.size, checkpoint.root) for checkpoint in kept}:
        report.wrong("checkpoint: not among the kept checkpoints")
    report.checked.append(f"signatures of {len(files)} kept checkpoints and {len(held)} held by you")
    return kept
