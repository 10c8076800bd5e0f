"""A derived view's file: read a line at a time, or as a whole stretch of rows at once."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from app.audit.verifier.formats import UNREADABLE_ROW
from app.audit.verifier.report import Report

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NO_ROW = "?\n"
NEAR = 20_000
"""Bytes that are not worth cutting in half any more."""


class ViewFile(Iterator[str]):
    """Its lines, until it ends or cannot be read on, which is reported. A first line that is not the header is followed
    by one that is no row."""

    def __init__(self, path: Path, header: str, report: Report) -> None:
        self.at = 0
        """How many bytes were read."""

        self._name, self._report = path.name, report
        self._lines: deque[str] = deque()
        self._file: io.BufferedReader | None = None
        self._put_in, self._size = "", 0
        try:
            self._file = path.open("rb")
            self._size = self._file.seek(0, io.SEEK_END)
            self._file.seek(0)
            self.skip(len(BYTE_ORDER_MARK) if self._file.read(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK else 0)
        except OSError:
            self._give_up()
        if header and next(self, "").rstrip("\r\n") != header:
            self._put_in = NO_ROW

    @property
    def readable(self) -> bool:
        return self._file is not None and not self._put_in

    @property
    def has_more(self) -> bool:
        return self.readable and self.at < self._size

    def begins(self, stretch: bytes) -> bool:
        """Whether the next bytes are these; then they are read."""
        if self._file is None or self._put_in:
            return False
        try:
            self.skip(self.at)
            same = self._file.read(len(stretch)) == stretch
            self.skip(self.at + len(stretch) if same else self.at)
        except OSError:
            return False
        return same

    def since(self, began: int) -> bytes:
        """What was read from this byte on."""
        if self._file is None:
            return b""
        try:
            self._file.seek(began)
            text = self._file.read(self.at - began)
            self.skip(self.at)
        except OSError:
            return b""
        return text

    def find(self, wanted: int, number: Callable[[str], int]) -> bool:
        """Go to the line of this number, in a file whose lines are in order; False where that cannot be done."""
        if self._file is None or self._put_in:
            return False
        try:
            before, behind = self.at, self._size
            while behind - before > NEAR:
                self._file.seek((before + behind) // 2)
                self._file.readline()
                middle = self._file.tell()
                if middle < behind and number(self._file.readline().decode()) < wanted:
                    before = middle
                else:
                    behind = (before + behind) // 2
            self._file.seek(before)
            while number(self._file.readline().decode()) < wanted:
                before = self._file.tell()
            self.skip(before)
        except (OSError, *UNREADABLE_ROW):
            return False
        return True

    def skip(self, at: int) -> None:
        """Go on at this byte."""
        self._lines.clear()
        self.at = at
        if self._file is not None:
            self._file.seek(at)

    def __next__(self) -> str:
        if put_in := self._put_in:
            self._put_in = ""
            return put_in
        if not self._lines and self._file is not None:
            try:
                self._lines.extend(io.StringIO(self._file.readline().decode(), newline=""))
            except (OSError, UnicodeDecodeError):
                self._give_up()
        if not self._lines:
            raise StopIteration
        line = self._lines.popleft()
        self.at += len(line.encode())
        return line

    def close(self) -> None:
        """The file has no more lines for anybody."""
        self._lines.clear()
        if self._file is not None:
            self._file.close()
        self._file = None

    def _give_up(self) -> None:
        self.close()
        self._report.wrong(f"{self._name}: missing, or not readable to its end")
