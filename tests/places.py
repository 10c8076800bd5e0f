"""Where the tests keep what they throw away."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - whoever uses it makes a folder of their own there
ROOM: Final = 4 * 2**30
"""Bytes."""


def in_memory() -> Path | None:
    """A folder in memory, where there is room for one: thousands of small databases wait for a disk at every commit.

    A process that is killed loses no more there than on a disk.
    """
    may_write = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK)
    return IN_MEMORY if may_write and shutil.disk_usage(IN_MEMORY).free > ROOM else None
