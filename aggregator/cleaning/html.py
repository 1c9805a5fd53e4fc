"""HTML records as pages: parse once, read the metadata, take the body and what is embedded."""

from __future__ import annotations

from dataclasses import replace

from lxml.html import HtmlElement

from aggregator.cleaning import body, dates, declared, maintext
from aggregator.cleaning.beside import Source, source_beside
from aggregator.cleaning.cards import Found
from aggregator.cleaning.chunks import join_chunks
from aggregator.cleaning.comments import drop_comments
from aggregator.cleaning.document import TooDeep, parse
from aggregator.cleaning.embedded import take_embedded
from aggregator.cleaning.layout import make_plain
from aggregator.cleaning.live import take_entries
from aggregator.cleaning.metadata import Metadata, read_metadata
from aggregator.cleaning.outline import Outline
from aggregator.cleaning.parts import in_the_margins, with_other_parts
from aggregator.cleaning.pruning import prune_furniture
from aggregator.cleaning.rejected import RejectedPage
from aggregator.cleaning.statedata import stated_in_scripts
from aggregator.cleaning.textpage import article_of, moment_of
from aggregator.core.model import ExtractedArticle, Page, Reason, Record, Role
from aggregator.core.options import CleaningOptions


def page_of(record: Record, text: str, options: CleaningOptions) -> Page:
    """The page of an HTML record.

    Raises `RejectedPage` if it nests too deep or holds no element at all.
    """
    try:
        tree = parse(text, options.max_depth)
    except TooDeep as failure:
        raise RejectedPage(Reason.TOO_DEEP, str(failure)) from None
    if tree is None:
        raise RejectedPage(Reason.NO_TEXT, "the page holds no element")
    # lxml makes anew, at every walk, each element that nobody holds: held to the end of the page
    _held = list(tree.iter())
    bounds = dates.Bounds(record.record_time)
    about = read_metadata(tree, record.url, bounds)
    notes = list(about.warnings)
    make_plain(tree)
    page_url = record.url or about.own_url
    entries = take_entries(tree, text, page_url, about.entries)
    join_chunks(tree)
    outline = Outline(tree)
    about = replace(about, title=maintext.headline_shown(about.title, about.window, outline.lines))
    outline.name_heading(about.title)
    source = source_beside(outline.lines, about, bounds)
    found = take_embedded(outline, page_url, about.title)
    own = tuple(_embedded(item, about, record, notes, about.outlet) for item in entries)
    embedded = own + tuple(_embedded(item, about, record, notes) for item in found)
    drop_comments(outline)
    prune_furniture(outline)
    paragraphs = _main_text(tree, about, outline)
    main = _main(paragraphs, about, source, record, notes) if paragraphs else None
    return Page(
        main=main,
        embedded=embedded,
        own_url=about.own_url,
        canonical_url=about.canonical_url,
        site_name=about.site_name,
        warnings=tuple(notes),
    )


def _main_text(tree: HtmlElement, about: Metadata, page: Outline) -> list[str]:
    """The paragraphs of the page's main text; a small page's own lines where they say more."""
    extracted = with_other_parts(body.extract_body(tree), page)
    paragraphs = maintext.refine(extracted, about.title, about.author)
    stated = about.body or (stated_in_scripts(tree, about.title) if len(extracted) < 2 else None)
    if stated and body.is_hidden(paragraphs, stated):
        told = body.stated_paragraphs(stated)
        return maintext.refine(told, about.title, about.author) or paragraphs
    if len(extracted) > 1 and paragraphs:
        return paragraphs
    own = maintext.refine(body.own_paragraphs(tree), about.title, about.author)
    if len(paragraphs) == 1 and maintext.is_flat(paragraphs[0], about.title):
        return maintext.unflattened(paragraphs[0], about.title or "", own)
    if len(extracted) < 2 and body.is_poor(paragraphs, own):
        return own
    return paragraphs or maintext.refine(
        in_the_margins(tree, about.title), about.title, about.author
    )


def _embedded(
    found: Found, about: Metadata, record: Record, notes: list[str], own_outlet: str | None = None
) -> ExtractedArticle:
    """A found article; `own_outlet` is the page's where the page itself tells the story."""
    article = article_of(found.piece, Role.EMBEDDED, record, notes)
    outlet = article.outlet or own_outlet or declared.outlet_of(found.link)
    return replace(article, link=found.link, outlet=outlet, language=about.language)


def _main(
    paragraphs: list[str], about: Metadata, source: Source, record: Record, notes: list[str]
) -> ExtractedArticle:
    published = about.published or source.published
    if published is None and source.when is not None:
        published = moment_of(source.when, record.record_time, notes)
    article = ExtractedArticle(
        role=Role.MAIN,
        text="\n".join(paragraphs),
        title=about.title,
        author=about.author or source.author,
        outlet=source.outlet or about.outlet,
        published=published,
        modified=about.modified or source.modified,
        language=about.language,
        section=about.section,
    )
    return declared.fill(article, record, notes)
