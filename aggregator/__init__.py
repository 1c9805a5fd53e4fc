"""Deduplicating news-aggregation pipeline: every story once, every copy accounted for."""

__version__ = "0.1.0"
