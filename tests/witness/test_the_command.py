"""`dygnet witness` as a process of its own, at a port."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from tests import forked
from tests.ports import free_port, until_somebody_listens
from tests.witness.test_witness import LOG, body

SET_FOR_OTHERS = {"WEB_CONCURRENCY": "3", "FORWARDED_ALLOW_IPS": "*"}
"""What a host may be set to, meant for web servers of which there may be several; there is one witness."""


def test_it_signs_at_its_port_however_many_processes_other_servers_there_are_to_have(tmp_path: Path) -> None:
    port = free_port()
    words = ["witness", "office", "--name", "witness.example.org/w", "--log", str(LOG.verifier_key)]
    process, terminal = forked.at_a_terminal([*words, "--port", str(port)], tmp_path, SET_FOR_OTHERS)
    assert os.read(terminal, 1000).decode().startswith("witness.example.org/w+")
    try:
        until_somebody_listens(port)
        with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as door:
            door.request("POST", "/add-checkpoint", body(0, 3).encode())
            answer = door.getresponse()
            assert (answer.status, answer.read().decode().startswith("— witness.example.org/w ")) == (200, True)
    finally:
        os.kill(process, signal.SIGTERM)
        ended = forked.wait_for(process)
    assert ended == -signal.SIGTERM  # having closed its door, it goes as it was asked to
    os.close(terminal)
