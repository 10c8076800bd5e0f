"""Every leaf: its entry against its hash and its tile, the views, and all who read what the entries say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.audit.verifier.ahead import keep_what_is_freed, looked_at_ahead
from app.audit.verifier.bundles import Bundle, Known, Lines
from app.audit.verifier.history import History, Tree, compare_entries
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Checkpoint
from app.audit.verifier.tiles import WIDTH, cut_into_hashes, read_entries, read_tile
from app.audit.verifier.views import all_views

Progress = Callable[[int, int], None]
"""Called with the leaves done and the leaves in all."""


class Reader(Protocol):
    """Somebody who reads what the entries say, one bundle after another."""

    def compare(self, bundle: Bundle) -> None: ...


def check_leaves(
    folder: Path,
    head: Checkpoint,
    kept: list[Checkpoint],
    readers: Sequence[Reader],
    report: Report,
    progress: Progress | None,
) -> None:
    """Every leaf of the folder's tree, held against `head` and older checkpoints, and what it says to the readers."""
    keep_what_is_freed()
    tree, history, views, known = Tree(folder, report), History(kept, report), all_views(folder, report), Known()
    ahead = looked_at_ahead(folder, head.size)
    for number in range(-(-head.size // WIDTH)):
        usual = next(ahead)
        if usual and usual.begin == [view.at for view in views]:
            hashes, whole = cut_into_hashes(usual.hashes), usual.root
            _read_to(readers, usual.bundle)
            for view, end in zip(views, usual.end, strict=True):
                view.skip(end, WIDTH)
        else:
            width, whole = min(WIDTH, head.size - tree.size), b""
            entries = read_entries(folder, number, width, report)
            tile = read_tile(folder, 0, number, width, report)
            hashes = compare_entries(tree.size, entries, tile, width, report)
            lines = Lines(tree.size, entries, hashes, known)
            _read_to(readers, lines.bundle(report))
            for view in views:
                view.compare(lines)
        history.compare(tree, hashes)
        tree.add(hashes, whole)
        if progress:
            progress(tree.size, head.size)
    ahead.close()
    tree.finish()
    for view in views:
        view.finish()
    if head.root != tree.root():
        report.wrong(f"checkpoint: the root of the {head.size} leaves is not the signed root{history.hint}")
    report.checked += [
        f"{head.size} entries against their leaf hashes",
        f"{tree.compared} tiles against the leaves below them",
        "the root of all leaves against the checkpoint",
        f"consistency: the log's beginning against {len(kept)} older checkpoints",
        *(f"{view.rows} rows of {view.name} against the entries" for view in views),
    ]


def _read_to(readers: Sequence[Reader], bundle: Bundle) -> None:
    for reader in readers:
        reader.compare(bundle)
