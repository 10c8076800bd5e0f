"""Looking at a page in a real browser: by axe, for a scroll bar below, and by us in pictures."""

from __future__ import annotations

import os
from itertools import product
from typing import Final

from playwright.sync_api import Browser, Page

from tests.looked_at import PICTURES, faults, picture

EVERYTHING: Final = bool(os.environ.get("DYGNET_EVERY_PAGE"))
LANGUAGES: Final = ("sv", "sv-simple", "en", "ar", "so")
JOURNEYS: Final = (
    [*product(LANGUAGES, (320, 390, 1280), (True, False), ("light",)), ("sv", 320, True, "dark")]
    if EVERYTHING
    else [("sv", 320, True, "dark"), ("ar", 390, False, "light")]
)
"""Language, width in pixels, script or not, light or dark."""


class Looking:
    """A page that is looked at wherever it goes, and what there was to complain of."""

    def __init__(
        self, chromium: Browser, origin: str, *, language: str = "sv", width: int, scripts: bool, scheme: str
    ) -> None:
        self.context = chromium.new_context(
            viewport={"width": width, "height": 700},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
        )
        self.page: Page = self.context.new_page()
        self.home = f"{origin}/{language}/"
        self.complaints: list[str] = []
        self._name = f"{language}-{width}-{'script' if scripts else 'plain'}-{scheme}"
        self._runs_axe = scripts  # axe is a script itself

    def read(self, address: str) -> None:
        """Ask for a page below the language and look at it."""
        self.page.goto(self.home + address)
        self.look(address or "start")

    def glance(self, where: str) -> None:
        """Look only when every page is looked at: it differs little from another."""
        if EVERYTHING:
            self.look(where)

    def look(self, where: str) -> None:
        """Everything there is to complain of here."""
        self.complaints += [f"{where}: {fault}" for fault in faults(self.page, axe=self._runs_axe)]
        if PICTURES:
            picture(self.page, f"{self._name}-{where}")
