"""The key files of a folder encrypted on disk, or opened again: file by file, so that a crash leaves each readable."""

from __future__ import annotations

from pathlib import Path

from app.errors import BadInput
from app.vault.keyfiles import PRIVATE, alone_in, files_in
from app.vault.locks import Lock, Wrapper
from app.vault.providers import LOCK_FILE, keep_lock, lock_of


def lock(folder: Path, wrapper: Wrapper) -> list[str]:
    """Encrypt every private half; what opens them is kept by a passphrase or a token. The ids of the keys.

    In a folder that is locked already the passphrase is changed: the environment names the old one, and the files stay.
    """
    with alone_in(folder):
        key = lock_of(folder) or Lock.new()
        keep_lock(folder, key, wrapper)
        return _rewritten(folder, key, locked=False)


def unlock(folder: Path) -> list[str]:
    """Write every private half as it is, and forget what opened them. The ids of the keys."""
    with alone_in(folder):
        key = lock_of(folder)
        if key is None:
            raise BadInput(f"The keys in {folder} are not locked.")
        done = _rewritten(folder, key, locked=True)
        (folder / LOCK_FILE).unlink()
        return done


def _rewritten(folder: Path, key: Lock, *, locked: bool) -> list[str]:
    """Those that are (not) locked the other way round, each whole before and after."""
    files = [file for file in files_in(folder) if file.half == PRIVATE and file.is_locked is locked]
    for file in files:
        file.rewrite(file.read(key), None if locked else key)
    return [file.key_id for file in files]
