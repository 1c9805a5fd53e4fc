"""The refusal that travels inside the stage; `clean` turns it into a `Rejection`."""

from __future__ import annotations

from aggregator.core.model import Reason


class RejectedPage(Exception):
    """The page cannot become an article; `reason` and the message say why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
