"""Lives of keys, in a process of their own: it is soon looked through, and nobody else's memory is in it.

`python -m tests.vault.wiped gone` prints how often parts of a key that is gone are found, `there` of one that is there.
"""

from __future__ import annotations

import gc
import sys

from app.vault.envelope import Binding, PrivateKey, new_key, open_key, seal_key
from tests.memory import in_memory, turned

HERE = Binding("table", "column", "row", "case")


def gone() -> int:
    """A key was made, sealed and opened."""
    reader = new_key("reader")
    parts = _lived(reader)
    gc.collect()
    return in_memory(parts)


def there() -> int:
    """A key is at hand."""
    key = new_key("rota")
    return in_memory(turned(key))


def _lived(reader: PrivateKey) -> list[bytes]:
    """A key's life; what it was made of, the wrong way round."""
    key = new_key("case")
    open_key(seal_key(key, reader.public, binding=HERE), reader, kind="case", binding=HERE)
    return turned(key)


if __name__ == "__main__":
    print({"gone": gone, "there": there}[sys.argv[1]]())
