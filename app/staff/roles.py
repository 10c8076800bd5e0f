"""What a member of staff may be. A role opens doors; nobody reads a case because of a role alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The closed set of roles, as they stand in the programme file."""

    HANDLER = "handler"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"
    STATISTICIAN = "statistician"
    INTERPRETER = "interpreter"
    """Only ever called into a conversation: on no roster, paged by no ladder, without a room in the console."""


CASE_ROLES: Final = (Role.HANDLER, Role.COORDINATOR, Role.MANAGER)
"""Who works with cases. What is secret about one opens only to whoever holds it besides."""
