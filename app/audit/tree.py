"""The Merkle tree of RFC 6962, in the tiles of C2SP tlog-tiles. Hashes only: no entries, no database.

A *tile* of level L holds up to 256 hashes, each the root of 256**L leaves. Growing a tree needs only its
right edge, the unfull tile of each level; proving something needs a few hashes of perfect subtrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
EMPTY_ROOT: Final = sha256(b"").digest()

Subtrees = Callable[[int, int], bytes]
"""(height, index) -> root of the perfect subtree over leaves index * 2**height and the 2**height - 1 after it."""


class Tile(NamedTuple):
    """Hashes `number * 256` and onwards of a level; fewer than 256 at the right edge."""

    level: int
    number: int
    hashes: tuple[bytes, ...]


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root of a tree of exactly these leaves."""
    return _fold(list(_peaks(leaf_hashes)))


class Edge:
    """The right edge of a tree of `size` leaves: all that is needed to make it grow, and to know its root."""

    def __init__(self, size: int = 0, unfull: Mapping[int, Sequence[bytes]] | None = None) -> None:
        """`unfull` holds, by level, the hashes of the tiles that `unfull_tiles(size)` names."""
        self.size = size
        self._levels: list[list[bytes]] = []
        for tile, width in unfull_tiles(size):
            hashes = list((unfull or {})[tile.level])
            if len(hashes) != width:
                raise ValueError(f"tile {tile.level}/{tile.number} holds {len(hashes)} hashes instead of {width}")
            self._level(tile.level).extend(hashes)

    def extend(self, leaf_hashes: Iterable[bytes]) -> Iterator[Tile]:
        """Add leaves; yields each tile as it fills, and at last the unfull ones that changed. Iterate to the end."""
        touched: set[int] = set()
        for leaf in leaf_hashes:
            yield from self._add(0, leaf, touched)
            self.size += 1
        for level in sorted(touched):
            if self._levels[level]:
                yield Tile(level, self._number(level), tuple(self._levels[level]))

    def root(self) -> bytes:
        """The root of the whole tree."""
        return _fold([peak for hashes in reversed(self._levels) for peak in _peaks(hashes)])

    def _add(self, level: int, added: bytes, touched: set[int]) -> Iterator[Tile]:
        touched.add(level)
        hashes = self._level(level)
        hashes.append(added)
        if len(hashes) == TILE_WIDTH:
            yield Tile(level, self._number(level), tuple(hashes))
            whole = root(hashes)
            hashes.clear()
            yield from self._add(level + 1, whole, touched)

    def _level(self, level: int) -> list[bytes]:
        while len(self._levels) <= level:
            self._levels.append([])
        return self._levels[level]

    def _number(self, level: int) -> int:
        return self.size >> TILE_HEIGHT * (level + 1)


def unfull_tiles(size: int) -> Iterator[tuple[Tile, int]]:
    """Where the unfull tiles of a tree of this size lie (their hashes left out), with their widths."""
    level = 0
    while size:
        size, width = divmod(size, TILE_WIDTH)
        if width:
            yield Tile(level, size, ()), width
        level += 1


def subtrees_of_leaves(leaf_hashes: Sequence[bytes]) -> Subtrees:
    return lambda height, index: root(leaf_hashes[index << height : (index + 1) << height])


def subtrees_of_tiles(tile: Callable[[int, int], Sequence[bytes]]) -> Subtrees:
    """`tile(level, number)` gives the hashes of a stored tile."""

    def subtree(height: int, index: int) -> bytes:
        level, inside = divmod(height, TILE_HEIGHT)
        first = index << inside
        hashes = tile(level, first // TILE_WIDTH)
        start = first % TILE_WIDTH
        return root(hashes[start : start + (1 << inside)])

    return subtree


def range_root(subtrees: Subtrees, start: int, end: int) -> bytes:
    """The root over leaves `start` to `end - 1`; `start` is where a subtree of that many leaves may start."""
    count = end - start
    if count == 0:
        return EMPTY_ROOT
    if count & (count - 1) == 0:
        return subtrees(count.bit_length() - 1, start // count)
    middle = start + largest_power_below(count)
    return node_hash(range_root(subtrees, start, middle), range_root(subtrees, middle, end))


def _peaks(hashes: Sequence[bytes]) -> Iterator[bytes]:
    """Roots of the perfect subtrees that make up the row, tallest first."""
    start = 0
    for height in reversed(range(len(hashes).bit_length())):
        if len(hashes) >> height & 1:
            end = start + (1 << height)
            yield _perfect_root(hashes[start:end])
            start = end


def _perfect_root(hashes: Sequence[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def _fold(peaks: list[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    whole = peaks.pop()
    while peaks:
        whole = node_hash(peaks.pop(), whole)
    return whole


def largest_power_below(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1
