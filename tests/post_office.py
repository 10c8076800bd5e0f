"""As much of a mail server as letters need, on loopback and with TLS of its own: what it is told it keeps to show."""

from __future__ import annotations

import email
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.people import MONDAY


class Clerk(socketserver.StreamRequestHandler):
    """Serves one connection. What is said before TLS is refused."""

    def handle(self) -> None:
        self.secure = self.server.from_the_start
        if self.secure:
            self.wrap()
        self.say("220 at your service")
        while line := self.rfile.readline().decode().strip():
            word = line.partition(" ")[0].upper()
            if word == "QUIT":
                self.say("221 bye")
                return
            self.server.heard.append((self.secure, word))
            getattr(self, f"on_{word.lower()}", self.on_anything)()

    def wrap(self) -> None:
        for each in (self.rfile, self.wfile):
            each.close()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.setup_streams()
        self.secure = True

    def finish(self) -> None:
        for each in (self.rfile, self.wfile, self.connection):
            each.close()

    def setup_streams(self) -> None:
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def on_starttls(self) -> None:
        self.say("220 go ahead")
        self.wrap()

    def on_ehlo(self) -> None:
        self.say("250-hello", "250-AUTH PLAIN" if self.secure else "250-STARTTLS", "250 8BITMIME")

    def on_auth(self) -> None:
        self.say("535 who are you" if self.server.knows_nobody else "235 welcome")

    def on_rcpt(self) -> None:
        self.say("451 not today" if self.server.refuses else self.server.about_readers)

    def on_data(self) -> None:
        time.sleep(self.server.takes)
        self.say("354 go on")
        letter = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            letter.append(line)
        self.server.letters.append("\n".join(letter))
        self.say("250 kept")

    def on_anything(self) -> None:
        self.say("451 not today" if self.server.refuses else "250 fine")

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class Office(socketserver.ThreadingTCPServer):
    """The server. `about_readers` is what it answers to whom a letter is for; `takes`: seconds for each letter."""

    allow_reuse_address = daemon_threads = True
    from_the_start = refuses = knows_nobody = False
    about_readers = "250 fine"
    takes = 0.0

    @property
    def url(self) -> str:
        """As in SMTP_URL."""
        return f"smtp://dygnet:hemligt@localhost:{self.server_address[1]}"

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to somebody, read as their mail program reads them."""
        letters = [email.message_from_string(letter, policy=default) for letter in self.letters]
        return [letter for letter in letters if letter["To"] == address]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(MONDAY - timedelta(days=3650))
        .not_valid_after(MONDAY + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def opened(certificate: Path) -> Iterator[Office]:
    """An office that is open for as long as it is looked at."""
    server = Office(("127.0.0.1", 0), Clerk)
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(certificate)
    server.letters, server.heard = [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
