"""The second story: what is promised, told through the real doors."""

import gc
import sys

if "_pytest.config" in sys.modules:
    gc.disable()  # until everything is imported and collected (`conftest.py`): until then hardly anything is garbage
