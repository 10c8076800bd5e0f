"""Which programme each entry was written under, against those that the log brought into force before it."""

from __future__ import annotations

from itertools import chain, repeat

from app.audit.verifier.bundles import Bundle
from app.audit.verifier.entries import Edition, Told
from app.audit.verifier.report import Report

NAMED_SINCE = 2
"""The format from which on entries name their programme."""


class Programmes:
    """The numbers of the programmes, bundle by bundle; entry by entry where one does not fit, or a new one comes."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._applied = 0
        self._named = 0

    def compare(self, bundle: Bundle) -> None:
        applied = dict(bundle.of("programme.applied"))
        self._named += sum(count for edition, count in bundle.editions if edition and edition[1])
        if applied or any(self._wrong(edition) for edition, _ in bundle.editions):
            self._one_by_one(bundle, applied)

    def _one_by_one(self, bundle: Bundle, applied: dict[int, Told]) -> None:
        each = chain.from_iterable(repeat(edition, count) for edition, count in bundle.editions)
        for leaf, edition in enumerate(each, bundle.start):
            for what in self._wrong(edition):
                self._report.wrong_leaf(leaf, what)
            if leaf in applied:
                version = applied[leaf]["facts"].get("version", 0)
                if type(version) is int:
                    self._applied = max(self._applied, version)
                else:
                    self._report.wrong_leaf(leaf, "programme.applied does not say what it has to")

    def _wrong(self, edition: Edition | None) -> list[str]:
        if edition is None:
            return []
        version, number = edition
        if number is None:
            return ["does not say which programme was in force"] if version >= NAMED_SINCE else []
        if number > self._applied:
            return ["was written under a programme that the log had not brought into force"]
        return []

    def finish(self) -> None:
        self._report.checked.append(f"{self._named} entries against the programmes that the log brought into force")
