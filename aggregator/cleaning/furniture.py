"""Page furniture told from text by general signs: bylines, credits, calls, labels.

Every test looks at one line and knows generic words only (`phrases`), no site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby

from aggregator.cleaning import phrases
from aggregator.cleaning.headings import is_comment_heading
from aggregator.cleaning.names import may_be_employer
from aggregator.cleaning.script import ends_as_sentence, key, size

_LONGEST_CALL = 45
_LONGEST_SHORT_CALL = 16
_LONGEST_NAME = 6
_WARES = "|".join(
    (phrases.APP_WORDS, phrases.NEWSLETTER_WORDS, phrases.AI_WORDS, phrases.MEMBER_WORDS)
)

_QUOTES = "\"'“„«‚‘「『"
_SENTENCE_STARTS = re.compile(r"(?<=[.!?:;。！？,،])\s*|\s+(?:to|and|und|et|y|e|i|и|ve)\s+")
_MARKS = re.compile("[\u064b-\u0652\u0640\u0307]")
"""Arabic vowel signs and the stretching sign, which texts set or leave out at will, and the dot
that case folding leaves of a Turkish capital."""

_ALTERNATIVES = re.compile(r"\|(?![^()]*\))")
"""The bars between alternatives, not those in brackets, of which there is one level only."""
_NESTED = re.compile(r"\([^()]*\(|\[[^\]]*\|")
"""Brackets in brackets, or a bar in a class: `_ALTERNATIVES` would take them amiss."""
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_COMMENT_FORM = re.compile(
    r"(?:no|0|zero) comments?\b.{0,20}|be the first (?:to|one)\b.{0,40}|"
    r"(?:there are|currently) no comments.{0,20}|"
    r"(?:keine|noch keine|bisher keine|0) kommentare.{0,20}|"
    r"(?:aucun|pas de|pas encore de|0) commentaires?.{0,20}|"
    r"(?:sin|no hay|0|aún no hay|todavía no hay) comentarios.{0,20}|"
    r"(?:sem|nenhum|0|ainda não há|não há) comentários?.{0,20}|"
    r"(?:nessun|ancora nessun|0) comment[oi].{0,20}|(?:nog )?geen reacties.{0,20}|"
    r"(?:inga|ingen) kommentarer.{0,20}|ei (?:vielä )?kommentteja.{0,20}|"
    r"(?:brak|0) komentarzy.{0,20}|(?:zatím )?žádné komentáře.{0,20}|žiadne komentáre.{0,20}|"
    r"(?:пока )?(?:нет|комментариев нет|0) ?комментари\w+.{0,20}|"
    r"(?:пока )?комментариев (?:пока )?нет.{0,20}|(?:поки |ще )?(?:немає|0) коментар\w+.{0,20}|"
    r"(?:коментарів )(?:поки )?немає.{0,20}|няма коментари.{0,20}|"
    r"(?:nema|još nema) komentara.{0,20}|(?:niciun|nu există) comentari\w+.{0,20}|"
    r"(?:még )?nincs(?:enek)? hozzászólás\w*.{0,20}|(?:δεν υπάρχουν|κανένα) σχόλι\w+.{0,20}|"
    r"(?:henüz )?(?:hiç )?yorum (?:yok|yapılmamış|yapılmadı).{0,20}|"
    r"لا (?:توجد|يوجد) تعليقات?.{0,20}|(?:هنوز )?نظری (?:ثبت نشده|وجود ندارد).{0,20}|"
    r"אין (?:עדיין )?תגובות.{0,20}|(?:अभी तक )?कोई टिप्पणी नहीं.{0,20}|"
    r"(?:belum ada|tidak ada) komentar.{0,20}|chưa có bình luận.{0,20}|"
    r"ยังไม่มีความคิดเห็น.{0,20}|(?:暂无|还没有|暫無|尚無)(?:评论|評論|留言).{0,10}|"
    r"(?:まだ)?コメントは(?:まだ)?(?:ありません|ない).{0,10}|(?:아직 )?댓글이 없습니다.{0,10}|"
    r"\d+ (?:comments?|kommentare?|commentaires?|comentarios?|comentários?|commenti|reacties|"
    r"komentarzy|комментари\w+|коментар\w+|yorum|تعليق\w*|reads|views|shares|likes|aufrufe|vues|"
    r"lecturas|visitas|vistas|leituras|visualizações|letture|visualizzazioni|просмотр\w*|перегляд\w*)"
)
_READING_TIME = re.compile(
    r"(?:reading time:?\s*)?\d{1,2}\s?[-–]?\s?(?:min(?:ute)?s?\.?|минут[аы]?|мин\.?|分钟|分鐘|"
    r"분|dk|dakika)\s?(?:read|reading|to read|lesezeit|lesedauer|de lecture|de lectura|"
    r"de leitura|di lettura|leestijd|läsning|czytania|чтения|читання|阅读|閱讀|okuma)?|"
    r"(?:lesezeit|lesedauer|temps de lecture|tiempo de lectura|tempo de leitura|"
    r"tempo di lettura|leestijd|время чтения|час читання|czas czytania|reading time|"
    r"読了時間).{0,20}"
)
_IN_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
_ORIGIN = re.compile(
    r"(?:read|see|view)\s+(?:the\s+)?(?:original|full)\s+(?:article|story|post|report|"
    r"version)\s+(?:on|at|in|from|by)\s+(?P<o1>.+)|"
    r"this\s+(?:article|story|post|report)\s+(?:was\s+|has\s+been\s+)?(?:originally|"
    r"first)\s+(?:appeared|published|posted)\s+(?:on|in|at|by)\s+(?P<o2>.+)|"
    r"originally\s+(?:published|appeared|posted)\s+(?:on|in|at|by)\s+(?P<o3>.+)|"
    r"(?:lesen\s+sie\s+)?den\s+originalartikel\s+(?:auf|bei|in)\s+(?P<o4>.+?)(?:\s+lesen)?\W*$|"
    r"(?:dieser\s+(?:artikel|beitrag|"
    r"text)\s+)?(?:erschien\s+)?(?:ist\s+)?zuerst\s+(?:erschienen\s+)?(?:auf|bei|"
    r"in)\s+(?P<o5>.+)|"
    r"(?:lire|retrouvez)\s+l['’]article\s+(?:original|complet)\s+sur\s+(?P<o6>.+)|"
    r"(?:cet\s+article\s+a\s+été\s+)?(?:initialement|originellement)\s+publié\s+(?:sur|par|"
    r"dans)\s+(?P<o7>.+)|"
    r"(?:lea|lee|leer|ver)\s+(?:el\s+)?artículo\s+original\s+en\s+(?P<o8>.+)|"
    r"publicado\s+originalmente\s+(?:en|em|no|na|por)\s+(?P<o9>.+)|"
    r"(?:leia|ler|ver)\s+(?:o\s+)?artigo\s+original\s+(?:em|no|na)\s+(?P<o10>.+)|"
    r"leggi\s+l['’]articolo\s+(?:originale|completo)\s+su\s+(?P<o11>.+)|"
    r"(?:pubblicato\s+)?originariamente\s+(?:pubblicato\s+)?su\s+(?P<o12>.+)|"
    r"lees\s+het\s+(?:originele|volledige)\s+artikel\s+(?:op|bij|in)\s+(?P<o13>.+)|"
    r"läs\s+originalartikeln\s+(?:på|i|hos)\s+(?P<o14>.+)|"
    r"(?:przeczytaj\s+)?oryginalny\s+artykuł\s+(?:na|w)\s+(?P<o15>.+)|"
    r"(?:читать|читайте)\s+оригинал\s+(?:статьи\s+)?(?:на|в)\s+(?P<o16>.+)"
    r"|(?:читати|читайте)\s+оригінал\s+(?:статті\s+)?(?:на|в|у)\s+(?P<o17>.+)|orijinal\s+(?:haberi|makaleyi)\s+(?P<o18>.+?)\s*['’]?d[ae]\s+oku\w*",
    re.I,
)

_ORIGIN_HINTS = (
    "origin", "orygin", "orijin", "оригин", "оригін", "full", "first", "zuerst", "complet",
    "initial", "volledig",
)  # fmt: skip
"""One of these stands in every line that `_ORIGIN` finds: a quick test before it."""


def author_of(line: str) -> str | None:
    """The name in a byline ("By Name", "Von Name"); None if `line` is no byline."""
    if ends_as_sentence(line) or size(line) > 2 * _LONGEST_NAME:
        return None
    found = _byline().match(line)
    name = found["name"].strip(" ,;|·•-–—:") if found else ""
    first = name[:1]
    if not first or not size(name) or first.islower() or first.isdigit():
        return None
    return re.split(r"\s*[|·•]\s*|,\s", name)[0] or None


def outlet_of_byline(line: str) -> str | None:
    """The outlet behind the name in a byline ("By Name, Outlet"), if it looks like one."""
    parts = [part.strip() for part in re.split(r"\s*[|·•–—]\s*|,\s|\s-\s|\s(?:for|@)\s", line)[1:]]
    return next((p for p in parts if size(p) <= _LONGEST_NAME and may_be_employer(p)), None)


def is_editor_credit(line: str) -> bool:
    """True for a line of credits ("Edited by: Name", "Reporting by Name; editing by Name")."""
    found = _editor().match(line) if size(line) <= 30 else None
    # "Editing by hand takes weeks" is text
    return found is not None and not (found["by"] and line[found.end() :][:1].islower())


def origin_outlet(line: str) -> str | None:
    """The outlet that a "read the original article on …" line names."""
    if size(line) > 20:
        return None
    folded = line.casefold()
    if not folded.isascii():
        folded = _MARKS.sub("", folded).replace("ı", "i")  # as `re.I` takes a Turkish capital
    if not any(hint in folded for hint in _ORIGIN_HINTS):
        return None
    found = _ORIGIN.search(line)
    name = next((g for g in found.groups() if g), None) if found else None
    bare = name.strip(" .:>»→\"'“”‘’()") if name else ""
    return bare if 0 < size(bare) <= _LONGEST_NAME else None


def is_label(line: str) -> bool:
    """True for a word of the page's controls or advertising ("Share", "Advertisement", "logo")."""
    if len(line) > 60:
        return False
    return key(line) in _labels() or key(_IN_BRACKETS.sub("", line)) in _labels()


