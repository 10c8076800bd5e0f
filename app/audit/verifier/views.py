"""The derived views, row by row against the entries they were made from."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from app.audit.verifier.bundles import Lines
from app.audit.verifier.entries import Told
from app.audit.verifier.formats import FORMATS, SAID_BY_ENTRIES, UNREADABLE_ROW, Format, Row, different
from app.audit.verifier.report import Report
from app.audit.verifier.rows import is_known
from app.audit.verifier.view_files import ViewFile


class View:
    """One view, read side by side with the leaves.

    The rows of a bundle are made as they must be, and compared at once. Where something differs they are gone through
    one by one: a row that is not as it must be is read with care, to say what it says otherwise than its entry.

    Of a deed that this version does not know the words are another version's, and only what the entry says is compared:
    an auditor's verifier may be older than the log that it reads.
    """

    def __init__(self, folder: Path, name: str, report: Report) -> None:
        self.name, self.rows, self._report = name, 0, report
        self._of_unknown_deeds = 0
        self._written: Format = FORMATS[name]
        self._file = ViewFile(folder / name, self._written.header, report)
        self._ahead: Row | None = None

    def compare(self, lines: Lines) -> None:
        if self._begins_with(lines.rows(self.name) if self._file.has_more else None):
            self.rows += len(lines.hashes)
        else:
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
        return self._file.find(leaf, lambda line: self._written.read(iter([line])).leaf_index)

    def close(self) -> None:
        self._file.close()

    def finish(self) -> None:
        while row := self._ahead or self._read():
            self._report.wrong(f"{self.name}: a row too many for leaf {row.leaf_index}")
            self._ahead = None
        self._file.close()
        if rows := self._of_unknown_deeds:
            of_what = f"{self.name}: {rows} rows are about deeds that this verifier does not know"
            self._report.remarks.append(f"{of_what}; what it calls them was not checked")

    def _begins_with(self, rows: bytes | None) -> bool:
        return self._ahead is None and rows is not None and self._file.begins(rows)

    def _one_by_one(self, lines: Lines) -> None:
        for place, hashed in enumerate(lines.hashes):
            if self._begins_with(lines.row(self.name, place) if self._file.has_more else None):
                self.rows += 1
            else:
                self._ahead = self._ahead or self._read()
                self._compare_with_care(lines, place, hashed.hex())

    def _compare_with_care(self, lines: Lines, place: int, hashed: str) -> None:
        leaf = lines.start + place
        while self._ahead and self._ahead.leaf_index < leaf:
            self._report.wrong(f"{self.name}: a row too many for leaf {self._ahead.leaf_index}")
            self._ahead = self._read()
        if self._ahead is None or self._ahead.leaf_index > leaf:
            self._report.wrong_leaf(leaf, f"no row in {self.name}")
            return
        row, self._ahead = self._ahead, None
        if row.leaf_hash != hashed:
            self._report.wrong_leaf(leaf, f"{self.name} has another leaf hash")
        expected = lines.row(self.name, place)
        if expected is None or row.text == expected:
            return
        names = different(row, self._written.read(iter([expected.decode()])))
        if names and self._only_means_something_else(names, lines.told(place)):
            self._of_unknown_deeds += 1
        elif names or row.leaf_hash == hashed:
            what = ", ".join(names) or "how it is written"
            self._report.wrong_leaf(leaf, f"{self.name} differs from the entry in {what}")

    def _only_means_something_else(self, names: list[str], told: Told | None) -> bool:
        return told is not None and not is_known(told) and SAID_BY_ENTRIES.isdisjoint(names)

    def _read(self) -> Row | None:
        """The next row that can be read."""
        began = self._file.at
        while line := next(self._file, ""):
            self.rows += 1
            try:
                row = self._written.read(chain([line], self._file))
                return row._replace(text=self._file.since(began))
            except UNREADABLE_ROW:
                self._report.wrong(f"{self.name}: row {self.rows} cannot be read")
                began = self._file.at
        return None


def all_views(folder: Path, report: Report) -> list[View]:
    return [View(folder, name, report) for name in FORMATS]
