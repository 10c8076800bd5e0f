"""Where things lie in a C2SP tlog-tiles folder, and how entries are bundled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.audit.tree import TILE_WIDTH


def tile_path(level: int | str, number: int, width: int = TILE_WIDTH) -> str:
    """`tile/0/x001/234`, with `.p/<width>` behind it while the tile is not full. Level "entries" is the bundles."""
    digits = f"{number:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{place}" + (f".p/{width}" if width < TILE_WIDTH else "")


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, number and width of every tile of a tree of `size` leaves."""
    level = 0
    while hashes := size >> 8 * level:
        for number in range(-(-hashes // TILE_WIDTH)):
            yield level, number, min(TILE_WIDTH, hashes - number * TILE_WIDTH)
        level += 1


def bundle(entries: Iterable[bytes]) -> bytes:
    """Each entry behind its length in two bytes."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)
