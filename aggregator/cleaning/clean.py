"""The entry of the stage: one record in, one page or one rejection out."""

from __future__ import annotations

from dataclasses import replace

from aggregator.cleaning.decode import decode, looks_binary
from aggregator.cleaning.rejected import RejectedPage
from aggregator.core.model import ExtractedArticle, Kind, Page, Reason, Record, Rejection
from aggregator.core.options import CleaningOptions


def clean(record: Record, options: CleaningOptions) -> Page | Rejection:
    """Clean and split one record: a function of the record and the options alone.

    Returns the `Page` with its main and embedded articles, or a `Rejection` with reason and
    detail. Never raises for bad content. No network, no clock, no state across calls.
    """
    try:
        return _clean(record, options)
    except RejectedPage as refusal:
        return Rejection(record.locator, refusal.reason, str(refusal))
    except (RecursionError, MemoryError) as failure:
        detail = f"the page is too much for the parser ({type(failure).__name__})"
        return Rejection(record.locator, Reason.CLEANING_FAILED, detail)
    except Exception as failure:  # noqa: BLE001 - parsers fail in unforeseen ways; one page, never the dump
        detail = f"{type(failure).__name__}: {failure}"[:300]
        return Rejection(record.locator, Reason.CLEANING_FAILED, detail)


def _clean(record: Record, options: CleaningOptions) -> Page:
    from aggregator.cleaning import dates, fields, html, textpage

    size = len(record.payload)
    if not size:
        raise RejectedPage(Reason.EMPTY, "the record has no content")
    if size > options.max_page_bytes:
        detail = f"{size} bytes, more than max_page_bytes = {options.max_page_bytes}"
        raise RejectedPage(Reason.TOO_LARGE, detail)
    if isinstance(record.payload, bytes) and looks_binary(record.payload):
        raise RejectedPage(Reason.BINARY, "the record holds binary data, no text")
    text = decode(record.payload, record.charset)
    if not text or text.isspace():
        raise RejectedPage(Reason.EMPTY, "the record holds nothing but blanks")
    with dates.watching_capture() as asked:
        if record.kind is Kind.HTML:
            page = html.page_of(record, text, options)
        elif record.kind is Kind.TEXT:
            page = textpage.page_of(record, text)
        else:
            page = fields.page_of(record, text)
    if page.main is None and not page.embedded:
        raise RejectedPage(Reason.NO_TEXT, "no article text was found in the page")
    return replace(_with_languages(page), time_dependent=bool(asked))


def _with_languages(page: Page) -> Page:
    """`page` with the language of each article: declared and checked, or told by its text."""
    main = None if page.main is None else _with_language(page.main)
    return replace(page, main=main, embedded=tuple(map(_with_language, page.embedded)))


def _with_language(article: ExtractedArticle) -> ExtractedArticle:
    from aggregator.cleaning.language import settle_language

    told = f"{article.title or ''}\n{article.text}"
    return replace(article, language=settle_language(article.language, told))
