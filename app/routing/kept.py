"""What is kept as canonical JSON (RFC 8785): the same words give the same bytes, and the bytes give the words back."""

from __future__ import annotations

from typing import Self

import rfc8785
from pydantic import BaseModel, ConfigDict


class Kept(BaseModel):
    """Frozen, strict, and silent in errors and logs: an answer is a person's, whoever prints it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def canonical(self) -> bytes:
        """The bytes to seal."""
        return rfc8785.dumps(self.model_dump(mode="json"))

    @classmethod
    def read(cls, content: bytes) -> Self:
        """What was kept. Raises pydantic's ValidationError for anything else."""
        return cls.model_validate_json(content)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__
