"""The whole check, in the order an auditor would do it, and the command that runs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app.audit.verifier.entries import Dates, all_told
from app.audit.verifier.handovers import Handovers
from app.audit.verifier.history import History, Tree, fold, leaf_hash
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Checkpoint, kept_checkpoints, read_checkpoint, trusted_keys
from app.audit.verifier.tiles import HASH, WIDTH, check_for_strangers, read_entries, read_tile
from app.audit.verifier.views import all_views

Progress = Callable[[int, int], None]
"""Called with the leaves done and the leaves in all."""


def verify(
    folder: Path, keys: Sequence[str] = (), held: Sequence[Path] = (), progress: Progress | None = None
) -> Report:
    """Check the folder against the verifier keys, and against checkpoints the caller held on to from before."""
    report = Report()
    handovers = Handovers(folder, report)
    trusted = handovers.follow(trusted_keys(folder, keys, report))
    head = read_checkpoint(folder / "checkpoint", "checkpoint", trusted, report)
    if head is None:
        return report
    report.size = head.size
    report.checked.append(f"signature of the checkpoint: {head.origin}, {head.size} leaves")
    if not report.ok:
        report.remarks.append("the leaves were not checked: nothing that is signed says how many there are")
        return report
    kept = kept_checkpoints(folder, held, head, trusted, report)
    check_for_strangers(folder, head.size, report)
    _check_leaves(folder, head, kept, handovers, report, progress)
    return report


def _check_leaves(
    folder: Path,
    head: Checkpoint,
    kept: list[Checkpoint],
    handovers: Handovers,
    report: Report,
    progress: Progress | None,
) -> None:
    tree, history, views = Tree(folder, report), History(kept, report), all_views(folder, report)
    dates = Dates()
    root = fold([])
    for number in range(-(-head.size // WIDTH)):
        width = min(WIDTH, head.size - tree.size)
        entries = read_entries(folder, number, width, report)
        stored = read_tile(folder, 0, number, width, report)
        hashes = _compare_entries(tree.size, entries, stored, width, report)
        told = all_told(tree.size, entries, width, report)
        dates.compare(tree.size, told)
        handovers.compare(told)
        for view in views:
            view.compare(tree.size, told, hashes)
        history.compare(tree, hashes)
        root = tree.root_with(hashes)
        tree.add(hashes)
        if progress:
            progress(tree.size, head.size)
    tree.finish()
    handovers.finish(folder)
    report.remarks += dates.remarks
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


def _compare_entries(start: int, entries: list[bytes], stored: list[bytes], width: int, report: Report) -> list[bytes]:
    """The leaf hashes to go on with: the stored ones, or the entries' own where a tile is missing."""
    own = [leaf_hash(entry) for entry in entries]
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
    chosen = parser.parse_args(arguments)
    if not (chosen.folder / "checkpoint").is_file():
        sys.stderr.write(f"{chosen.folder} is not an exported log: it has no checkpoint\n")
        return 2
    report = verify(chosen.folder, chosen.key, chosen.held)
    sys.stdout.write("\n".join(report.lines()) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
