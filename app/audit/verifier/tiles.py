"""The files of the log, as C2SP tlog-tiles lays them out: which there must be, and what is in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from app.audit.verifier.reading import content, not_read
from app.audit.verifier.report import Report, leaves_named

WIDTH = 256
HASH = 32
PLAIN_FILES = {
    "checkpoint",
    "log.vkey",
    "witness.vkey",
    "tsa.pem",
    "year.json",
    "README.txt",
    "verify_log.py",
    "events.jsonl",
    "events.csv",
    "events.cef",
}

MANY_FILES = r"checkpoints/\d+(-\d+)?\.(note|tsr)|cosigned/\d+(-\d+)?\.note|handovers/\d+\.note|earlier/.*"


def tile_path(level: int | str, number: int, width: int) -> str:
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, number and width of every tile of a tree of this size."""
    level = 0
    while size:
        full, width = divmod(size, WIDTH)
        yield from ((level, number, WIDTH) for number in range(full))
        if width:
            yield level, full, width
        size, level = full, level + 1


def files_in(folder: Path, report: Report) -> list[str]:
    """What lies in the folder, but for folders; one that only points elsewhere is none."""
    found = []
    for where, folders, files in os.walk(folder, onerror=partial(_unreadable, folder, report)):
        below = where[len(f"{folder}") :].replace(os.sep, "/").lstrip("/")
        links = [name for name in folders if os.path.islink(f"{where}/{name}")]  # noqa: PTH114 - as with the files
        found += [f"{below}/{name}" if below else name for name in files + links]
    return sorted(found)


def _unreadable(folder: Path, report: Report, problem: OSError) -> None:
    where = Path(problem.filename)
    report.wrong(f"{where.relative_to(folder).as_posix()}: cannot be read")


def check_for_strangers(folder: Path, size: int, report: Report) -> None:
    expected = PLAIN_FILES | {tile_path(*tile) for tile in tiles(size)}
    expected |= {tile_path("entries", number, width) for level, number, width in tiles(size) if level == 0}
    for name in files_in(folder, report):
        if name not in expected and not re.fullmatch(MANY_FILES, name):
            report.wrong(f"{name}: does not belong to a log of {size} leaves")
    report.checked.append("no file in the folder that does not belong")


def read_entries(folder: Path, number: int, width: int, report: Report) -> list[bytes]:
    where = tile_path("entries", number, width)
    try:
        bundle = content(f"{folder}/{where}")
    except OSError as problem:
        which = leaves_named(number * WIDTH, number * WIDTH + width - 1)[:-2]
        report.wrong(f"{where}: {not_read(problem)}, with the entries of {which}")
        return []
    entries, start, size = [], 2, len(bundle)
    while start <= size:
        end = start + (bundle[start - 2] << 8) + bundle[start - 1]
        entries.append(bundle[start:end])
        start = end + 2
    if start == size + 1:
        entries.append(b"")
    if start != size + 2:
        report.wrong(f"{where}: ends in the middle of an entry")
    if len(entries) != width:
        report.wrong(f"{where}: holds {len(entries)} entries instead of {width}")
    return entries[:width]


def read_tile(folder: Path, level: int, number: int, width: int, report: Report) -> bytes:
    """The hashes of a tile, one behind the other; nothing, and a finding, when it does not hold so many."""
    where = tile_path(level, number, width)
    try:
        raw = content(f"{folder}/{where}")
    except OSError as problem:
        report.wrong(f"{where}: {not_read(problem)}")
        return b""
    if len(raw) != width * HASH:
        report.wrong(f"{where}: {len(raw)} bytes instead of {width * HASH}")
        return b""
    return raw


def cut_into_hashes(tile: bytes) -> list[bytes]:
    return [tile[start : start + HASH] for start in range(0, len(tile), HASH)]
