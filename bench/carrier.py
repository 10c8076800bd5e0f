"""A telephone company on loopback that takes a set time over every call, and remembers when each was asked for.

Not the simulator: what is measured is how soon and how often a page is handed over, so the other side has to cost next
to nothing. It speaks as much of Twilio's wire as sending a text needs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs

_ASKED: list[tuple[float, str]] = []
"""When each text was asked for, in seconds since 1970, and the last part of its status address: which page it was."""


class Carrier:
    """The running company, as the measuring side sees it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def asked(self) -> dict[str, list[float]]:
        """For each page the moments at which it was handed over, in seconds since 1970."""
        found: dict[str, list[float]] = defaultdict(list)
        with urllib.request.urlopen(f"{self.url}/asked", timeout=60) as answer:
            for moment, page in json.load(answer):
                found[page].append(moment)
        return dict(found)

    def count(self) -> int:
        """How many texts have been asked for."""
        with urllib.request.urlopen(f"{self.url}/count", timeout=60) as answer:
            return int(answer.read())


@contextmanager
def company(*, takes: float = 0.0) -> Iterator[Carrier]:
    """A telephone company in its own process; `takes` is how long it thinks about each text, in seconds."""
    command = [sys.executable, "-m", "bench.carrier", str(takes)]
    told = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=told) as server:
        try:
            yield Carrier(int(server.stdout.readline()) if server.stdout else 0)
        finally:
            server.terminate()


async def _serve(takes: float) -> None:
    server = await asyncio.start_server(lambda reader, writer: _listen(reader, writer, takes), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, takes: float) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"(?i)content-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            writer.write(await _answer(head.split(" ", 2)[1], body.decode(), takes))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _answer(path: str, body: str, takes: float) -> bytes:
    if path == "/asked":
        return _written(200, json.dumps(_ASKED))
    if path == "/count":
        return _written(200, str(len(_ASKED)))
    if not body:
        return _written(200, json.dumps({"messages": []}))
    status_url = parse_qs(body).get("StatusCallback", [""])[0]
    _ASKED.append((time.time(), status_url.partition("#")[0].rpartition("/")[2]))  # noqa: TID251 - another process's wall
    sid = f"SM{len(_ASKED):032x}"
    await asyncio.sleep(takes)
    return _written(201, json.dumps({"sid": sid, "status": "queued"}))


def _written(status: int, body: str) -> bytes:
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("takes", type=float, help="seconds to think about each text")
    asyncio.run(_serve(asked.parse_args().takes))
