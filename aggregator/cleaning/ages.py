"""Relative ages ("4 hours ago", "vor 3 Stunden", "3時間前") in the languages of CLDR.

The patterns come from the Unicode CLDR tables (`cldr`), and from the short forms that news pages
use beside them ("5h", "an hour ago").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from aggregator.cleaning import cldr

_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
_MOST = {"second": 60, "minute": 60, "hour": 24, "day": 31, "week": 6, "month": 12, "year": 30}
"""The highest count that pages state of a unit before they change to the next."""
# "One" written as a word or left out, with the unit that follows ("an hour ago").
_ONES = frozenset(
    [
        "a",
        "an",
        "one",
        "un",
        "une",
        "una",
        "uno",
        "um",
        "uma",
        "ein",
        "eine",
        "einer",
        "einem",
        "één",
        "een",
        "en",
        "ett",
        "et",
        "yksi",
        "jeden",
        "jedna",
        "jedną",
        "jednu",
        "jednou",
        "один",
        "одну",
        "одна",
        "един",
        "една",
        "edan",
        "jedan",
        "jednog",
        "jedne",
        "egy",
        "o",
        "ένα",
        "μία",
        "μια",
        "bir",
        "یک",
        "ایک",
        "एक",
        "এক",
        "satu",
        "seorang",
        "một",
    ]
)
_ENDING = 4
_DIGITS = r"[0-9०-९০-৯٠-٩۰-۹]{1,4}"
_SHORT = re.compile(
    rf"(?P<n>{_DIGITS})\s?(?P<u>s|sec|secs|m|min|mins|mn|h|hr|hrs|std|std\.|t|ч|ч\.|мин|мин\.|д|"
    r"дн|d|w|wk|wks|mo|yr|yrs|y)\.?(?:\s+ago)?",
    re.I,
)
# In wide use beside CLDR's own form.
_MORE_FORMS = {
    "{0} secs ago": "second", "{0} mins ago": "minute", "{0} hrs ago": "hour",
    "{0} wks ago": "week",
    "منذ {0} ثانية": "second", "منذ {0} ثوان": "second", "منذ {0} دقيقة": "minute",
    "منذ {0} دقائق": "minute", "منذ {0} ساعة": "hour", "منذ {0} ساعات": "hour",
    "منذ {0} يوم": "day", "منذ {0} أيام": "day", "{0} วินาทีที่แล้ว": "second",
    "{0} นาทีที่แล้ว": "minute", "{0} ชั่วโมงที่แล้ว": "hour", "{0} วันที่แล้ว": "day",
    "{0} ঘণ্টা আগে": "hour", "{0} ঘন্টা আগে": "hour",
    "{0} jam lalu": "hour", "{0} menit lalu": "minute", "{0} hari lalu": "day",
    "{0} timer siden": "hour", "{0} minutter siden": "minute", "{0} dager siden": "day",
    "{0} timmar sedan": "hour", "{0} minuter sedan": "minute", "{0} dagar sedan": "day",
    "{0}小时之前": "hour", "{0}小時之前": "hour", "{0} ώρες πριν": "hour",
    "{0} λεπτά πριν": "minute",
    "fa {0} hores": "hour", "faz {0} horas": "hour", "{0} horas atrás": "hour",
    "{0} minutos atrás": "minute", "{0} dias atrás": "day",
}  # fmt: skip
_MORE_SINGLES = {
    "un'ora fa": "hour", "منذ ساعة": "hour", "قبل ساعة": "hour", "منذ دقيقة": "minute",
    "منذ يوم": "day", "minutę temu": "minute", "há uma hora": "hour",
}  # fmt: skip
_NUMBER = re.compile(_DIGITS)
_LONGEST = 40
_SEPARATOR = re.compile(r"\s*[|·•–—]\s*|\s+-\s+|,\s+")
_SEPARATED_END = re.compile(r"(?:\s*[|·•–—]\s*|\s+-\s+)([^|·•–—]{1,40})$")
_SHORT_UNITS = {
    "s": "second", "m": "minute", "h": "hour", "t": "hour", "ч": "hour", "d": "day",
    "д": "day", "w": "week", "y": "year", "mo": "month", "mi": "minute", "mn": "minute",
    "ми": "minute", "st": "hour", "se": "second",
}  # fmt: skip
_NOW = {
    "just now", "now", "moments ago", "a moment ago", "gerade eben", "soeben", "à l'instant",
    "ahora mismo", "ahora", "agora", "agora mesmo", "adesso", "zojuist", "только что", "щойно",
    "az önce", "şimdi", "الآن", "همین حالا", "अभी", "刚刚", "剛剛", "たった今", "방금", "방금 전",
    "baru saja",
    "vừa xong", "เมื่อสักครู่", "przed chwilą", "právě teď", "just nu", "juuri nyt", "μόλις τώρα",
}  # fmt: skip
_DAYS_BACK = {
    "today": 0, "yesterday": 1, "heute": 0, "gestern": 1, "aujourd'hui": 0, "hier": 1, "hoy": 0,
    "ayer": 1, "hoje": 0, "ontem": 1, "oggi": 0, "ieri": 1, "vandaag": 0, "gisteren": 1,
    "сегодня": 0, "вчера": 1, "сьогодні": 0, "вчора": 1, "dzisiaj": 0, "wczoraj": 1, "dnes": 0,
    "včera": 1, "idag": 0, "igår": 1, "i dag": 0, "i går": 1, "bugün": 0, "dün": 1, "اليوم": 0,
    "أمس": 1, "امروز": 0, "دیروز": 1, "आज": 0, "कल": 1, "今天": 0, "昨天": 1, "今日": 0, "昨日": 1,
    "오늘": 0, "어제": 1, "hari ini": 0, "kemarin": 1, "hôm nay": 0, "hôm qua": 1, "ma": 0,
    "tegnap": 1,
    "astăzi": 0, "azi": 0, "σήμερα": 0, "χθες": 1, "tänään": 0, "eilen": 1, "danas": 0, "jučer": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Age:
    """So many units ago."""

    unit: str
    count: int

    @property
    def delta(self) -> timedelta:
        """The time that has passed."""
        return _UNITS[self.unit] * self.count

    @property
    def day_precision(self) -> bool:
        """True if only the day is known."""
        return _UNITS[self.unit] >= timedelta(days=1)


def parse_age(text: str) -> Age | None:
    """The age that `text` as a whole states, in any language of `cldr`; None if it states none."""
    bare = plain(text)
    if not bare or len(bare) > _LONGEST:
        return None
    if bare in _NOW:
        return Age("second", 0)
    if bare in _DAYS_BACK:
        return Age("day", _DAYS_BACK[bare])
    short = _SHORT.fullmatch(bare) if bare[0].isdigit() else None
    if short:
        return _short_age(short)
    return _full_age(bare) if _ends_as_age(bare) else None


def find_age_at_end(text: str) -> tuple[str, Age] | None:
    """The text before an age at the end of a line, and the age ("Outlet3 hours ago").

    Short forms ("5h") count behind a separator only, for they may be the end of anything. A
    word for "one" of a single letter must stand apart from the text before it.
    """
    apart = _SEPARATED_END.search(text)
    age = parse_age(apart[1]) if apart else None
    if apart and age:
        return text[: apart.start()], age
    if not _ends_as_age(plain(text)):
        return None
    for start in range(max(1, len(text) - _LONGEST), len(text)):
        if text[start].isspace():
            continue
        age = _full_age(plain(text[start:]))
        # "Channel 73 hours ago": the 7 belongs to the name, for hours end at 24
        if age and text[start].isdigit() and age.count > _MOST[age.unit]:
            continue
        pair = text[start - 1 : start + 1]
        glued_letter = pair.isalpha() and text[start + 1 : start + 2].isspace()
        if age and not glued_letter and text[:start].strip():
            return text[:start], age
    return None


def find_age_at_start(text: str) -> tuple[Age, str] | None:
    """An age at the start of a line, and the text after a separator ("3 hours ago · Outlet")."""
    found = _SEPARATOR.search(text)
    age = parse_age(text[: found.start()]) if found else None
    return (age, text[found.end() :]) if found and age else None


def plain(text: str) -> str:
    """`text` case-folded, without stops and the like at its ends."""
    folded = text.casefold().replace("\xa0", " ").replace("\u202f", " ").replace("’", "'")
    return folded.strip(" .,()[]·•|–—-")


def _short_age(found: re.Match[str]) -> Age:
    unit = found["u"].rstrip(".").casefold()
    name = _SHORT_UNITS.get(unit[:2]) or _SHORT_UNITS[unit[0]]
    return Age(name, int(found["n"]))


def _full_age(bare: str) -> Age | None:
    if bare in _single_forms():
        return Age(_single_forms()[bare], 1)
    for before, number, after in _numbers(bare):
        unit = _forms().get(form_key(f"{before}{{0}}{after}"))
        if unit:
            return Age(unit, int(number) if number.isdigit() else 1)
    return None


def _numbers(bare: str) -> Iterator[tuple[str, str, str]]:
    """The parts around each number, or word for "one", in `bare`."""
    found = _NUMBER.search(bare)
    if found:
        yield bare[: found.start()], found[0], bare[found.end() :]
        return
    for word in re.finditer(r"\S+", bare):
        if word[0] in _ONES:
            yield bare[: word.start()], word[0], bare[word.end() :]


@cache
def _forms() -> dict[str, str]:
    """Forms of "{0} units ago" in all languages, without blanks and stops, to the unit."""
    return _by_form(cldr.FORMS) | {
        form_key(plain(form)): unit for form, unit in _MORE_FORMS.items()
    }


def _by_form(table: dict[str, str]) -> dict[str, str]:
    return {form: unit for unit, forms in table.items() for form in forms.split("|")}


def form_key(form: str) -> str:
    """The form of an age without blanks, stops and hyphens."""
    return form.replace(" ", "").replace(".", "").replace("-", "")


def _ends_as_age(bare: str) -> bool:
    """True if a line may end with an age; a quick test, for most lines end otherwise."""
    end = form_key(bare)[-_ENDING:]
    return end[-2:] in _endings(2) and any(
        end[-letters:] in _endings(_ENDING) for letters in range(1, _ENDING + 1)
    )


@cache
def _endings(letters: int) -> frozenset[str]:
    """What every form of an age has behind its number, at most its last `letters`."""
    forms = (form_key(form).rpartition("{0}")[2] for form in (*_forms(), *_single_forms()))
    return frozenset(form[-letters:] for form in forms if form)


@cache
def _single_forms() -> dict[str, str]:
    """Forms for one unit that leave the number out ("час назад"): two words at least."""
    return _by_form(cldr.SINGLE_FORMS) | _MORE_SINGLES
