"""Several processes of one machine keep the roster in one file: whoever starts finds it whole."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

from app.vault.beside import SealedFile
from app.vault.keyring import Keyring

ROUNDS = 60
LONG = 400_000
"""Bytes: writing takes long enough to be looked at."""


def file_of(folder: Path) -> SealedFile:
    return SealedFile(
        folder / "kept-roster", Keyring.load(folder / "keys", private=("duty",)), kind="duty", name="roster"
    )


def write_again_and_again(folder: Path, who: bytes, done: Any) -> None:
    file = file_of(folder)
    for number in range(ROUNDS):
        file.write(who * (LONG + 997 * number))
    done.set()


def test_two_processes_write_it_and_each_time_it_is_read_it_is_one_of_theirs_and_whole(tmp_path: Path) -> None:
    Keyring.create(tmp_path / "keys")
    file = file_of(tmp_path)
    file.write(b"a" * LONG)
    context = multiprocessing.get_context("forkserver")
    ends = [context.Event() for _ in range(2)]
    writers = [
        context.Process(target=write_again_and_again, args=(tmp_path, who, end), daemon=True)
        for who, end in zip((b"a", b"b"), ends, strict=True)
    ]
    for writer in writers:
        writer.start()
    seen = set[bytes]()
    while not all(end.is_set() for end in ends):
        written = file.read()
        assert len(set(written)) == 1
        assert (len(written) - LONG) % 997 == 0
        seen.add(written[:1])
    for writer in writers:
        writer.join(60)
    assert seen <= {b"a", b"b"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [], "nothing unfinished is left"
