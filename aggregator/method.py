"""The methods by which this program makes results: those of a store must be the same."""

from __future__ import annotations

from typing import Final

from aggregator.candidates import KEYS
from aggregator.core.boilerplate import METHOD
from aggregator.core.decision import RULE
from aggregator.fingerprint import SCHEME

METHODS: Final = {"scheme": SCHEME, "index": KEYS, "rule": RULE, "boilerplate": METHOD}
"""By the name of the fact (`store.info`) that says which method made a store's results."""