def is_section_label(line: str) -> bool:
    """True for the name of a newspaper section ("Politics")."""
    return len(line) <= 40 and key(line) in _keys_of(phrases.SECTIONS)


def is_comment_furniture(line: str) -> bool:
    """True for a heading, counter or empty state of readers' comments ("No comments yet …")."""
    return len(line) <= 90 and (
        is_comment_heading(line) or bool(_COMMENT_FORM.fullmatch(key(line)))
    )


def is_reading_time(line: str) -> bool:
    """True for a reading time ("5 min read")."""
    return len(line) <= 40 and bool(_READING_TIME.fullmatch(key(line)))


def is_date_label(words: str) -> bool:
    """True for the words that stand before a date ("Published", "Stand")."""
    return key(words) in _keys_of(phrases.DATE_LABELS)


def is_call(line: str, at_end: bool = False) -> bool:
    """True for a call to use an app, an AI feature, a newsletter or a subscription.

    Amid a text the line must be short and begin with the call; at the end of a text
    (`at_end`) a whole sentence counts too when it speaks to the reader.
    """
    words = size(line)
    if not 0 < words <= _LONGEST_CALL:
        return False
    stopped = ends_as_sentence(line)
    if words > _LONGEST_SHORT_CALL and not (stopped and at_end):
        return False
    folded = line.casefold()
    folded = folded if folded.isascii() else _MARKS.sub("", folded)
    if stopped:
        # "Download it," she said: what is quoted is no call
        if folded[:1] in _QUOTES:
            return False
        start = _word_pattern(phrases.CALL_WORDS).match(folded.lstrip(" •-*>"))
        if start and words <= _LONGEST_SHORT_CALL and (_names_ware(folded) or _subscribes(folded)):
            return True
        return at_end and _calls_reader(folded) and _names_ware(folded)
    if _calls(folded):
        return _names_ware(folded) or _to_reader(folded)
    return words <= _LONGEST_NAME and _names_ware(folded) and _to_reader(folded)


