"""Notices around an article: consent, trails of links, named sources, boxes about the author."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from aggregator.cleaning import phrases
from aggregator.cleaning.names import may_be_person
from aggregator.cleaning.script import ends_as_sentence, key, size

_LONGEST_NOTICE = 90
_LONGEST_NAME = 7
_LONGEST_BIO = 90
_TRAIL_PART = 4
_TRAIL = re.compile(r"\s*[›»▸→⟩]\s*|\s+[/>|]\s+")
_COOKIE = re.compile(
    r"(?<!\w)(?:cookies?|cookie-\w+|kakor|evästei\w+|ciasteczk\w+|куки|файлы cookie)(?!\w)"
    r"|クッキー|쿠키|كوكيز|ملفات تعريف الارتباط|کوکی"
)
_COOKIE_STEMS = (
    "cookie", "kakor", "evästei", "ciasteczk", "куки", "クッキー", "쿠키", "كوكيز", "ملفات",
    "کوکی",
)  # fmt: skip
"""One of these stands in every line that `_COOKIE` finds: a quick test before it."""
_COOKIE_USE = re.compile(
    r"(?<!\w)(?:us(?:e|es|ing)|accept|consent|continu|polic|setting|experience|brows|verwend|nutz|"
    r"akzeptier|zustimm|utilis|navig|acept|utiliz|aceit|accett|gebruik|använd|godkän|bruker|bruger|"
    r"käyt|używa|zgod|používá|использу|соглас|використов|kullan|kabul)"
    r"|نستخدم|نقبل|استفاده|使用|同意|利用|사용"
)
_DEVICE = re.compile(r"(?<!\w)partners?(?!\w).*(?<!\w)(?:device|personal data|information)(?!\w)")
_READER = re.compile(
    r"(?<!\w)(?:we|our|you|your|this (?:web)?site|accept\w*|agree|consent|wir|unser\w*|sie|nous|"
    r"notre|vous|ce site|utilizamos|usamos|nuestr\w+|este sitio|você|nosso|noi|nostr\w+|"
    r"utilizziamo|questo sito|wij|onze|deze (?:web)?site|vi|vår\w*|denne|my|nasz\w*|ta strona|"
    r"мы|наш\w*|сайт|ми|biz|sitemiz\w*|bu site)(?!\w)"
    r"|نحن|نستخدم|ما |本网站|本站|我们|我們|当サイト|저희|본 사이트"
)
_SOURCE = re.compile(
    r"[(\[]?\s*(?:source|quelle|fuente|fonte|bron|källa|kilde|lähde|źródło|zdroj|источник|джерело|"
    r"източник|kaynak|المصدر|المصدر|منبع|מקור|स्रोत|sumber|nguồn|来源|來源|出典|出处|出處|출처|via)"
    r"\s*[:：]\s*(?P<name>[^:：]+?)\s*[)\]]?",
    re.I,
)
_IN_BRACKETS = re.compile(r"[(\[（【]\s*(?P<name>[^()\[\]（）【】]+?)\s*[)\]）】]")
_PHOTO_CREDITS = frozenset(("quelle", "źródło", "zdroj", "kaynak"))
"""Words for a source that stand as often below a picture."""
_MEMBERS = (
    r"(?:subscribers?|members|abonnent\w*|abonnés|suscriptores|assinantes|abbonati|abonnees|"
    r"prenumeranter|abonnenter|tilaajille|prenumerator\w*|předplatitel\w*|predplatiteľ\w*|"
    r"подписчик\w*|передплатник\w*|aboneler\w*|المشتركين|مشترکان|מנויים)"
)
_PAYWALL = re.compile(
    r"(?:this|dieser?|dieses|cet|cette|este|esta|questo|dit|deze|den här|denne|tämä|ten|tento|"
    r"эт\w+|ця|bu|هذا|این)\s+(?:[\w’'-]+\s+){1,8}?" + _MEMBERS + r"(?:\s+[\w’'-]+){0,3}\W*"
    r"|(?:already|bereits|déjà|ya eres|ya es|já é|già|al|redan|allerede|jo|już|už|уже|вже|zaten)"
    r"\s+"
    r"(?:[\w’'-]+\s+){0,2}(?:subscrib\w+|member|abonnent\w*|abonné\w*|suscriptor\w*|assinante|"
    r"abbonat\w|prenumerant|tilaaja|prenumerator\w*|předplatitel\w*|подписчик\w*|abone)\s*\??"
)
_AUTHOR_BOX = """
about the author|about the authors|about the writer|about this author|author|authors
author bio|über den autor|über die autorin|über die autoren|zur person|zum autor|zur autorin
à propos de l'auteur|à propos de l'autrice|a propos de l'auteur|l'auteur|l'autrice
sobre el autor|sobre la autora|acerca del autor|sobre o autor|sobre a autora
sull'autore|sull'autrice|informazioni sull'autore|l'autore|over de auteur|over de schrijver
om författaren|om forfatteren|om skribenten|tietoa kirjoittajasta|o autorze|o autorce
o autorovi|o autorke|о авторе|об авторе|про автора|за автора|o autoru|despre autor|a szerzőről
σχετικά με τον συντάκτη|yazar hakkında|عن الكاتب|عن المؤلف|درباره نویسنده|אודות הכותב|על הכותב
लेखक के बारे में|tentang penulis|về tác giả|เกี่ยวกับผู้เขียน|关于作者|作者简介|關於作者
作者簡介|著者について|著者紹介|著者プロフィール|執筆者紹介|기자 소개|저자 소개|글쓴이 소개
"""


def is_consent(line: str) -> bool:
    """True for a notice about cookies or personal data; stories speak of those amid their text."""
    if size(line) > _LONGEST_NOTICE or len(line) > 700:
        return False
    folded = line.casefold()
    if _names_cookies(folded):
        return bool(_READER.search(folded) and _COOKIE_USE.search(folded))
    if "partner" not in folded:
        return False
    return _DEVICE.search(folded) is not None and _READER.search(folded) is not None


def speaks_of_cookies(line: str) -> bool:
    """True for a line about cookies, addressed to the reader or not."""
    return _names_cookies(line.casefold())


def _names_cookies(folded: str) -> bool:
    for stem in _COOKIE_STEMS:
        if stem in folded:
            return _COOKIE.search(folded) is not None
    return False


def is_paywall(sentence: str) -> bool:
    """True for a sentence that says that only subscribers may read on."""
    return size(sentence) <= 16 and _PAYWALL.fullmatch(key(sentence)) is not None


def is_trail(line: str) -> bool:
    """True for a trail of links ("Home › News › Local")."""
    if len(line) > 120 or line.startswith("|") or ends_as_sentence(line):
        return False
    parts = [part for part in _TRAIL.split(line) if size(part)]
    return len(parts) > 2 and all(size(part) <= _TRAIL_PART for part in parts)


def source_named(line: str) -> str | None:
    """The outlet that a header's line names as the source ("Source: Name", "(Name)")."""
    if len(line) > 80 or ends_as_sentence(line):
        return None
    found = _SOURCE.fullmatch(line) or _IN_BRACKETS.fullmatch(line)
    name = found["name"] if found else ""
    if not 0 < size(name) <= _LONGEST_NAME or "/" in name or name[:1].islower():
        return None
    label = key(line.partition(":")[0])
    return None if label in _PHOTO_CREDITS and name in phrases.AGENCIES.split("|") else name


def is_author_box(line: str) -> bool:
    """True for a heading over words about the author ("About the author")."""
    return len(line) <= 60 and key(line) in _author_box()


def bio_start(texts: Sequence[str], author: str | None) -> int:
    """The index in a body at which words about its author begin; else the count of its paragraphs.

    They stand at the end and begin with the author's name, or with a name that is their heading.
    """
    names = [name for name in (author or "").split(", ") if _is_name(name)]
    for at in range(max(1, len(texts) - 2), len(texts)):
        text = texts[at]
        if size(text) > _LONGEST_BIO:
            continue
        named = any(text.startswith(name) for name in names)
        headed = _is_name(texts[at - 1]) and text.startswith(texts[at - 1])
        if headed or (named and at == len(texts) - 1 and ends_as_sentence(text)):
            return at - 1 if headed else at
    return len(texts)


def _is_name(line: str) -> bool:
    return len(line.split()) > 1 and not ends_as_sentence(line) and may_be_person(line)


@cache
def _author_box() -> frozenset[str]:
    return frozenset(key(p) for line in _AUTHOR_BOX.split("\n") for p in line.split("|") if p)
