"""docs/algorithms.md: whatever encrypts, signs or makes guessing slow is on the list."""

from __future__ import annotations

import re
from pathlib import Path

LISTED = set(re.findall(r"`(app/[\w/]+\.py)`", Path("docs/algorithms.md").read_text("utf-8")))
MAKES = re.compile(
    r"AESGCM\(|\bSuite\(|ChaCha|hash_secret_raw\(|PasswordHasher\(|scrypt\(|pbkdf2|HKDF\(|EncryptedMasterSecret\."
    r"|Key\.generate\(|generate_private_key\(|(?:key|public|private|signer|note)\.(?:sign|verify)\(|\)\.(?:sign|verify)\("
    r"|ECDH\(|ECDSA\(|pyotp\.TOTP|webauthn\.verify|jwt\.decode\(|sha1\b|sha(?:384|512)\(|\bmd5\b|blake2"
)


def test_every_module_that_encrypts_signs_or_slows_guesses_is_listed() -> None:
    rooms = {str(path): path.read_text("utf-8") for path in Path("app").rglob("*.py")}
    assert {path for path, text in rooms.items() if MAKES.search(text)} - LISTED == set()
    assert set(rooms) >= LISTED
