"""What a witness saw, in files: `logs/<digest of the origin>/seen/<size>.note`, and what it refused beside it.

The file `head` names the latest. Everything else is kept as evidence: a note that was refused although the log signed
it shows that the log told two stories.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock

from app.audit.note import Checkpoint
from app.vault.keyfiles import remember, write_whole


class Memory:
    """What was seen of one log. Ask and write only inside `turn()`."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder / "logs" / sha256(origin.encode()).hexdigest()[:32]
        self._lock = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Nobody else, in this process or another, asks or writes until the block ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock, (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @property
    def head(self) -> Checkpoint | None:
        """The latest checkpoint that was signed for; None when there was none."""
        path = self.folder / "head"
        return Checkpoint.parse(path.read_text("utf-8")) if path.is_file() else None

    def keep(self, checkpoint: Checkpoint, note: str) -> None:
        """From now on this is the latest; it is on the disk when this returns."""
        self._write("seen", str(checkpoint.size), note)
        write_whole(self.folder / "head", checkpoint.text)

    def keep_refused(self, checkpoint: Checkpoint, note: str) -> None:
        """A note of the log's own key that contradicts what was seen."""
        self._write("refused", f"{checkpoint.size}-{sha256(note.encode()).hexdigest()[:16]}", note)

    def _write(self, kind: str, name: str, note: str) -> None:
        folder = self.folder / kind
        if not folder.is_dir():
            folder.mkdir()
            remember(self.folder)
        path = folder / f"{name}.note"
        if not path.exists() or path.read_text("utf-8") != note:
            write_whole(path, note, mode=0o644)
