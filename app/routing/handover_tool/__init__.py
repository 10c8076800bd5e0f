"""The program that ships to receivers without Dygnet: one file that shares no code with this house."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TOOL: Final = Path(__file__).parent / "open_handover.py"
