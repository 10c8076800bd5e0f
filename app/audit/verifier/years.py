"""From year to year: a tree for each, whose first leaf says how the one before ended, and whose last names the next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from app.audit.verifier.bundles import Bundle
from app.audit.verifier.entries import AN_HOUR, UNREADABLE, Told
from app.audit.verifier.reading import is_there
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Checkpoint, without_year
from app.audit.verifier.witnesses import moment_named

EARLIER = "earlier"
ONE_YEAR = "year.json"
YEAR_CLOSED = "log.year_closed"
YEAR_OPENED = "log.year_opened"
ONLY_A_YEAR = "this folder is one year of a log, as was asked for: whether the others follow it, only all of them show"


def years_of(folder: Path) -> tuple[list[Path], list[str]]:
    """The folders of all the trees that there are, the oldest first, the last the folder itself; and what is no year
    among them."""
    found, strangers = list[Path](), list[str]()
    for path in sorted((folder / EARLIER).glob("*")):
        if not re.fullmatch(r"[0-9]{4}", path.name) or not is_there(path / "checkpoint"):
            strangers.append(f"{EARLIER}/{path.name}: not a year of the log")
        elif (path / EARLIER).exists():
            strangers.append(f"{EARLIER}/{path.name}: has years of its own, which belong beside it")
        else:
            found.append(path)
    return [*found, folder], strangers


def is_one_year(folder: Path) -> bool:
    """Whether one whole year was asked for, and no more."""
    return is_there(folder / ONE_YEAR)


def misplaced(folders: Sequence[Path], heads: Sequence[Checkpoint], names: Sequence[str]) -> Iterator[str]:
    """What the folders say of years otherwise than the trees' origins; `names` are those of the trusted keys."""
    *before, last = [head.origin for head in heads]
    line = without_year(last) if before or named_for_a_year(last, names) else last
    for place, (folder, origin) in enumerate(zip(folders, before, strict=False)):
        if origin != f"{line}/{folder.name}" and (place or origin != line):
            yield f"{EARLIER}/{folder.name}: is of {origin}, which is no tree of that year"
    year = last.removeprefix(line).removeprefix("/")
    if before and year <= folders[-2].name:
        yield f"{EARLIER}: {last} is not of a later year"
    if is_one_year(folders[-1]):
        asked = year_asked_for(folders[-1])
        if before or not asked or year not in {"", asked}:
            yield f"{ONE_YEAR}: what lies here is not the one year {asked or 'of a log'}"


def year_asked_for(folder: Path) -> str:
    """Which year, where one was asked for; empty where none was, or nobody can read which."""
    try:
        return str(json.loads((folder / ONE_YEAR).read_text("utf-8"))["year"])
    except (OSError, *UNREADABLE):
        return ""


def year_named(folder: Path, origin: str) -> str:
    """What the tree in this folder is called beside others."""
    return folder.name if folder.parent.name == EARLIER else origin[len(without_year(origin)) + 1 :] or origin


class End(NamedTuple):
    """How the tree of a year ended: its year, its last checkpoint, and the origin that its last leaf names as the next;
    empty where it is not closed."""

    year: str
    head: Checkpoint
    next: str


