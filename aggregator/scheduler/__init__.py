"""The daemon: looks at its sources by their schedules, and says how it is.

``run`` is the way in (`aggregator.scheduler.daemon`); a round (`rounds`) is one look at one
source: find the dumps that are complete (`arrivals`), claim each in the store, read it through
the pipeline, remember it, and move or delete it (`finish`).
"""
