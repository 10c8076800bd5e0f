"""Open a package that a Dygnet house handed over, and answer it: offline, alone. Python 3.11 and `cryptography` 50.

    python open_handover.py keys KEYS.json                      once: make your keys, print what the sender needs
    python open_handover.py open FILE KEYS.json SENDER          show what is in a package, if SENDER signed it
    python open_handover.py answer FILE KEYS.json SENDER RECEIPT [--decline not_ours|full|conflict|other]

SENDER is the sender's `signs_with`, 44 characters: compare its fingerprint with them by telephone before you use it.
KEYS.json opens every package for you: keep it where you keep what is in them. The receipt goes back to the sender, who
owns the person until you have accepted. The format is described in docs/handover.md of Dygnet.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

PACKAGE, RECEIPT = "dygnet handover 1", "dygnet handover receipt 1"
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
LINES = 5  # four, and the empty end of the last
KEM_SEED, ALL = 64, 96
BOX_VERSION = 1


Read = dict[str, Any]


class Refused(Exception):
    """What is wrong, in words."""


class Keys:
    """A receiver's own: a seed of 96 bytes that opens, and 32 that sign."""

    def __init__(self, opens: bytes, signs: bytes) -> None:
        mlkem = MLKEM768PrivateKey.from_seed_bytes(opens[:KEM_SEED])
        x25519 = X25519PrivateKey.from_private_bytes(opens[KEM_SEED:ALL])
        self.public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        self.key_id = f"house-{hashlib.sha256(self.public).hexdigest()[:8]}"
        self.hpke = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.signer = Ed25519PrivateKey.from_private_bytes(signs)
        self.signs_with = self.signer.public_key().public_bytes_raw()

    @classmethod
    def read(cls, path: Path) -> Keys:
        kept = json.loads(path.read_text("ascii"))
        return cls(base64.b64decode(kept["opens"]), base64.b64decode(kept["signs"]))


def make_keys(path: Path) -> None:
    """New keys in a file that only its owner reads, and the lines for the sender's programme file."""
    opens = MLKEM768PrivateKey.generate().private_bytes_raw() + X25519PrivateKey.generate().private_bytes_raw()
    signs = Ed25519PrivateKey.generate().private_bytes_raw()
    write_new(path, json.dumps({"opens": encoded(opens), "signs": encoded(signs)}) + "\n")
    keys = Keys.read(path)
    print(f"# fingerprint {fingerprint(keys.signs_with)}")
    print(f'[knowledge.receiver.NAME.handover]\nseals_to = "{keys.key_id}:{encoded(keys.public)}"')
    print(f'signs_with = "{encoded(keys.signs_with)}"')


def opened(text: str, keys: Keys, sender: bytes) -> Read:
    """What is in a package: signed by that sender, sealed to these keys, whole, and as its manifest says."""
    head, box = read(text, sender)
    contents: Read = json.loads(unsealed(box, keys, head["package"]))
    for name in ("package", "signed_by", "sealed_to"):
        if contents[name] != head[name]:
            raise Refused("what is inside was sealed by somebody else than signed it")
    manifest = {name: digest(canonical(contents[name])) for name in contents["manifest"]}
    if manifest != contents["manifest"] or contents["fields"] != len(contents["disclosure"]["fields"]):
        raise Refused("the manifest does not fit what is inside")
    return contents


def read(text: str, sender: bytes) -> tuple[Read, bytes]:
    """Head and box of a package that the sender signed."""
    lines = text.split("\n")
    if len(lines) != LINES or lines[0] != PACKAGE or lines[4]:
        raise Refused("this is not one whole package")
    signed = "\n".join(lines[:3]) + "\n"
    try:
        box, signature = (base64.b64decode(line, altchars=b"-_", validate=True) for line in lines[2:4])
        Ed25519PublicKey.from_public_bytes(sender).verify(signature, signed.encode())
    except (InvalidSignature, ValueError):
        raise Refused("the sender did not sign this, or it was altered on the way") from None
    head = json.loads(lines[1])
    if head["signed_by"] != fingerprint(sender):
        raise Refused("the package names another sender than signed it")
    return head, box


def unsealed(box: bytes, keys: Keys, package: str) -> bytes:
    """What is in the box, for the one place that it was sealed for."""
    key_id = box[2 : 2 + box[1]].decode("ascii", "replace")
    if box[0] != BOX_VERSION or key_id != keys.key_id:
        raise Refused(f"this package is sealed to {key_id}; your keys are {keys.key_id}")
    parts = ("dygnet", str(BOX_VERSION), "handover_packages", "box", package, "", key_id)
    info = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    try:
        padded = SUITE.decrypt(box[2 + len(key_id) :], keys.hpke, info=info)
    except (InvalidTag, ValueError):
        raise Refused("this package does not open: it was altered, or belongs elsewhere") from None
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def answer(text: str, keys: Keys, sender: bytes, because: str | None) -> str:
    """The receipt: you take the person over, or you do not."""
    head = read(text, sender)[0]
    opened(text, keys, sender)
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    said = {
        "accepted": because is None,
        "at": now,
        "because": because,
        "digest": digest(text.encode()),
        "due_at": head["due_at"],
        "package": head["package"],
        "signed_by": fingerprint(keys.signs_with),
    }
    signed = f"{RECEIPT}\n{canonical(said).decode()}\n\n"
    return signed + base64.urlsafe_b64encode(keys.signer.sign(signed.encode())).decode() + "\n"


def shown(contents: Read) -> str:
    """A package in words, with what the law says about it on top."""
    told, waiting = contents["disclosure"], contents["waiting"]
    lines = [f"SEKRETESS  {told['secrecy']}", f"{contents['sender']} -> {contents['receiver']}"]
    lines += [f"package {contents['package']}", f"basis   {told['provision']}", f"because {told['because']}", ""]
    lines += [f"{name}: {words or '(told by voice only)'}" for name, words in told["fields"].items()]
    lines += [
        "",
        f"waits since {waiting['opened_at']}, reached {waiting['reached_at'] or 'not yet: due ' + waiting['due_at']}",
    ]
    lines += [f"consent to {each['given']['to']} until {each['until']}" for each in contents["consents"]]
    return "\n".join(lines)


def canonical(value: object) -> bytes:
    """RFC 8785, for texts, truth values and small integers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fingerprint(public: bytes) -> str:
    return digest(public)[:32]


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def write_new(path: Path, text: str) -> None:
    """A file that was not there, and that nobody else reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("what", choices=("keys", "open", "answer"))
    asked.add_argument("paths", nargs="+")
    asked.add_argument("--decline", choices=("not_ours", "full", "conflict", "other"))
    said = asked.parse_args()
    wanted = {"keys": 1, "open": 3, "answer": 4}[said.what]
    if len(said.paths) != wanted:
        asked.error(f"{said.what} takes {wanted} words after it: see above")
    try:
        do(said.what, said.paths, said.decline)
    except (Refused, OSError, KeyError, ValueError) as problem:
        sys.exit(f"refused: {problem}")


def do(what: str, paths: list[str], because: str | None) -> None:
    if what == "keys":
        make_keys(Path(paths[0]))
        return
    text, keys = Path(paths[0]).read_text("ascii"), Keys.read(Path(paths[1]))
    sender = base64.b64decode(paths[2], validate=True)
    if what == "open":
        print(shown(opened(text, keys, sender)))
    else:
        write_new(Path(paths[3]), answer(text, keys, sender, because))
        print(paths[3])


if __name__ == "__main__":
    main()
