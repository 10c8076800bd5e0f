"""The first thing that a command imports: nothing is collected while everything else is imported.

Whatever a module defines stays. Python's collector looks through all of it again and again meanwhile, and that takes a
fifth of the time until a command begins.
"""

from __future__ import annotations

import gc

_WAS_ON = gc.isenabled()

gc.disable()


def over() -> None:
    """Everything is imported: it is collected again as before, and no collection walks what was imported."""
    gc.freeze()
    if _WAS_ON:
        gc.enable()
