"""The main text of a parsed page, by trafilatura."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from lxml.html import HtmlElement

from aggregator.cleaning.script import tidy


def extract_body(tree: HtmlElement) -> list[str]:
    """The paragraphs of the main text of `tree`; empty if there is none.

    `deduplicate` stays off: it keeps state across calls and would lose repeated pages.
    """
    from trafilatura.core import bare_extraction

    document: Any = bare_extraction(tree, options=_extractor())
    text = document.text if document is not None else None
    lines = (tidy(line) for line in (text or "").split("\n"))
    return [line for line in lines if line]


@cache
def _extractor() -> Any:
    from trafilatura.settings import Extractor

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return Extractor(output_format="python", fast=True, comments=False, tables=True, dedup=False)
