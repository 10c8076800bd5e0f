"""The tree over the leaves (RFC 6962), and every older checkpoint against it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Checkpoint
from app.audit.verifier.tiles import HASH, WIDTH, cut_into_hashes, read_tile, tile_path

_LEAF, _NODE = sha256(b"\x00"), sha256(b"\x01")
"""Begun once and copied, which is faster than beginning anew."""


def leaf_hash(entry: bytes) -> bytes:
    return leaf_hashes([entry])[0]


def leaf_hashes(entries: list[bytes]) -> list[bytes]:
    hashes = []
    for entry in entries:
        leaf = _LEAF.copy()
        leaf.update(entry)
        hashes.append(leaf.digest())
    return hashes


def peaks(hashes: list[bytes]) -> list[bytes]:
    """The roots of the perfect subtrees that make up a row, tallest first."""
    found, start = [], 0
    for height in reversed(range(len(hashes).bit_length())):
        if len(hashes) >> height & 1:
            row = hashes[start : start + (1 << height)]
            start += 1 << height
            found.append(root_of(row))
    return found


def root_of(row: list[bytes]) -> bytes:
    """The root over a row whose length is a power of two."""
    while len(row) > 1:
        above = []
        for left, right in zip(row[::2], row[1::2], strict=True):
            node = _NODE.copy()
            node.update(left + right)
            above.append(node.digest())
        row = above
    return row[0]


def fold(row: list[bytes]) -> bytes:
    """The root over perfect subtrees that stand side by side."""
    if not row:
        return sha256(b"").digest()
    whole = row[-1]
    for peak in reversed(row[:-1]):
        whole = root_of([peak, whole])
    return whole


def compare_entries(start: int, entries: list[bytes], tile: bytes, width: int, report: Report) -> list[bytes]:
    """The leaf hashes to go on with: the stored ones, or the entries' own where a tile is missing."""
    own = leaf_hashes(entries)
    if len(own) == width and b"".join(own) == tile:
        return own
    stored = cut_into_hashes(tile)
    for place, leaf in enumerate(stored):
        if place >= len(own):
            report.wrong_leaf(start + place, "entry is missing")
        elif own[place] != leaf:
            report.wrong_leaf(start + place, "entry does not hash to the stored leaf hash")
    return stored or own + [bytes(HASH)] * (width - len(own))


class Tree:
    """Grows tile by tile, and holds each filled tile of the upper levels against the folder's."""

    def __init__(self, folder: Path, report: Report) -> None:
        self.size = self.compared = 0
        self._levels: list[list[bytes]] = []
        self._unfull: list[bytes] = []
        self._folder, self._report = folder, report

    def root_with(self, leaves: list[bytes]) -> bytes:
        """The root if these leaves, at most a tile of them, came next."""
        return fold([peak for row in reversed(self._levels) for peak in peaks(row)] + peaks(leaves))

    def root(self) -> bytes:
        return self.root_with(self._unfull)

    def add(self, leaves: list[bytes], whole: bytes = b"") -> None:
        """The next tile; `whole` is its root, where it is known already."""
        self.size += len(leaves)
        self.compared += 1
        self._unfull = leaves
        if len(leaves) == WIDTH:
            self._unfull = []
            self._push(0, whole or root_of(leaves))

    def finish(self) -> None:
        for upper, row in enumerate(self._levels):
            if row:
                self._compare(upper + 1, row)

    def _push(self, upper: int, whole: bytes) -> None:
        if upper == len(self._levels):
            self._levels.append([])
        row = self._levels[upper]
        row.append(whole)
        if len(row) == WIDTH:
            self._compare(upper + 1, row)
            self._levels[upper] = []
            self._push(upper + 1, peaks(row)[0])

    def _compare(self, level: int, row: list[bytes]) -> None:
        span = WIDTH**level
        number = (self.size // span - 1) // WIDTH
        self.compared += 1
        for place, stored in enumerate(cut_into_hashes(read_tile(self._folder, level, number, len(row), self._report))):
            if stored != row[place]:
                first = (number * WIDTH + place) * span
                where = f"{tile_path(level, number, len(row))}: hash {place}"
                self._report.wrong(f"{where} is not the root of leaves {first} to {first + span - 1}")


class History:
    """Every kept checkpoint against the log as it was at that size."""

    def __init__(self, kept: list[Checkpoint], report: Report) -> None:
        self._waiting = sorted(kept, key=lambda checkpoint: checkpoint.size, reverse=True)
        self._report = report
        self._agreeing = 0
        self._broken = False
        self._take(0, fold([]))

    @property
    def hint(self) -> str:
        return (
            "" if self._broken else f"; the checkpoint of {self._agreeing} agrees: look from leaf {self._agreeing} on"
        )

    def compare(self, tree: Tree, leaves: list[bytes]) -> None:
        while self._waiting and self._waiting[-1].size <= tree.size + len(leaves):
            size = self._waiting[-1].size
            self._take(size, tree.root_with(leaves[: size - tree.size]))

    def _take(self, size: int, root: bytes) -> None:
        while self._waiting and self._waiting[-1].size == size:
            checkpoint = self._waiting.pop()
            if checkpoint.root == root:
                self._agreeing = size if not self._broken else self._agreeing
                continue
            where = f"between leaf {self._agreeing} and leaf {size - 1}" if not self._broken else "as above"
            self._report.wrong(f"{checkpoint.where}: the first {size} leaves are not those it signed; look {where}")
            self._broken = True
