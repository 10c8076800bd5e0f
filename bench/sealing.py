"""What the vault costs: taking in an approach, opening a case, a hand-over; beside the bare primitives it needs.

    .venv/bin/python -m bench.sealing [--rounds 300]

The primitives are `cryptography`'s own, called as plainly as they can be, in the same run on the same bytes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite

from app.vault.envelope import BLOCK, Binding, new_key, open_box, seal
from app.vault.grants import grant, new_case_key, open_grant, regrant

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
HERE = Binding(table="case_contents", column="box", row="0" * 32, case="1" * 32)
INFO = HERE.info("case-00000000")
NUMBER, BLOCK_OF_IT = b"+46701740605", bytes(BLOCK)


def keys() -> tuple[MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey]:
    mlkem, x25519 = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
    public = MLKEM768X25519PublicKey(mlkem.public_key(), x25519.public_key())
    return MLKEM768X25519PrivateKey(mlkem, x25519), public


def microseconds(do: Callable[[], object], rounds: int) -> float:
    """The median of single calls."""
    do()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        do()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


def compare(rounds: int) -> list[tuple[str, float, float]]:
    rota, other, case = new_key("rota"), new_key("rota"), new_case_key()
    box, given = seal(NUMBER, case.public, binding=HERE), grant(case, rota.public, case="c")
    raw, bare = case.to_bytes(), keys()
    sealed = SUITE.encrypt(BLOCK_OF_IT, bare[1], info=INFO)

    def opened_bare() -> None:
        SUITE.decrypt(sealed, bare[0], info=INFO)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(raw[:64])
        x25519 = X25519PrivateKey.from_private_bytes(raw[64:])
        mlkem.public_key().public_bytes_raw(), x25519.public_key().public_bytes_raw()
        SUITE.decrypt(sealed, bare[0], info=INFO)

    def approach() -> None:
        key = new_case_key()
        grant(key, rota.public, case="c")
        seal(NUMBER, key.public, binding=HERE)

    def approach_bare() -> None:
        _, public = keys()
        SUITE.encrypt(BLOCK_OF_IT, bare[1], info=INFO)
        SUITE.encrypt(BLOCK_OF_IT, public, info=INFO)

    def resealed_bare() -> None:
        SUITE.encrypt(SUITE.decrypt(sealed, bare[0], info=INFO), bare[1], info=INFO)

    pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("seal one secret", lambda: seal(NUMBER, case.public, binding=HERE),
         lambda: SUITE.encrypt(BLOCK_OF_IT, bare[1], info=INFO)),
        ("open one secret", lambda: open_box(box, case, binding=HERE),
         lambda: SUITE.decrypt(sealed, bare[0], info=INFO)),
        ("take in an approach: key, grant, number", approach, approach_bare),
        ("open a case: grant, then number", lambda: open_box(box, open_grant(given, rota, case="c"), binding=HERE),
         opened_bare),
        ("seal a grant anew", lambda: regrant(given, rota, other.public, case="c"), resealed_bare),
    ]  # fmt: skip
    return [(what, microseconds(ours, rounds), microseconds(bare_one, rounds)) for what, ours, bare_one in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    for what, ours, bare in compare(parser.parse_args().rounds):
        print(f"{what:42} {ours:8.0f} µs   primitives {bare:8.0f} µs   ratio {ours / bare:.2f}")


if __name__ == "__main__":
    main()