def _calls(folded: str) -> bool:
    return _word_pattern(phrases.CALL_WORDS).search(folded) is not None


def _subscribes(folded: str) -> bool:
    return _word_pattern(phrases.SUBSCRIBE_WORDS).match(folded) is not None


def _calls_reader(folded: str) -> bool:
    """True if a sentence of the line begins with a call, and the line speaks to the reader."""
    starts = (part.lstrip() for part in _SENTENCE_STARTS.split(folded))
    called = any(_word_pattern(phrases.CALL_WORDS).match(part) for part in starts)
    return called and _to_reader(folded)


def _names_ware(folded: str) -> bool:
    return _word_pattern(_WARES).search(folded) is not None


def _to_reader(folded: str) -> bool:
    return _word_pattern(phrases.READER_WORDS).search(folded) is not None


def is_closing_scrap(sentence: str) -> bool:
    """True for what may stand behind the last sentence of a text.

    That is a call of a few words, or an unfinished credit ("With agency reports").
    """
    words = size(sentence)
    if not ends_as_sentence(sentence):
        starts = _word_pattern(phrases.CREDIT_STARTS).match(sentence.casefold())
        return words <= _LONGEST_NAME and bool(starts)
    folded = sentence.casefold()
    call = _word_pattern(phrases.CALL_WORDS).match(folded)
    if call is None:
        return False
    return words == size(call[0]) or (words <= _LONGEST_SHORT_CALL and is_call(sentence))


