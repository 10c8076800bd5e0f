"""Small tests share a database with a staff in it; what they do is rolled back."""

from __future__ import annotations

from tests.desk import office, session

__all__ = ["office", "session"]
