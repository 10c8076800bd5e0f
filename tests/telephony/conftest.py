from __future__ import annotations

import contextlib
import json
import threading
import time
from base64 import b64decode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from app.telephony.twilio import TwilioCarrier


@dataclass
class Exchange:
    """A telephone exchange with one prepared answer, which remembers what it was asked."""

    status: int = 201
    body: object = field(default_factory=lambda: {"sid": "SM1"})
    delay: float = 0.0
    hangs_up: bool = False
    only_for: str = ""
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


class _Operator(BaseHTTPRequestHandler):
    def do_POST(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def do_DELETE(self):
        self.answer()

    def answer(self):
        exchange = self.server.exchange
        sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        exchange.asked.append((self.command, self.path, parse_qs(sent, keep_blank_values=True)))
        exchange.headers.append(dict(self.headers))
        time.sleep(exchange.delay)
        if exchange.hangs_up:
            return
        status, body = self.what_is_answered()
        text = body if isinstance(body, str) else json.dumps(body)
        with contextlib.suppress(BrokenPipeError):  # whoever asked had no patience
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

    def what_is_answered(self):
        """The prepared answer, unless the exchange knows only one token and this is another."""
        exchange = self.server.exchange
        papers = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if exchange.only_for and not papers.endswith(f":{exchange.only_for}"):
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        return exchange.status, exchange.body

    def log_message(self, *_):
        pass


@pytest.fixture
def exchange():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Operator)
    server.exchange = Exchange(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.exchange
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def carrier(exchange):
    return TwilioCarrier(
        account_sid="AC1", auth_tokens=("token",), sender="+46846500400", api_url=exchange.url, patience=1
    )
