"""The script that copies a receipt: it stands in the page that shows one, so that no other request is made for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SCRIPT: Final = (Path(__file__).parent / "pages" / "copy.js").read_text("utf-8")
"""The policy names its digest; it runs letter for letter or not at all."""
