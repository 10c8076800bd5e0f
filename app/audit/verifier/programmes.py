"""Which programme each entry was written under, against those that the log brought into force before it."""

from __future__ import annotations

from app.audit.verifier.entries import Told
from app.audit.verifier.report import Report

NAMED_SINCE = 2
"""The format from which on entries name their programme."""


class Programmes:
    """The numbers of the programmes, entry by entry."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._applied = 0
        self._named = 0

    def compare(self, start: int, told: list[Told | None]) -> None:
        for leaf, entry in enumerate(told, start):
            if entry is None:
                continue
            number = entry.get("programme", 0)
            self._named += number != 0
            if entry.get("v", 1) >= NAMED_SINCE and "programme" not in entry:
                self._report.wrong_leaf(leaf, "does not say which programme was in force")
            if number > self._applied:
                self._report.wrong_leaf(leaf, "was written under a programme that the log had not brought into force")
            if entry.get("action") == "programme.applied":
                self._applied = max(self._applied, entry["facts"].get("version", 0))

    def finish(self) -> None:
        self._report.checked.append(f"{self._named} entries against the programmes that the log brought into force")
