"""The whole check, in the order an auditor would do it, and the command that runs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.audit.verifier.entries import Dates, Told, all_told
from app.audit.verifier.excerpts import check_excerpt, is_excerpt
from app.audit.verifier.handovers import Handovers
from app.audit.verifier.history import History, Tree, fold, leaf_hashes
from app.audit.verifier.programmes import Programmes
from app.audit.verifier.promise import Promise
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import (
    Checkpoint,
    Key,
    among_ours,
    kept_checkpoints,
    read_checkpoint,
    said_checkpoint,
    trusted_keys,
)
from app.audit.verifier.stamps import Stamps
from app.audit.verifier.tiles import HASH, WIDTH, check_for_strangers, read_entries, read_tile
from app.audit.verifier.views import all_views
from app.audit.verifier.witnesses import Outside, Seen, Witnesses

Progress = Callable[[int, int], None]
"""Called with the leaves done and the leaves in all."""


@dataclass(frozen=True)
class Brought:
    """What the reader has from elsewhere, and trusts: keys of the log, checkpoints from before (`held` as files, `said`
    as lines), keys of witnesses, the certificate of the time stamping authority."""

    keys: Sequence[str] = ()
    held: Sequence[Path] = ()
    said: Sequence[str] = ()
    witnesses: Sequence[str] = ()
    authority: Path | None = None


def verify(
    folder: Path, brought: Brought | None = None, progress: Progress | None = None, cases: Path | None = None
) -> Report:
    """Check the folder against what the reader brought; write what became of each case to `cases`, if it is given."""
    report, brought = Report(), brought or Brought()
    handovers = Handovers(folder, report)
    trusted = handovers.follow(trusted_keys(folder, brought.keys, report))
    head = read_checkpoint(folder / "checkpoint", "checkpoint", trusted, report)
    if head is None:
        return report
    report.size = head.size
    report.checked.append(f"signature of the checkpoint: {head.origin}, {head.size} leaves")
    if not report.ok:
        report.remarks.append("the leaves were not checked: nothing that is signed says how many there are")
        return report
    kept = kept_checkpoints(folder, brought.held, head, trusted, report)
    kept += among_ours([found for line in brought.said if (found := said_checkpoint(line, report))], head, report)
    seen = _from_outside(folder, brought, head, kept, trusted, report)
    if is_excerpt(folder):
        check_excerpt(folder, head, kept, Outside(seen, report), all_views(folder, report), report, progress)
        return report
    check_for_strangers(folder, head.size, report)
    dates, programmes, promise = Dates(), Programmes(report), Promise(report)
    readers: list[Reader] = [handovers, dates, Outside(seen, report), programmes, promise]
    _check_leaves(folder, head, kept, readers, report, progress)
    handovers.finish(folder)
    report.remarks += dates.remarks
    programmes.finish()
    promise.finish(cases)
    return report


def _from_outside(
    folder: Path, brought: Brought, head: Checkpoint, kept: list[Checkpoint], trusted: list[Key], report: Report
) -> list[Seen]:
    """When who outside saw how much of the log; what they signed joins the kept checkpoints."""
    witnesses, stamps = Witnesses(folder, brought.witnesses, report), Stamps(folder, brought.authority, report)
    kept += among_ours(witnesses.read(trusted), head, report)
    stamps.read(kept)
    witnesses.finish(head.size)
    return witnesses.seen + stamps.seen


class Reader(Protocol):
    """Somebody who reads the entries one after another; None stands for one that cannot be read."""

    def compare(self, start: int, told: list[Told | None]) -> None: ...


def _check_leaves(
    folder: Path,
    head: Checkpoint,
    kept: list[Checkpoint],
    readers: Sequence[Reader],
    report: Report,
    progress: Progress | None,
) -> None:
    tree, history, views = Tree(folder, report), History(kept, report), all_views(folder, report)
    root = fold([])
    for number in range(-(-head.size // WIDTH)):
        width = min(WIDTH, head.size - tree.size)
        entries = read_entries(folder, number, width, report)
        stored = read_tile(folder, 0, number, width, report)
        hashes = compare_entries(tree.size, entries, stored, width, report)
        told = all_told(tree.size, entries, width, report)
        for reader in readers:
            reader.compare(tree.size, told)
        for view in views:
            view.compare(tree.size, told, hashes)
        history.compare(tree, hashes)
        root = tree.root_with(hashes)
        tree.add(hashes)
        if progress:
            progress(tree.size, head.size)
    tree.finish()
    for view in views:
        view.finish()
    if head.root != root:
        report.wrong(f"checkpoint: the root of the {head.size} leaves is not the signed root{history.hint}")
    report.checked += [
        f"{head.size} entries against their leaf hashes",
        f"{tree.compared} tiles against the leaves below them",
        "the root of all leaves against the checkpoint",
        f"consistency: the log's beginning against {len(kept)} older checkpoints",
        *(f"{view.rows} rows of {view.name} against the entries" for view in views),
    ]


def compare_entries(start: int, entries: list[bytes], stored: list[bytes], width: int, report: Report) -> list[bytes]:
    """The leaf hashes to go on with: the stored ones, or the entries' own where a tile is missing."""
    own = leaf_hashes(entries)
    if len(stored) == width and own == stored:
        return own
    for place, leaf in enumerate(stored):
        if place >= len(own):
            report.wrong_leaf(start + place, "entry is missing")
        elif own[place] != leaf:
            report.wrong_leaf(start + place, "entry does not hash to the stored leaf hash")
    return stored or own + [bytes(HASH)] * (width - len(own))


def main(arguments: Sequence[str] | None = None) -> int:
    """Say what was checked and what is wrong; the exit status."""
    parser = argparse.ArgumentParser(description="Check an exported Dygnet audit log, offline.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", action="append", default=[], help="the verifier key you were given: name+id+key")
    parser.add_argument("--held", action="append", default=[], type=Path, help="a checkpoint you kept from before")
    parser.add_argument("--said", action="append", default=[], help="a checkpoint you wrote down: origin size root")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key you were given: name+id+key")
    parser.add_argument("--tsa", type=Path, help="the certificate, in PEM, of the time stamping authority")
    parser.add_argument("--cases", type=Path, help="write what became of each case to this file, as CSV")
    chosen = parser.parse_args(arguments)
    if not (chosen.folder / "checkpoint").is_file():
        sys.stderr.write(f"{chosen.folder} is not an exported log: it has no checkpoint\n")
        return 2
    brought = Brought(chosen.key, chosen.held, chosen.said, chosen.witness, chosen.tsa)
    report = verify(chosen.folder, brought, cases=chosen.cases)
    sys.stdout.write("\n".join(report.lines()) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
