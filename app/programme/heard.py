"""How the line sounds, as the programme says it: the carrier's voices, and recordings in their place."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from app.programme.fields import Digest, Language, Names
from app.programme.sounds import Sounds
from app.programme.table import Table
from app.programme.voices import Locale, VoiceName, with_locale


class Voice(Table):
    """A voice of the carrier's in `[voices]`: `sv = "Polly.Elin-Neural"`, or a table with its `name` and `locale`."""

    name: VoiceName
    locale: Locale

    @model_validator(mode="before")
    @classmethod
    def _known_by_its_name(cls, written: Any) -> Any:
        return with_locale(written)


class Heard(Table):
    """The part of a programme that is heard.

    `recordings` are digests by language and name, found beside the file and never written in it; what is in them
    stays in `sounds` until it is kept.
    """

    voices: dict[Language, Voice] = Field(default_factory=dict)
    recordings: dict[Language, dict[str, Digest]] = Field(default_factory=dict)
    _sounds: Sounds = PrivateAttr(default_factory=dict)

    @field_validator("recordings", mode="before")
    @classmethod
    def _found_not_written(cls, recordings: Any, info: ValidationInfo) -> Any:
        from_a_file = isinstance(info.context, Names)
        if from_a_file:
            raise ValueError("is not a known key; name the folder of recordings as programme.audio")
        return recordings

    @property
    def sounds(self) -> Sounds:
        """What is in the recordings, where this programme was read from a file just now."""
        return self._sounds

    @property
    def digests(self) -> set[str]:
        """Every recording it names."""
        return {digest for named in self.recordings.values() for digest in named.values()}

    def with_sounds(self, sounds: Sounds) -> Self:
        """The same programme with the recordings that were found beside its file."""
        digests = {
            language: {name: sound.digest for name, sound in named.items()} for language, named in sounds.items()
        }
        heard = self.model_copy(update={"recordings": digests})
        heard._sounds = sounds  # noqa: SLF001 - it is one of our own
        return heard
