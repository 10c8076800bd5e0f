"""Overwriting a secret where it lies, because Python frees memory without cleaning it.

What this cannot reach: copies made by the interpreter or a library on the way (the text of a form, a header, OpenSSL's
own buffers, which it cleans itself), and pages that the system swapped out meanwhile. So secrets are short-lived first
and wiped second.
"""

from __future__ import annotations

import ctypes
from typing import Final

_BEFORE_THE_BYTES: Final = bytes.__basicsize__ - 1
"""CPython keeps a bytes object's contents behind its header, with a zero after them."""


def wipe(*secrets: bytes | bytearray) -> None:
    """Zero these, which nobody else may hold: a `bytes` that others see as well changes under their eyes."""
    for secret in secrets:
        if isinstance(secret, bytearray):
            secret[:] = bytes(len(secret))
        elif len(secret) > 1:  # shorter ones are shared by the whole interpreter
            ctypes.memset(id(secret) + _BEFORE_THE_BYTES, 0, len(secret))
