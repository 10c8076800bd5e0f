"""The derived views, row by row against the entries they were made from."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from app.audit.verifier.bundles import Lines
from app.audit.verifier.entries import Told
from app.audit.verifier.formats import FORMATS, UNREADABLE_ROW, Format, Pattern, Row, different, read_pattern
from app.audit.verifier.kinds import MOST_KINDS, Kind
from app.audit.verifier.report import Report
from app.audit.verifier.view_files import ViewFile


class View:
    """One view, read side by side with the leaves.

    Where every entry of a bundle is of a kind whose rows are known, all their rows are made and compared at once. Where
    one is not, or something differs, they are gone through one by one: a row that is not as it must be, or of which
    nothing is known yet, is read with care.
    """

    def __init__(self, folder: Path, name: str, report: Report) -> None:
        self.name, self.rows, self._report = name, 0, report
        self._written: Format = FORMATS[name]
        self._file = ViewFile(folder / name, self._written.header, report)
        self._ahead: Row | None = None
        self.patterns: dict[Kind | None, Pattern | None] = {}

    def compare(self, lines: Lines) -> None:
        patterns = [pattern for pattern in map(self.patterns.get, lines.kinds) if pattern]
        if self._ahead is None and len(patterns) == len(lines.kinds):
            expected = "".join(self._written.rows(zip(patterns, lines.made, strict=True)))
            if self._file.begins(expected.encode()):
                self.rows += len(patterns)
                return
        self._one_by_one(lines)

    @property
    def at(self) -> int | None:
        """How many bytes of the file were read; None when a row was read that no leaf has taken yet."""
        return None if self._ahead or not self._file.readable else self._file.at

    def skip(self, at: int | None, rows: int) -> None:
        """So many rows lie before this place, and are as they must be."""
        self._file.skip(at or 0)
        self.rows += rows

    def go_to(self, leaf: int) -> bool:
        """Begin with the row of this leaf, if it can be found."""
        return self._file.find(leaf, lambda line: self._written.row(iter([line])).leaf_index)

    def close(self) -> None:
        self._file.close()

    def finish(self) -> None:
        while row := self._ahead or self._read():
            self._report.wrong(f"{self.name}: a row too many for leaf {row.leaf_index}")
            self._ahead = None
        self._file.close()

    def _one_by_one(self, lines: Lines) -> None:
        for place, (kind, made, hashed) in enumerate(zip(lines.kinds, lines.made, lines.hashes, strict=True)):
            line = ""
            if self._ahead is None:
                line = next(self._file, "")
                pattern = self.patterns.get(kind)
                if pattern and self._written.rows([(pattern, made)]) == [line]:
                    self.rows += 1
                    continue
                self._ahead = self._read(line)
            says_so = self._compare_with_care(lines.start + place, lines.told(place), hashed)
            if says_so and kind and kind not in self.patterns and len(self.patterns) < MOST_KINDS:
                self.patterns[kind] = read_pattern(self._written, kind, made, line)

    def _compare_with_care(self, leaf: int, entry: Told | None, hashed: bytes) -> bool:
        """Whether the next row is this leaf's, and says what its entry says."""
        while self._ahead and self._ahead.leaf_index < leaf:
            self._report.wrong(f"{self.name}: a row too many for leaf {self._ahead.leaf_index}")
            self._ahead = self._read()
        if self._ahead is None or self._ahead.leaf_index > leaf:
            self._report.wrong_leaf(leaf, f"no row in {self.name}")
            return False
        row, self._ahead = self._ahead, None
        return self._hold_against(row, entry, hashed)

    def _hold_against(self, row: Row, entry: Told | None, hashed: bytes) -> bool:
        same_hash = row.leaf_hash == hashed.hex()
        if not same_hash:
            self._report.wrong_leaf(row.leaf_index, f"{self.name} has another leaf hash")
        if entry is None:
            return False
        if names := different(row, entry):
            self._report.wrong_leaf(row.leaf_index, f"{self.name} differs from the entry in {', '.join(names)}")
        return same_hash and not names

    def _read(self, line: str = "") -> Row | None:
        """The row that begins with this line, or with the next one; the first after it that can be read."""
        while line := line or next(self._file, ""):
            self.rows += 1
            try:
                return self._written.row(chain([line], self._file))
            except UNREADABLE_ROW:
                self._report.wrong(f"{self.name}: row {self.rows} cannot be read")
                line = ""
        return None


def all_views(folder: Path, report: Report) -> list[View]:
    return [View(folder, name, report) for name in FORMATS]
