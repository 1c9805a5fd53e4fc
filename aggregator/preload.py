"""Imported by the process that workers are forked from, so that each of them starts warm."""

from __future__ import annotations

from aggregator.workers import warm_up

warm_up()
