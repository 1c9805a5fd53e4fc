"""Imported by the process that workers are forked from, so that each of them starts warm."""

from __future__ import annotations

import gc

from aggregator.workers import warm_up

warm_up()
# What is there now lives as long as a worker: no collection has to look at it again.
gc.freeze()
