"""Cleaning and splitting: a record becomes a page of articles (DESIGN section 3)."""

from __future__ import annotations

from aggregator.cleaning.addresses import registered_domain
from aggregator.cleaning.clean import clean

__all__ = ["clean", "registered_domain"]
