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
    max_memory_bytes: int = 2_000_000_000
    """A page whose cleaning takes more memory is rejected as ``cleaning_failed`` (bytes).
    `load_settings` refuses less than 100 MB: pages that are like any other would fail."""


@dataclass(frozen=True, slots=True)
class MatchingOptions:
    """Thresholds of the decision (`aggregator.core.decision`)."""

    window_days: int = 14
    """Two texts published further apart are never ``near`` (days; 0 = no window)."""
    exact_window_days: int = 0
    """Two equal texts published further apart are not ``exact`` (days; 0 = no such window)."""
    short_main_words: int = 30
    """A main article with fewer words is short: ``exact`` only."""
    short_embedded_words: int = 100
    """An embedded article with fewer words is short: ``exact`` only."""
    near_points: float = 0.725
    """Points from which two texts are copies: containment of the one with fewer shingles, plus
    `title_points` and `lead_points` times how far titles and openings agree (each 0..1)."""
    title_points: float = 0.25
    """Points for titles that agree."""
    lead_points: float = 0.3
    """Points for openings that agree, between different sites only: one site opens many of
    its stories alike."""
    begins_words: int = 80
    """What copies share starts within so many words of either text ..."""
    titled_containment: float = 0.75
    """... unless their titles have the same words and this part of one stands in the other."""
    template_numbers: float = 0.65
    """Texts of one site that share a smaller part of their numbers are a template ..."""
    template_own_numbers: int = 3
    """... and so are texts of different sites, if each has so many that the other lacks."""
    template_frame: float = 0.5
    """Titles of one site that share this part of their beginning and end, and differ in what
    their texts are about, are a template's."""
    template_verbatim: float = 0.85
    """Texts of different sites are a template only below this containment."""
    own_subject: float = 0.5
    """Two texts are apart when more than this part of what tells each title from the other is
    told in its own text alone ..."""
    own_words: int = 3
    """... and is so many words, or one less where the titles begin or end alike."""
    passage_words: int = 20
    """A shared stretch of so many words makes two texts ``partial`` ..."""
    passage_share: float = 0.2
    """... if it and the rest of what they share is this part of one of them."""
    boilerplate_stories: int = 6
    """A line that so many stories of one site carry in one month takes no part in comparisons
    (of the 24 lowest text ids that have it; 0 = every line takes part)."""
