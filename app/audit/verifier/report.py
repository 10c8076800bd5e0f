"""What an auditor is told: what was checked, what is wrong, and what to know besides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MOST_FINDINGS = 1000


@dataclass
class Report:
    """What was checked, what was found wrong, and what the reader must know besides."""

    checked: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    promise: list[str] = field(default_factory=list)
    """Every breach and every late step that follows from the entries."""

    size: int = 0
    _found: list[tuple[str, int, int, str]] = field(default_factory=list)
    _more: int = 0
    _year: str = ""

    @contextmanager
    def about(self, year: str) -> Iterator[None]:
        """What is reported until the block ends is about the tree of this year; about the only one, if it is empty."""
        before = self._year, len(self.checked), len(self.remarks)
        self._year = year
        try:
            yield
        finally:
            self._year, checked, remarks = before
            if year:
                self.checked[checked:] = [f"{year}: {line}" for line in self.checked[checked:]]
                self.remarks[remarks:] = [f"{year}: {line}" for line in self.remarks[remarks:]]

    def named(self, leaf: int) -> str:
        """A leaf of the tree that is spoken of: `5`, or `2026/5` where there are trees of several years."""
        return f"{self._year}/{leaf}" if self._year else str(leaf)

    @property
    def ok(self) -> bool:
        return not self._found

    @property
    def findings(self) -> list[str]:
        """One line for each thing that is wrong; neighbouring leaves with the same trouble share a line."""
        lines = [f"{leaves_named(first, last, year)}{what}" for year, first, last, what in self._found]
        return [*lines, f"and {self._more} more"] if self._more else lines

    def lines(self) -> list[str]:
        """The whole report, for a terminal."""
        said = [
            *(f"NOTE     {line}" for line in self.remarks),
            *(f"checked  {line}" for line in self.checked),
            *self.promise,
            *(f"WRONG    {line}" for line in self.findings),
        ]
        end = "Nothing is wrong with what was checked." if self.ok else "THE LOG IS NOT AS IT WAS SIGNED."
        return [*map(visible, said), end]

    def plain(self) -> dict[str, object]:
        """The whole report, for other programs."""
        told = {"notes": self.remarks, "checked": self.checked, "promise": self.promise, "wrong": self.findings}
        return {"ok": self.ok, "leaves": self.size, **{kind: [*map(visible, lines)] for kind, lines in told.items()}}

    def wrong(self, what: str) -> None:
        self._keep(-1, what)

    def wrong_leaf(self, leaf: int, what: str) -> None:
        for place in range(len(self._found) - 1, max(len(self._found) - 8, -1), -1):
            year, first, last, same = self._found[place]
            if (year, same) == (self._year, what) and last == leaf - 1 >= 0:
                self._found[place] = (year, first, leaf, what)
                return
        self._keep(leaf, what)

    def _keep(self, leaf: int, what: str) -> None:
        if len(self._found) < MOST_FINDINGS:
            self._found.append((self._year, leaf, leaf, what))
        else:
            self._more += 1


def visible(line: str) -> str:
    """A line in which every character can be seen: what somebody wrote must not end it, or move a cursor."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in line)


def leaves_named(first: int, last: int, year: str = "") -> str:
    if first < 0:
        return f"{year}: " if year else ""
    of = f"{year}/" if year else ""
    return f"leaf {of}{first}: " if first == last else f"leaves {of}{first} to {of}{last}: "
