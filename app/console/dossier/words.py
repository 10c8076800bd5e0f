"""The sentences of the dossier. They stand apart from the console's, in `languages/`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.catalogue import Catalogue

WORDS: Final = Catalogue(Path(__file__).parent / "languages")
