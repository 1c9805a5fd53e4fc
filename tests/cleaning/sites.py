# ruff: noqa: E501 - invented pages, one part of a page on one line
"""Invented pages as news sites, blogs and their systems have set them from 2000 to 2026."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

_WHO = "The harbour master|A retired signalman|The county archivist|Marta Quill, who keeps the accounts,|An engineer from the tram works|The youngest of the beekeepers|The owner of the last ropewalk"
_SAID = "told residents on Monday that|wrote in a letter to the council that|admitted after a long silence that|repeated several times that|warned the meeting that"
_WHAT = "the old boiler house would be opened to visitors before the first frost|nearly forty metres of rotten timber had been carried out of the cellar|no one had measured the depth of the basin since the flood of last year|the money raised by the raffle covers barely a third of the new roof|the brass bell had been lent to a school and never returned|the new footbridge will close at dusk during the nesting season|a survey had found ninety species of moss on a single wall|the clock has run eleven minutes late for as long as anyone remembers"


def story(number: int, paragraphs: int) -> list[str]:
    """Paragraphs of an invented story, others for each number; no two of them are alike."""
    who, said, what = (words.split("|") for words in (_WHO, _SAID, _WHAT))
    found = []
    for n in range(number * 20, number * 20 + paragraphs):
        parts = (who[n % 7], said[n % 5], what[n % 8])
        found.append(
            " ".join(parts) + f", as item {n} of the minutes of the spring session shows."
        )
    return found


TITLE = "Ostley turns its signal box into a reading room"
TEXT, SHORT = story(1, 9), story(2, 4)
FERRY, BEES = story(3, 5), story(4, 5)
FERRY_TITLE, BEES_TITLE = (
    "Ferry captain retires after forty winters",
    "Beekeepers wait for the spring flood",
)
TITLES = [
    f"{name} reopens after a quiet winter"
    for name in ("Boiler house", "Tram works", "Ropewalk", "Paper mill")
]
ITEMS = [story(10 + n, 2) for n in range(4)]
NAV = "<div id=nav><ul><li><a href=/n>News</a><li><a href=/s>Sport</a><li><a href=/w>Weather</a></ul></div>"
FOOT = "<div id=footer><p>Copyright 1998-2026 Ostley Lantern. All rights reserved.</p><a href=/i>Imprint</a></div>"


@dataclass(frozen=True)
class Site:
    """A page, the paragraphs of its main text, what must not stand there, its embedded articles."""

    html: str
    main: Sequence[str]
    other: Sequence[str] = ()
    embedded: Sequence[tuple[str, Sequence[str]]] = ()
    title: str = TITLE


def p(texts: Sequence[str], attributes: str = "") -> str:
    return "".join(f"<p{attributes}>{text}</p>" for text in texts)


def page(body: str, head: str = "", title: str = TITLE) -> str:
    return f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{body}</body></html>"


def framed(body: str) -> str:
    return page(f"{NAV}{body}{FOOT}")


def _comments(count: int) -> list[str]:
    return [f"My neighbour says so every evening, number {n}, and I agree." for n in range(count)]


def _thread(tag: str, name: str) -> str:
    return "".join(
        f"<{tag} class={name}><b>Olaf</b> <i>March 3, 2026 at 9:15 am</i><p>{text}</p></{tag}>"
        for text in _comments(40)
    )


def _posts() -> str:
    return "".join(
        f'<div id="post-{n}" class="post-{n} post hentry category-news tag-railway tag-ostley"><h2 class="entry-title"><a href="/2026/03/{n}/" rel=bookmark>{title}</a></h2><div class="entry-meta">March {n + 1}, 2026</div><div class="entry-content">{p(text)}</div></div>'
        for n, (title, text) in enumerate(zip(TITLES, ITEMS, strict=True))
    )


def _sections(tag: str, name: str) -> str:
    return "".join(
        f"<{tag} class={name}><h2>{title}</h2>{p(text)}</{tag}>"
        for title, text in zip(TITLES, ITEMS, strict=True)
    )


def _bold(title: str, texts: Sequence[str], link: str) -> str:
    return f"<b><a href={link}>{title}</a></b><br>{'<br><br>'.join(texts)}<br><br>"


_STORY = {
    "story": {
        "headline": TITLE,
        "bodyHtml": p(TEXT),
        "related": [{"headline": FERRY_TITLE, "bodyHtml": p(FERRY)}],
    }
}
_PARTED = [text for part in ITEMS for text in part]
_BOTH = ((FERRY_TITLE, FERRY), (BEES_TITLE, BEES))

SITES = {
    # names that elsewhere mean furniture
    "paragraphs behind a wall": Site(framed(f"<article><h1>{TITLE}</h1>{p(TEXT[:2])}{p(TEXT[2:], ' class=paywall')}</article>"), TEXT),
    "paragraphs named as credits": Site(framed(f"<h1>{TITLE}</h1>{p(TEXT, ' class=credits')}"), TEXT),
    "parts named by their tags": Site(framed(f"<h1>{TITLE}</h1>" + "".join(f'<div class="part content-tags"><p>{text}</p></div>' for text in TEXT)), TEXT),
    "words named as social": Site(framed(f"<h1>{TITLE}</h1><div>" + "".join(f"<p><span class=social-text>{text}</span></p>" for text in TEXT) + "</div>"), TEXT),
    "a wrapper named as related": Site(framed(f'<div class="layout with-related"><div class=related-content><h1>{TITLE}</h1>{p(TEXT)}</div></div>'), TEXT),
    "a wrapper named as shared": Site(framed(f"<div id=shareable-content class=social-article><h1>{TITLE}</h1>{p(TEXT)}</div>"), TEXT),
    # many texts on a page
    "a post below a list of tags, with a thread": Site(framed(f'<div class="post hentry tag-railway comments-open"><h1>{TITLE}</h1>{p(SHORT)}</div><ol class=commentlist>{_thread("li", "comment")}</ol>'), SHORT, _comments(40)),
    "a thread longer than the text": Site(framed(f"<div><h1>{TITLE}</h1><div>{p(SHORT)}</div><div id=disqus_thread>{_thread('div', 'post')}</div></div>"), SHORT, _comments(40)),
    "sections with headings": Site(framed(f"<main><div class=block><h1>{TITLE}</h1>{p(SHORT)}</div>{_sections('div', 'block')}</main>"), [*SHORT, *_PARTED]),
    "sections as articles": Site(framed(f"<main><h1>{TITLE}</h1>{p(SHORT)}{_sections('article', 'item')}</main>"), [*SHORT, *_PARTED]),
    "a list whose headings lead elsewhere": Site(framed(f"<article><h1>{TITLE}</h1>{p(SHORT)}" + "".join(f"<section><h2><a href=https://place{n}.example/>{t}</a></h2>{p(ITEMS[n])}</section>" for n, t in enumerate(TITLES)) + "</article>"), [*SHORT, *_PARTED]),
    "a page that scrolls on": Site(framed(f"<div class=story><h1>{TITLE}</h1>{p(TEXT)}</div><div class=story><h1>{FERRY_TITLE}</h1>{p(FERRY)}</div>"), TEXT, FERRY, [(FERRY_TITLE, FERRY)]),
    # related blocks
    "full stories below bold titles": Site(framed(f"<h1>{TITLE}</h1>{p(TEXT)}<div class=relatedStories><b>Related stories</b><br>{_bold(FERRY_TITLE, FERRY, '/x')}{_bold(BEES_TITLE, BEES, '/y')}</div>"), TEXT, [*FERRY, *BEES], _BOTH),
    "full stories in a box without a heading": Site(framed(f"<div><h1>{TITLE}</h1>{p(TEXT)}</div><div id=related-articles><div><strong>{FERRY_TITLE}</strong>{p(FERRY)}</div><div><strong>{BEES_TITLE}</strong>{p(BEES)}</div></div>"), TEXT, [*FERRY, *BEES], _BOTH),
    "full stories, no top heading": Site(page(f"{NAV}<h3>{TITLE}</h3><div>{p(SHORT)}</div><div class=alsoread><h4><a href=/x>{FERRY_TITLE}</a></h4>{p(FERRY)}<h4><a href=/y>{BEES_TITLE}</a></h4>{p(BEES)}</div>"), SHORT, [*FERRY, *BEES], _BOTH),
    "a list of prizes that begins like a pointer": Site(page(f"<article><h1>{TITLE}</h1>{p(TEXT)}<p><b>Best song</b></p><p>More from the canal - Odd Lunde</p><p><b>Best album</b></p><p>Night choir - The Bakers 4.40</p><p><b>Best video</b></p><p>Levers - Odd Lunde</p></article>"), [*TEXT, "Night choir - The Bakers 4.40", "Levers - Odd Lunde"]),
    "linked titles with lines cut off": Site(framed(f"<div><h1>{TITLE}</h1>{p(TEXT[:4])}<ul class=related-list><li><a href=/x>{FERRY_TITLE}</a><p>{FERRY[0][:80]} …</p></ul>{p(TEXT[4:])}</div>"), TEXT, [FERRY_TITLE, FERRY[0][:80]]),
    # texts in several parts, or in odd places
    "a teaser and a remainder": Site(framed(f"<main><h1>{TITLE}</h1><div class=teaser-content>{p(TEXT[:4])}</div><div class=ad></div><div class=remainder-content>{p(TEXT[4:])}</div></main>"), TEXT),
    "an aside": Site(framed(f"<aside class=wrapper><h1>{TITLE}</h1>{p(TEXT)}</aside>"), TEXT),
    "a footer": Site(page(f"<header>{NAV}</header><footer><h1>{TITLE}</h1>{p(TEXT)}</footer>"), TEXT),
    "a page of frames": Site(f"<html><head><title>{TITLE}</title></head><frameset cols='20%,*'><frame src=n.html><noframes><body><h1>{TITLE}</h1>{p(TEXT)}</body></noframes></frameset></html>", TEXT),
    "noscript": Site(page(f"<div id=root></div><noscript><h1>{TITLE}</h1>{p(TEXT)}</noscript>"), TEXT),
    "a variable of a script": Site(page(f"<div id=app></div><script>window.__STATE__ = {json.dumps(_STORY)};</script>"), TEXT, FERRY),
    "a string that a script parses": Site(page(f"<div id=app></div><script>var s = JSON.parse({json.dumps(json.dumps(_STORY))});</script>"), TEXT, FERRY),
    "shadow DOM": Site(page(f"<story-page><template shadowrootmode=open><h1>{TITLE}</h1>{p(TEXT)}</template></story-page>"), TEXT),
    "a table with a long remark": Site(framed(f"<article><h1>{TITLE}</h1>{p(TEXT)}<table><tr><th>Item<th>Note</tr><tr><td>Levers<td>{' '.join(SHORT)}</tr><tr><td>Stove<td>cold</tr></table></article>"), [*TEXT, *SHORT]),
    "fonts in a layout table": Site(page(f"<center><table><tr><td>{NAV}</td><td><font size=4><b>{TITLE}</b></font><p><font size=2>{''.join(f'<p>{text}' for text in TEXT)}</font></td></tr></table></center>", title=f"Ostley Lantern Online - {TITLE}"), TEXT),
    "an introduction to a list of wares": Site(framed(f"<article><h1>{TITLE}</h1>{p(TEXT)}<p>Before June the subscription to the games will get these, the app says:</p><ul><li>Harbour and Sons</li><li>Night Choir</li></ul>{p(SHORT)}</article>"), [*TEXT, "Before June the subscription to the games will get these, the app says:", *SHORT]),
    # headlines
    "a top heading that is the site's": Site(page(f"<h1><a href=/>Ostley Lantern</a></h1>{NAV}<h2>{TITLE}</h2>{p(TEXT)}", title=f"Ostley Lantern » Archive » {TITLE}"), TEXT),
    "a headline behind two bars": Site(page(f"{NAV}<p class=headline>{TITLE}</p>{p(TEXT)}", title=f"Ostley Lantern | News | {TITLE}"), TEXT),
    "a headline behind a colon": Site(page(f"{NAV}<h3>{TITLE}</h3>{p(TEXT)}", title=f"The Lantern Blog: {TITLE}"), TEXT),
    "a headline with a colon": Site(page(f"{NAV}<h1>Signal box: {TITLE}</h1>{p(TEXT)}<p>{TITLE}</p>", title=f"Signal box: {TITLE}"), TEXT, title=f"Signal box: {TITLE}"),
}  # fmt: skip

ARCHIVE = page(f"{NAV}<div><h1>Archive of the category News</h1>{_posts()}</div>{FOOT}")

_CARDS = "".join(
    f"<li><img><a href=/{n}><b>{title}</b></a>{p(texts)}</li>"
    for n, (title, texts) in enumerate(_BOTH)
)
_LINKS = "".join(f"<li><a href=/t{n}>{title}</a></li>" for n, title in enumerate(TITLES))
SITES |= {
    # related blocks as they are set
    "cards in a list": Site(framed(f"<div><h1>{TITLE}</h1>{p(TEXT)}</div><div class=more><h4>Other stories in this section</h4><ul>{_CARDS}</ul></div>"), TEXT, [*FERRY, *BEES], _BOTH),
    "a story below a kicker": Site(framed(f"<main><h1>{TITLE}</h1>{p(TEXT)}<div class=related-story><div class=kicker>Related</div><a href=/x>{FERRY_TITLE}</a>{p(FERRY)}</div></main>"), TEXT, FERRY, [(FERRY_TITLE, FERRY)]),
    "a story amid the text": Site(framed(f"<main><h1>{TITLE}</h1>{p(TEXT[:4])}<aside class=also-read><h3>Also read</h3><h4><a href=/x>{FERRY_TITLE}</a></h4>{p(FERRY)}</aside>{p(TEXT[4:])}</main>"), TEXT, FERRY, [(FERRY_TITLE, FERRY)]),
    "more words in stories than in the text": Site(framed(f"<main><h1>{TITLE}</h1>{p(SHORT[:2])}<div id=moreStories><h2>More stories</h2><h4><a href=/x>{FERRY_TITLE}</a></h4>{p(FERRY)}<h4><a href=/y>{BEES_TITLE}</a></h4>{p(BEES)}</div></main>"), SHORT[:2], [*FERRY, *BEES], _BOTH),
    "a table of links amid the text": Site(framed(f"<div><h1>{TITLE}</h1>{p(TEXT[:3])}<table align=right><tr><th>Related stories</th></tr><tr><td><a href=/a>{TITLES[0]}</a></td></tr></table>{p(TEXT[3:])}</div>"), TEXT, TITLES[:1]),
    "links around pictures": Site(framed(f"<div><h1>{TITLE}</h1>{p(TEXT)}<div><h4>Related</h4><a href=/a><img></a><a href=/b><img></a></div></div>"), TEXT, ["Related"]),
    "a box of a search engine": Site(framed(f"<article><h1>{TITLE}</h1>{p(TEXT)}</article><div class=swiper><h2>More like this</h2><div>{_LINKS}</div></div>"), TEXT, TITLES),
    "labels around advertising": Site(framed(f"<article><h1>{TITLE}</h1>{p(TEXT[:3])}<p>ADVERTISEMENT</p><p>Article continues below</p>{p(TEXT[3:])}</article>"), TEXT, ["ADVERTISEMENT", "continues below"]),
}  # fmt: skip

BLOG = page(
    "<h1><a href=/>The Lantern Blog</a></h1><div class=blog-posts>"
    + "".join(
        f"<h2 class=date-header>Tuesday</h2><div class=post><h3><a href=/p{n}.html>{title}</a></h3><div>{'<br><br>'.join(text)}</div></div>"
        for n, (title, text) in enumerate(zip(TITLES, ITEMS, strict=True))
    )
    + f"</div>{FOOT}",
    title="The Lantern Blog",
)
