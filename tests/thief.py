"""A thief: what he carries away, the keys he finds in it, and everything that he tries them on.

He knows the product's source and has all the time there is. He uses none of the product's own checks: a box that names
another key is tried all the same.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from sqlalchemy import text

from app.main import OPENED_BY
from app.settings import Surface
from app.vault.envelope import CannotOpen, NotAKey, PrivateKey
from app.vault.keyfiles import files_in
from app.vault.providers import variable_of
from app.vault.staff_keys import unlock
from app.worker import OPENED
from tests import postgres
from tests.boxes import Box, every_box, every_lock
from tests.busy_day import Day
from tests.evidence import everything_kept
from tests.hotline import ACCOUNT, PUBLIC_URL
from tests.write_ahead import rows_in

PROCESSES = {
    "public": OPENED_BY[Surface.PUBLIC],
    "carrier": OPENED_BY[Surface.CARRIER],
    "engine": OPENED,
}
"""Every process but the console's, and the private keys that it is given."""

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_PRIVATE, _LENGTH = 96, 4
_OF_A_BROWSER = re.compile(rf'.*"HTTP Request: (?:GET|POST) {re.escape(PUBLIC_URL)}/.*\n')
"""What staff's and visitors' own browsers write down, which share a process with the line in these tests."""

_ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")


@dataclass(frozen=True)
class Loot:
    """What he carries away, by where it lay."""

    places: Mapping[str, bytes] = field(repr=False)

    @property
    def keys(self) -> set[bytes]:
        """Whatever could be a key: all that is written in base64 or hex in key files and environments."""
        written = (content for place, content in self.places.items() if place.startswith(("keys", "environment")))
        return {raw for content in written for each in _words(content) for raw in _decoded(each)}


def loot(day: Day, *, consoles: Path | None = None) -> Loot:
    """Database and write-ahead log, disk, backups, log, export, and the key folder and environment of every process but
    the console's.

    `consoles`: the folder of a console whose staff are at home; then its environment comes along too.
    """
    places = {
        "log": _OF_A_BROWSER.sub("", day.log).encode(),
        "export": _folder(day.folder / "export"),
        "rows": everything_kept(day.db),
    }
    if not day.db.is_sqlite:
        url = day.db.engine.url
        places |= {"backup": postgres.dump(url), "disk": _data_directory(day)}
        places["write-ahead log"] = rows_in(day.folder / "pg_wal")
    folder = day.hotline.settings.keys_dir
    for process, kinds in PROCESSES.items():
        places |= {f"keys of {process}": _keys_of(folder, kinds), f"environment of {process}": _environment(day, kinds)}
    if consoles:
        places |= {"keys of the console": _folder(consoles), "environment of the console": _environment(day, ())}
    return Loot(places)


def opened(day: Day, keys: Iterable[bytes]) -> dict[Box, bytes]:
    """What opens with the keys he found, and with every key that he finds in what he opens."""
    closed, opened_so_far = every_box(day.db), dict[Box, bytes]()
    found = [*(raw for raw in keys if len(raw) == _PRIVATE), *_unlocked(day, keys)]
    his = frozenset(found)
    while found:
        raw = found.pop()
        for box in closed:
            key = None if box in opened_so_far else _as_key_of(box, raw, everywhere=raw in his)
            if key and (plain := _try(box, key)) is not None:
                opened_so_far[box] = plain
                found += [plain] if len(plain) == _PRIVATE else []
    return opened_so_far


def _as_key_of(box: Box, raw: bytes, *, everywhere: bool) -> PrivateKey | None:
    """He makes a key of the kind that the box wants. One that lay in a box he tries only where its id fits."""
    key = _key(box.key_id.partition("-")[0], raw)
    return key if key and (everywhere or key.key_id == box.key_id) else None


@cache
def _key(kind: str, raw: bytes) -> PrivateKey | None:
    try:
        return PrivateKey(kind, raw)
    except (NotAKey, ValueError):
        return None


def _try(box: Box, key: PrivateKey) -> bytes | None:
    sealed, info = box.content[2 + box.content[1] :], box.place.info(box.key_id)
    try:
        padded = _SUITE.decrypt(sealed, key.hpke, info=info)
    except (InvalidTag, ValueError):
        return None
    return padded[_LENGTH : _LENGTH + int.from_bytes(padded[:_LENGTH])]


def _unlocked(day: Day, keys: Iterable[bytes]) -> Iterator[bytes]:
    """Staff keys: what is wrapped he tries with every key as it is, what is locked with every word that he can read."""
    for row, content in every_lock(day.db, "staff_keys.box"):
        about = f"dygnet staff key v1|{row['person_id']}|{row['key_id']}|{row['terms']}".encode()
        for key in (raw[:32] for raw in (*keys, row["salt"] * 2) if len(raw) >= 32):
            try:
                yield AESGCM(key).decrypt(content[:12], content[12:], about)
            except InvalidTag:
                continue
    words = {word.decode() for word in re.findall(rb"[\w-]{16,}", everything_kept(day.db), re.ASCII) if len(word) < 65}
    guesses = sorted(words | {raw.hex() for raw in keys} | {base64.urlsafe_b64encode(raw).decode() for raw in keys})
    for row, content in every_lock(day.db, "staff_session_keys.box"):
        for guess in guesses:
            try:
                yield unlock(content, guess, session=row["session_id"]).to_bytes()
            except CannotOpen:
                continue


def _folder(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def _keys_of(folder: Path, kinds: Iterable[str]) -> bytes:
    """The folder of a process: every public half, and the private ones that it needs."""
    wanted = [file for file in files_in(folder) if file.half == "pub" or file.kind in kinds]
    return b"\0".join(file.path.read_bytes() for file in wanted)


def _environment(day: Day, kinds: Iterable[str]) -> bytes:
    """As `/proc/PID/environ` has it, on a platform that hands over keys of these kinds so."""
    given = day.hotline.settings.model_dump(mode="json", exclude_unset=True)
    shown = {name.upper(): value for name, value in given.items()}
    shown |= {"DATABASE_URL": str(day.db.engine.url), "TWILIO_AUTH_TOKEN": ACCOUNT.auth_token}
    files = [file for file in files_in(day.hotline.settings.keys_dir) if file.half == "key" and file.kind in kinds]
    shown |= {variable_of(f.kind, "key"): f"{f.generation}:{base64.b64encode(f.read()).decode()}" for f in files}
    return b"\0".join(f"{name}={value}".encode() for name, value in shown.items())


def _data_directory(day: Day) -> bytes:
    """PostgreSQL's own files of this database, with what was changed and deleted still in its pages."""
    with day.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = connection.scalar(text("SHOW data_directory"))
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    return _folder(Path(str(folder)) / "base" / str(number))


def _words(content: bytes) -> Iterator[bytes]:
    """Runs of base64, also those that are broken into lines as in a key file."""
    yield from _ENCODED.findall(content)
    yield from _ENCODED.findall(content.replace(b"\n", b""))
    for part in content.split(b"\0"):
        yield b"".join(part.split(b"\n")[1:])


def _decoded(word: bytes) -> Iterator[bytes]:
    for decode in (lambda each: base64.b64decode(each, validate=True), base64.urlsafe_b64decode, binascii.unhexlify):
        try:
            raw = decode(word)
        except (binascii.Error, ValueError):
            continue
        if len(raw) >= 16:
            yield raw
