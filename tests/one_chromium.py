"""One Chromium for everything in a process that looks into a browser: to start one takes as long as many a look.

While it is open, asyncio is busy: it is closed before the next test that does not ask for it.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from tests.marks import not_tested
from tests.slowly import slowed

_AS_PLAYWRIGHT_SAYS: Final = (
    "AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades HttpsFirstBalancedModeAutoEnable "
    "LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect "
    "OptimizationHints NetworkTimeServiceQuerying AimEnabled PreconnectToSearch"
).split()
"""What Playwright itself turns off: of two lists Chromium takes the last."""

_THAT_NOBODY_SEES: Final = (
    "WebUIOmniboxPopup WebUIOmniboxAimPopup WebUIOmniboxFullPopup SpareRendererForSitePerProcess"
).split()
"""The list below the address bar, a page of its own in each window, though nobody types an address here; and a process
that is kept in store. Without them an empty window costs two fifths of what it did."""

QUIETLY: Final = [
    *"--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split(),
    *"--disable-component-update --disable-sync --disable-dev-shm-usage".split(),
    f"--disable-features={','.join([*_AS_PLAYWRIGHT_SAYS, *_THAT_NOBODY_SEES])}",
]
"""Chromium without its own errands, which a closed network would refuse one by one."""


class OneChromium:
    """Closed, until somebody asks for it."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Browser | None = None

    def opened(self) -> Browser:
        """The system's; none is downloaded."""
        if self._browser is None:
            path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
            if path is None:
                not_tested("in a browser: there is no Chromium here; install it with: make browser")
            playwright = self._open.enter_context(sync_playwright())
            self._browser = slowed(playwright.chromium.launch(executable_path=path, args=QUIETLY))
            self._open.callback(self._browser.close)
        return self._browser

    def close(self) -> None:
        """Until somebody asks for it again."""
        self._browser = None
        self._open.close()


CHROMIUM: Final = OneChromium()
