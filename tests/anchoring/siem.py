"""A receiver of syslog over TLS, as a SIEM has one: certificates of its own, octet counting, and bad days."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.clock import WallClock

HERE = "127.0.0.1"


@dataclass
class Receiver:
    """What it was sent, message by message. `mood`: takes it all, hangs up in the middle, or never says goodbye."""

    certificate: Path
    mood: str = "takes it"
    messages: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"syslog+tls://{HERE}:{self.port}"

    def serve(self, listening: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                bare, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            with suppress(OSError):
                self._hear(context.wrap_socket(bare, server_side=True))

    def _hear(self, tls: ssl.SSLSocket) -> None:
        if self.mood == "hangs up":
            tls.recv(100)
            tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            tls.close()
            return
        said = b""
        while part := tls.recv(65_536):
            said += part
        self.messages += unframed(said)
        if self.mood == "takes it":
            with suppress(OSError):
                tls.unwrap()
        tls.close()


def unframed(said: bytes) -> list[bytes]:
    """The messages of a connection: each behind its length in octets (RFC 5425 section 4.3)."""
    found = []
    while said:
        length, gap, rest = said.partition(b" ")
        assert gap
        assert length.isdigit()
        assert not length.startswith(b"0")
        found.append(rest[: int(length)])
        assert len(found[-1]) == int(length)
        said = rest[int(length) :]
    return found


@contextmanager
def receiving(folder: Path) -> Iterator[Receiver]:
    """A receiver on this machine, until the block ends."""
    receiver = Receiver(certificate=_certified(folder))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "siem.pem", folder / "siem.key")
    with socket.create_server((HERE, 0)) as listening:
        receiver.port = listening.getsockname()[1]
        thread = threading.Thread(target=receiver.serve, args=(listening, context), daemon=True)
        thread.start()
        yield receiver
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _certified(folder: Path) -> Path:
    """A key and a certificate for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "siem.example.org")])
    now = WallClock().now()  # a certificate is looked at by the wall
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HERE))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "siem.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "siem.key").write_bytes(pem)
    return folder / "siem.pem"
