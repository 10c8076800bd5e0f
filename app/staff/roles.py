"""What a member of staff may be. A role opens doors; nobody reads a case because of a role alone."""

from __future__ import annotations

from enum import StrEnum


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
