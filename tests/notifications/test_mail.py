"""When the telephone company is what is wrong, the coordinator gets a letter: over TLS, and about nobody."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.db import Database
from app.notifications import faults, mail
from app.notifications.mail import Mail
from app.staff.directory import Directory
from app.vault.keyring import Keyring
from tests import desk
from tests.marks import ON_ONE_DATABASE
from tests.people import MONDAY, PROGRAMME

pytestmark = ON_ONE_DATABASE

WITH_ADDRESSES = PROGRAMME.replace('alias = "carin"', 'alias = "carin"\nemail = "carin@example.org"').replace(
    'alias = "anna"', 'alias = "anna"\nemail = "anna@example.org"'
)
MINUTE = timedelta(minutes=1)


class Postman(socketserver.StreamRequestHandler):
    """As much of a mail server as a letter needs. What is said before TLS is refused."""

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
        self.say("235 welcome")

    def on_data(self) -> None:
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
    allow_reuse_address = daemon_threads = True
    from_the_start = refuses = False


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


@pytest.fixture
def office(certificate: Path) -> Iterator[Office]:
    server = Office(("127.0.0.1", 0), Postman)
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(certificate)
    server.letters, server.heard = [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def mail_by(office: Office, certificate: Path | None, scheme: str = "smtp") -> Mail:
    office.from_the_start = scheme == "smtps"
    trusting = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    url = f"{scheme}://dygnet:hemligt@localhost:{office.server_address[1]}"
    return Mail(url, host="linjen.example.org", patience=5, context=trusting)


@pytest.fixture
def refused(db: Database, tmp_path: Path) -> tuple[Database, Directory]:
    """A line whose account the carrier refuses."""
    keyring: Keyring = desk.employ(db, tmp_path, WITH_ADDRESSES)
    with db.transaction() as session:
        faults.found(session, carrier="twilio", channel="sms", code=20003, at=MONDAY)
    return db, Directory(keyring)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_coordinator_gets_one_letter_and_nobody_else_does(refused, office, certificate, scheme):
    post = mail_by(office, certificate, scheme)
    assert mail.tell(*refused, post, at=MONDAY) == 1
    assert mail.tell(*refused, post, at=MONDAY + MINUTE) == 0
    (letter,) = office.letters
    assert "To: carin@example.org" in letter
    assert "From: dygnet@linjen.example.org" in letter
    assert "Vändpunkten" not in letter


def test_nothing_is_said_before_the_line_is_secure(refused, office, certificate):
    mail.tell(*refused, mail_by(office, certificate), at=MONDAY)
    assert {word for secure, word in office.heard if not secure} <= {"EHLO", "STARTTLS"}


def test_a_server_nobody_can_vouch_for_gets_no_letter(refused, office, certificate):
    assert mail.tell(*refused, mail_by(office, None), at=MONDAY) == 0
    assert office.letters == []


def test_a_letter_that_was_not_taken_is_written_again(refused, office, certificate):
    post = mail_by(office, certificate)
    office.refuses = True
    assert mail.tell(*refused, post, at=MONDAY) == 0
    office.refuses = False
    assert mail.tell(*refused, post, at=MONDAY + MINUTE) == 1


def test_without_a_fault_nobody_is_written_to(db: Database, tmp_path: Path, office, certificate):
    keyring = desk.employ(db, tmp_path, WITH_ADDRESSES)
    assert mail.tell(db, Directory(keyring), mail_by(office, certificate), at=MONDAY) == 0
    assert office.letters == []
