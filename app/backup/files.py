"""A locked file: chunks in an order that cannot be changed, of which the last says that it is the last."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from app.errors import Misconfigured
from app.vault.keyfiles import remember, write_whole
from app.vault.locks import Cost, Lock, Passphrase, Wrapper

LOCK: Final = "backup.lock"
CHUNK: Final = 1 << 18
"""Bytes of rows in a chunk, before it is locked."""

_LENGTH: Final = 4
_LAST, _MORE = "last", "more"
_TITLE: Final = "dygnet backup v1, kept by "


def lock_of(folder: Path, words: str, *, cost: Cost | None = None) -> Lock:
    """The folder's lock, opened with its passphrase; made the first time. CannotUnlock for another passphrase."""
    path = folder / LOCK
    if not path.exists():
        wrapper: Wrapper = Passphrase(words, cost or Cost())
        lock = Lock.new()
        kept = base64.b64encode(lock.kept_by(wrapper)).decode()
        write_whole(path, f"{_TITLE}{wrapper.name}\n{kept}\n")
        return lock
    header, _, body = path.read_text("ascii").partition("\n")
    how = header.removeprefix(_TITLE).removeprefix("passphrase, ")
    return Lock(Passphrase(words, Cost.parse(how)).unwrapped(base64.b64decode(body)))


def write(path: Path, lock: Lock, lines: Iterable[bytes]) -> int:
    """Lock the lines into a file, which is there whole or not at all; how many lines. An older one of that name is
    overwritten first."""
    count = 0
    with _in_place_of(path) as file:
        for nth, (chunk, lines_in, is_last) in enumerate(_chunks(lines)):
            count += lines_in
            locked = lock.closed(chunk, place=_place(path.name, nth, is_last=is_last))
            file.write(len(locked).to_bytes(_LENGTH) + (b"\1" if is_last else b"\0") + locked)
    return count


def replace(path: Path, content: bytes) -> None:
    """A small file, there whole or as it was. What it held is overwritten."""
    with _in_place_of(path) as file:
        file.write(content)


def read(path: Path, lock: Lock) -> Iterator[bytes]:
    """The lines. CannotUnlock for a chunk that was changed, moved or is another file's; Misconfigured when the end is
    missing."""
    with path.open("rb") as file:
        nth, is_last = 0, False
        while head := file.read(_LENGTH + 1):
            is_last = head[_LENGTH:] == b"\1"
            locked = file.read(int.from_bytes(head[:_LENGTH]))
            yield from lock.opened(locked, place=_place(path.name, nth, is_last=is_last)).split(b"\n")
            nth += 1
    if not is_last:
        raise Misconfigured(f"{path} is cut short: take another backup")


def _chunks(lines: Iterable[bytes]) -> Iterator[tuple[bytes, int, bool]]:
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        if size >= CHUNK:
            yield b"\n".join(waiting), len(waiting), False
            waiting, size = [], 0
        waiting.append(line)
        size += len(line)
    yield b"\n".join(waiting), len(waiting), True


@contextmanager
def _in_place_of(path: Path) -> Iterator[BinaryIO]:
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        _overwrite(path)
    unfinished.rename(path)
    remember(path.parent)


def _place(name: str, nth: int, *, is_last: bool) -> str:
    return f"{name}|{nth}|{_LAST if is_last else _MORE}"


def _overwrite(path: Path) -> None:
    """What the old file held is not to be found in the place where it lay, as far as a disk lets anybody say so."""
    with path.open("r+b") as file:
        file.write(b"\0" * path.stat().st_size)
        file.flush()
        os.fsync(file.fileno())