def is_pitch(line: str) -> bool:
    """True for a sentence that may explain a call: furniture when it stands right below one."""
    folded = line.casefold()
    return size(line) <= _LONGEST_CALL and (_calls(folded) or _names_ware(folded))


def may_explain_call(sentence: str) -> bool:
    """True for a sentence that may stand below a call at a page's foot: it asks the reader."""
    return is_pitch(sentence) or (
        size(sentence) <= _LONGEST_CALL and _to_reader(sentence.casefold())
    )


@cache
def _word_pattern(words: str) -> re.Pattern[str]:
    """Any of `words` (alternatives of a regex); scripts without spaces need no word edges.

    Raises ValueError for brackets within brackets, which are not told apart.
    """
    if nested := _NESTED.search(words):
        raise ValueError(f"words with brackets in brackets: {nested[0]}")
    parts = [part.strip() for part in _ALTERNATIVES.split(words)]
    glued = _by_first_letter(part for part in parts if _UNSPACED.search(part))
    apart = _by_first_letter(part for part in parts if not _UNSPACED.search(part))
    return re.compile(rf"(?<!\w)(?:{apart})(?!\w)" + (f"|{glued}" if glued else ""))


def _by_first_letter(parts: Iterable[str]) -> str:
    """The same alternatives, those with one first letter together: fewer to try at each place.

    Only those can match at one place, so that their order among themselves is all that counts. A
    part that begins otherwise (a class, brackets, a letter that may be missing) may match beside
    any: it stays behind those before it and before those behind it.
    """
    found: list[str] = []
    for plain, run in groupby(parts, key=_begins_with_its_letter):
        its = list(run)
        found += _grouped(its) if plain else its
    return "|".join(found)


def _begins_with_its_letter(part: str) -> bool:
    return part[0].isalpha() and part[1:2] not in ("?", "*", "+", "{")


def _grouped(parts: Iterable[str]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for part in parts:
        groups.setdefault(part[0], []).append(part[1:])
    return [f"{first}(?:{'|'.join(rest)})" for first, rest in groups.items()]


@cache
def _keys_of(words: str) -> frozenset[str]:
    return frozenset(key(word) for word in words.split("|"))


@cache
def _labels() -> frozenset[str]:
    return _keys_of(phrases.AD_LABELS) | _keys_of(phrases.SHARE_LABELS)


@cache
def _byline() -> re.Pattern[str]:
    starts = phrases.alternatives(phrases.BYLINE_STARTS)
    return re.compile(rf"(?:(?i:{starts})(?:\s*[:：]\s*|\s+))(?P<name>.+)$")


@cache
def _editor() -> re.Pattern[str]:
    starts = phrases.alternatives(phrases.EDITOR_STARTS)
    return re.compile(
        rf"[(\[]?(?:(?:{starts})\s*[:：]\s*\S"
        r"|\(?(?:[\w-]+ )?(?:reporting|editing|writing) (?P<by>by)\s)",
        re.I,
    )
