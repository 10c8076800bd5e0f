"""The rota key's private half as a file: how staff-held keys begin.

`dygnet init` makes the file, as in `server` mode. The first person who may hold the key is given it from there, and
then the file is destroyed (`KeyFile.destroy`): from that moment the key exists only in people's grants and in whatever
was made for recovery. A backup of the folder may still have it; that is what rotating is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.vault.envelope import PrivateKey
from app.vault.keyfiles import PRIVATE, KeyFile, files_in
from app.vault.keyring import Keyring
from app.vault.staff_keys import ROTA


def standing(folder: Path) -> list[KeyFile]:
    """The files that hold the rota key's private half, the oldest generation first."""
    return [file for file in files_in(folder) if (file.kind, file.half) == (ROTA, PRIVATE)]


def founding_keys(folder: Path) -> Iterator[PrivateKey]:
    """What is in them. Misconfigured when one is damaged or readable by others."""
    files = standing(folder)
    keyring = Keyring.load(folder, private=(ROTA,) if files else ())
    yield from (keyring.private(ROTA, file.key_id) for file in files)
