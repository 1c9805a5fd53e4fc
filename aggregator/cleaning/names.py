"""Whether a short name is that of a publisher, or may be a person's."""

from __future__ import annotations

import re
from functools import cache

from aggregator.cleaning import phrases
from aggregator.cleaning.script import key, size

_PRESS = (
    "news|newspaper|newspapers|times|post|herald|journal|gazette|tribune|daily|weekly|monthly|"
    "chronicle|observer|guardian|courier|mercury|ledger|sentinel|telegraph|mail|examiner|inquirer|"
    "register|standard|star|sun|globe|mirror|express|echo|argus|bulletin|dispatch|press|wire|radio|"
    "tv|television|broadcasting|magazine|review|today|online|media|network|monitor|advertiser|"
    "record|bugle|beacon|leader|voice|digest|citizen|independent|agency|newswire|"
    "zeitung|nachrichten|tagblatt|tageblatt|blatt|bote|kurier|anzeiger|rundschau|spiegel|"
    "allgemeine|presse|morgenpost|abendblatt|rundfunk|courrier|gazette|journal|presse|dépêche|"
    "nouvelles|figaro|monde|libre|feuille|correo|diario|noticias|periódico|gaceta|heraldo|"
    "prensa|hora|voz|hoja|mundo|país|jornal|notícias|folha|correio|gazeta|estado|diário|rádio|"
    "corriere|giornale|gazzetta|messaggero|stampa|foglio|repubblica|voce|notizie|courant|krant|"
    "dagblad|nieuws|nieuwsblad|blad|bode|tidning|tidningen|bladet|kuriren|posten|avis|avisen|"
    "tidende|sanomat|uutiset|lehti|kurier|dziennik|gazeta|głos|wiadomości|noviny|zprávy|správy|"
    "deník|denník|вестник|новости|газета|листок|известия|ведомости|правда|курьер|голос|время|"
    "вісник|новини|вісті|вести|gazetesi|haber|haberler|postası|kuryesi|gazete|ziarul|știri|"
    "adevărul|hírek|hírlap|magyar|újság|εφημερίδα|νέα|ειδήσεις|صحيفة|جريدة|بريد|صوت|أخبار|وكالة|"
    "قناة|روزنامه|خبرگزاری|خبر|پیک|berita|koran|harian|kabar|báo|tin"
)
_JOBS = (
    "writer|reporter|editor|correspondent|columnist|analyst|producer|contributor|author|staff|desk|"
    "chief|journalist|redakteur|redakteurin|korrespondent|korrespondentin|rédacteur|rédactrice|"
    "correspondant|redactor|redactora|corresponsal|periodista|repórter|editora|jornalista|"
    "redattore|inviato|giornalista|redacteur|reporterin|redaktor|redaktorka|korespondent|"
    "корреспондент|редактор|обозреватель|журналист|muhabiri|editörü|محرر|مراسل"
)
_DEGREES = "md|do|rn|mba|jd|cfa|cpa|ma|ba|rd|ceo|cfo|cto|mp|dds|obe|mbe|cbe|dvm|llm|lld|edd|facs"
_WIRES = (
    "associated press|the associated press|agence france-presse|press association|"
    "deutsche presse-agentur|canadian press|the canadian press|australian associated press|"
    "press trust of india|united press international"
)
"""News agencies by their full names; the short ones stand in `phrases.AGENCIES`."""
_PRESS_ENDINGS = re.compile(
    r"(?:news|times|post|blatt|bote|kurier|zeitung|anzeiger|blad|krant|bode|tidning|tidningen|"
    r"bladet|kuriren|posten|sanomat|lehti|[报報]|[新旧]聞|新闻|日报|快报|晨报|时报|網|网|通信|通讯社|"
    r"信使|タイムズ|ニュース|신문|일보|뉴스|타임스|경제|방송)$"
)
_ARTICLES = re.compile(r"(?:the|der|die|das|le|la|les|el|los|il|lo|o|het|de|a|l['’].+)\s", re.I)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}", re.I)
_ACRONYM = re.compile(r"[A-ZÀ-Þ]{2,4}\d{0,2}(?:\s.*)?")
_CAPITALISED = re.compile(r"[^\W\d_][\w.'’-]*")


@cache
def _press_words() -> frozenset[str]:
    return frozenset(_PRESS.split("|"))


def looks_like_press(name: str) -> bool:
    """True if `name` holds a word of newspapers' names, or is a domain or an acronym."""
    if _DOMAIN.fullmatch(name.strip()) or _ACRONYM.fullmatch(name.strip()):
        return True
    words = key(name).split()
    return any(word in _press_words() or _PRESS_ENDINGS.search(word) for word in words)


def may_be_employer(name: str) -> bool:
    """True if `name`, behind a writer's, is an outlet's: no job, degree or wire agency."""
    words = key(name)
    if not _jobs().isdisjoint(words.split()) or words in _wires():
        return False
    return looks_like_press(name)


@cache
def _jobs() -> frozenset[str]:
    return frozenset(f"{_JOBS}|{_DEGREES}".split("|"))


@cache
def _wires() -> frozenset[str]:
    return frozenset(key(name) for name in f"{_WIRES}|{phrases.AGENCIES}".split("|"))


def may_be_person(name: str) -> bool:
    """True for two to four capitalised words (or caseless letters) without a word of the press."""
    if looks_like_press(name) or _ARTICLES.match(name):
        return False
    words = name.split()
    if not all(_CAPITALISED.fullmatch(word) for word in words):
        return False
    caseless = name.lower() == name.upper()
    if caseless:
        return size(name) <= 4
    return 2 <= len(words) <= 4 and all(word[:1].isupper() for word in words)
