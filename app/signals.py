"""What the system tells a process: that it is to end."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable


def told_to_stop() -> Callable[[], None]:
    """Listen, from now on, for Ctrl-C and for the system asking the process to end. What is returned waits for it.

    The wait looks up four times a second, and holds no lock: the system may give a signal to any thread, which wakes
    nobody who waits without end.
    """
    told = False

    def tell(*_: object) -> None:
        nonlocal told
        told = True

    def wait() -> None:
        while not told:
            time.sleep(0.25)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    return wait