class Years:
    """Reads how trees begin and end, and holds each end against the beginning that follows it."""

    def __init__(self, report: Report, *, alone: bool, asked: str = "") -> None:
        """`alone`: one year was asked for, `asked`, and what is missing besides is not amiss."""
        self._report, self._alone, self._asked = report, alone, asked
        self._ends: list[End] = []
        self._year = ""
        self._head: Checkpoint | None = None
        self._opened: Told | None = None
        self._closed: Told | None = None
        self._latest = 0
        self.programme = 0
        """The programme that was in force when a log of which no earlier year is here began."""

    @property
    def begins_later(self) -> bool:
        """Whether there is an earlier year, which is not here."""
        return not self._ends and self._opened is not None

    def begin(self, year: str, head: Checkpoint) -> None:
        self._year, self._head, self._opened, self._closed = year, head, None, None
        self._latest = 0

    def compare(self, bundle: Bundle) -> None:
        _, latest = bundle.span or (0, 0)
        self._latest = max(self._latest, latest)
        for leaf, told in bundle.of(YEAR_CLOSED, YEAR_OPENED):
            if told["action"] == YEAR_OPENED:
                self._meet_opening(leaf, told, bundle)
            else:
                self._meet_closing(leaf, told)

    def _meet_opening(self, leaf: int, told: Told, bundle: Bundle) -> None:
        if leaf:
            self._report.wrong_leaf(leaf, "a year is opened in the middle of a tree")
            return
        self._opened = told["facts"]
        first, _ = bundle.editions[0]
        _, programme = first or (0, None)
        self.programme = programme or 0

    def _meet_closing(self, leaf: int, told: Told) -> None:
        if self._closed is not None:
            self._report.wrong_leaf(leaf, "the year is closed a second time")
        elif self._head and leaf != self._head.size - 1:
            self._report.wrong_leaf(leaf, "the year is closed, but its tree goes on")
        self._closed = told["facts"]

    def end(self, *, named_for_a_year: bool) -> None:
        """The tree was read. `named_for_a_year`: its origin is not the line's own, so that one came before it."""
        if self._head is None:
            return
        if self._opened is None:
            if self._ends or named_for_a_year:
                self._report.wrong_leaf(0, "does not say how the year before ended")
        elif self._ends:
            self._compare_with(self._ends[-1], self._opened)
        else:
            size = self._opened.get("before_size")
            self._missing(f"the tree before, {self._opened.get('before')} with {size} leaves, is not here")
        named = self._year if self._year.isdecimal() else self._asked
        if self._closed is not None and named and str(self._closed.get("year")) != named:
            self._report.wrong(f"the tree of {self._closed.get('year')} lies in the folder of another year")
        if self._closed is None and named and named not in self._last_written_in():
            self._report.wrong(
                f"a tree that goes on until {moment_named(self._latest)} is said to be the one of {named}"
            )
        following = str(self._closed.get("next", "")) if self._closed is not None else ""
        if self._ends and self._ends[-1].next != self._head.origin:
            named = self._ends[-1].next or "none"
            self._report.wrong(
                f"{self._ends[-1].year} names {named} as the next tree, but here follows {self._head.origin}"
            )
        self._ends.append(End(self._year, self._head, following))

    def _last_written_in(self) -> set[str]:
        """The year in which the tree was written last; two around New Year, when clocks differ."""
        return {moment_named(moment)[:4] for moment in (self._latest, self._latest - AN_HOUR)}

    def _compare_with(self, before: End, opened: Told) -> None:
        said = (opened.get("before"), opened.get("before_size"), opened.get("before_root"))
        if said != (before.head.origin, before.head.size, before.head.root.hex()):
            named = f"{said[0]} with {said[1]} leaves and root {said[2]}"
            self._report.wrong_leaf(
                0, f"says that the tree before was {named}: it is not the one of {before.year} here"
            )

    def finish(self) -> None:
        """All trees were read."""
        if self._ends and self._ends[-1].next:
            self._missing(f"the tree is closed, and the next one, {self._ends[-1].next}, is not here")
        if self._alone:
            self._report.remarks.append(ONLY_A_YEAR)
        if len(self._ends) > 1:
            named = ", ".join(f"{end.year} ({end.head.size} leaves)" for end in self._ends)
            self._report.checked.append(f"from year to year, each beginning against the end before it: {named}")

    def _missing(self, what: str) -> None:
        if self._alone:
            self._report.remarks.append(what)
        else:
            self._report.wrong(what)


def named_for_a_year(origin: str, names: Sequence[str]) -> bool:
    """Whether an origin is that of a later tree, by the names of the keys that are trusted for its line."""
    return origin != without_year(origin) and without_year(origin) in names
