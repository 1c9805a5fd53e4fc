"""The options that reach the pure stages; `aggregator.settings` fills them from the user."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Limits on what a reader takes from a dump."""

    max_record_bytes: int = 20_000_000
    """A larger record is rejected as ``too_large`` (bytes, after decompression)."""
    max_files: int = 1_000_000
    """A folder or glob with more files is refused."""
    max_expansion: int = 200
    """A compressed dump that grows more than this many times is refused as a bomb, once
    it has given `expansion_floor_bytes`; real text grows 3 to 30 times."""
    expansion_floor_bytes: int = 256_000_000
    """Bytes of decompressed data below which `max_expansion` is not asked."""


@dataclass(frozen=True, slots=True)
class CleaningOptions:
    """Limits on one page, and what counts as an embedded article."""

    max_page_bytes: int = 10_000_000
    """A larger page is rejected as ``too_large`` (bytes)."""
    max_depth: int = 200
    """HTML nested deeper is rejected as ``too_deep``; trafilatura cuts text from 250 on."""
    page_seconds: float = 30.0
    """A page that takes longer to clean is rejected as ``timeout`` (seconds)."""


@dataclass(frozen=True, slots=True)
class MatchingOptions:
    """Thresholds of the decision (`aggregator.core.decision`)."""

    window_days: int = 30
    """Two texts published further apart are never ``near`` (days; 0 = no window)."""
    short_main_words: int = 30
    """A main article with fewer words is short: ``exact`` only."""
    short_embedded_words: int = 100
    """An embedded article with fewer words is short: ``exact`` only."""
