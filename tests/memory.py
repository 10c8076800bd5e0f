"""What lies in the memory of a process, as its own machine's administrator could read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.vault.envelope import PrivateKey
from app.vault.wiping import wipe

_PART = 32


def turned(key: PrivateKey) -> list[bytes]:
    """The parts of a private key, each turned round: to remember them so puts no copy into memory."""
    raw, parts = key.to_bytes(), []
    for start in range(0, len(raw), _PART):
        part = bytearray(memoryview(raw)[start : start + _PART])
        part.reverse()
        parts.append(bytes(part))
    wipe(raw)
    return parts


def in_memory(parts: list[bytes], process: int | str = "self") -> int:
    """How often these, the right way round again, lie in what a process can write to. It is the memory that is turned
    round: whoever looks through its own must not find what it looks for with."""
    return sum(region[::-1].count(each) for region in _regions(process) for each in parts)


def _regions(process: int | str) -> Iterator[bytes]:
    with Path(f"/proc/{process}/maps").open() as maps, Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            if not rights.startswith("rw") or "[v" in line:
                continue
            start, end = (int(each, 16) for each in place.split("-"))
            memory.seek(start)
            try:
                yield memory.read(end - start)
            except OSError:
                continue
