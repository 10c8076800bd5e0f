"""A time stamping authority of our own: OpenSSL behind a loopback server."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = """
[req]
distinguished_name = named
prompt = no
[named]
CN = An authority
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamping]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""


class Authority(http.server.ThreadingHTTPServer):
    """Answers each request with what `openssl ts -reply` says; with `says` instead, if that is set."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Stamper)
        self.folder, self.root, self.says = folder, folder / "root.pem", b""
        self.asked = 0
        folder.mkdir()
        (folder / "ts.cnf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "serial").write_text("01")
        new = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config ts.cnf".split()
        self._run(*new, "-x509", *"-extensions root -days 30 -keyout root.key -out root.pem".split())
        self._run(*new, *"-keyout signer.key -out signer.csr -subj /CN=Stamps".split())
        issued = "x509 -req -in signer.csr -CA root.pem -CAkey root.key -set_serial 2 -days 30".split()
        self._run(*issued, *"-extfile ts.cnf -extensions stamping -out signer.pem".split())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/tsr"

    def stamp(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        self._run(*"ts -reply -config ts.cnf -queryfile query -out reply".split())
        return (self.folder / "reply").read_bytes()

    def _run(self, *command: str) -> None:
        subprocess.run(["openssl", *command], cwd=self.folder, check=True, capture_output=True)


class _Stamper(http.server.BaseHTTPRequestHandler):
    server: Authority

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        self.server.asked += 1
        body = self.server.says or self.server.stamp(query)
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Says nothing."""


@contextmanager
def authority_in(folder: Path) -> Iterator[Authority]:
    """The authority, until the block ends."""
    with Authority(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def openssl_verifies(note: Path, stamp: Path, root: Path) -> bool:
    """What `openssl ts -verify` says, which shares nothing with us."""
    asked = ["openssl", "ts", "-verify", "-data", note, "-in", stamp, "-CAfile", root]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0
