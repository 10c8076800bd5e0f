"""Ports of this machine's loopback, for servers that a test starts."""

from __future__ import annotations

import socket
import time
from contextlib import suppress


def free_port() -> int:
    """One that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def two_free_ports() -> int:
    """One whose neighbour is free as well."""
    for _ in range(50):
        with socket.socket() as one, socket.socket() as other, suppress(OSError):
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            other.bind(("127.0.0.1", port + 1))
            return port
    raise RuntimeError("no two ports beside each other are free")


def until_somebody_listens(port: int, *, within: float = 60) -> None:
    """Wait for so many seconds at most. RuntimeError when nobody does by then."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nobody listens at port {port} after {within:g} seconds")
