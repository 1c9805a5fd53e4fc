"""What the garbage collector of a long-lived process is told."""

from __future__ import annotations

import gc
from typing import Final

YOUNG: Final = 50_000
"""New objects after which the youngest are looked at; Python's own 700 is for small programs."""


def spare_what_is_loaded() -> None:
    """Have the collector look at nothing that is there now: libraries live as long as we do.

    To be called once a process, when its libraries are loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
