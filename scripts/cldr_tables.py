"""Write ``aggregator/cleaning/cldr.py``: month names and relative ages in many languages.

They come from the Unicode CLDR tables that ship with Babel. Reading those takes as long as the
rest of a cleaning process's start, and what a page says would depend on the Babel installed.

    python scripts/cldr_tables.py            write the module
    python scripts/cldr_tables.py --check    exit 1 if it is not what Babel's tables give
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from babel import Locale

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from aggregator.cleaning.ages import form_key, plain  # noqa: E402

MODULE = ROOT / "aggregator/cleaning/cldr.py"
LOCALES = (
    "en fr es pt it nl de sv da nb fi is pl cs sk ru uk be bg mk sr sr_Latn hr bs sl hu ro el tr "
    "az ar fa ur he hi bn mr gu pa ta te kn ml si th vi id ms fil zh zh_Hant ja ko ka hy kk uz lt "
    "lv et ca eu gl sq af sw am ne km my lo mn"
).split()
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_WIDTH = 96
HEAD = '''"""Month names and relative ages of CLDR, by `scripts/cldr_tables.py` (Babel {babel}).

Names and forms stand one behind the other, each behind a bar.
"""
# fmt: off
# ruff: noqa: E501

from __future__ import annotations
'''


def forms() -> dict[str, str]:
    """The forms of "{0} units ago" in all locales, without blanks and stops, to the unit."""
    table: dict[str, str] = {}
    for locale in LOCALES:
        fields = Locale.parse(locale)._data["date_fields"]
        for unit in UNITS:
            for width in ("", "-short", "-narrow"):
                for form in fields.get(unit + width, {}).get("past", {}).values():
                    # "-3 h" is a form of several locales, and the end of many other things
                    if "{0}" in form and form[0] not in "-−":
                        table.setdefault(form_key(plain(form)), unit)
    return table


def single_forms() -> dict[str, str]:
    """Forms for one unit that leave the number out ("час назад"): two words at least."""
    table: dict[str, str] = {}
    for locale in LOCALES:
        fields = Locale.parse(locale)._data["date_fields"]
        for unit in UNITS:
            form = fields.get(unit, {}).get("past", {}).get("one", "")
            bare = plain(form.replace("{0}", " ").replace("  ", " "))
            if "{0}" in form and len(bare.split()) > 1:
                table.setdefault(bare, unit)
    return table


def months() -> dict[str, int]:
    """Month names of all locales, long and short, to 1..12; ambiguous ones left out."""
    names: dict[str, int] = {}
    clashes: set[str] = set()
    for locale in LOCALES:
        widths = Locale.parse(locale).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in widths[context][width].items():
                    bare = name.casefold().strip(".")
                    if names.setdefault(bare, number) != number:
                        clashes.add(bare)
    return {name: number for name, number in names.items() if name not in clashes}


def module() -> str:
    """The source of the module."""
    from babel import __version__

    tables = (
        (
            "FORMS",
            "str",
            forms(),
            'Forms of "{0} units ago", as `ages.form_key` has them.',
        ),
        ("SINGLE_FORMS", "str", single_forms(), "Forms of one unit ago that tell no number."),
        ("MONTHS", "int", months(), "Names of months, case-folded; none that two months have."),
    )
    parts = [HEAD.format(babel=__version__)]
    for name, kind, table, told in tables:
        parts.append(f'{name}: dict[{kind}, str] = {{\n{_rows(table)}}}\n"""{told}"""\n')
    return "\n".join(parts)


def _rows(table: Mapping[str, str | int]) -> str:
    rows = ""
    for value in dict.fromkeys(table.values()):
        names = [name for name, told in table.items() if told == value]
        rows += f"    {_quoted(value)}: (\n{_lines(names)}    ),\n"
    return rows


def _lines(names: list[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > _WIDTH:
            lines.append("")
        lines[-1] += f"{name}|"
    lines[-1] = lines[-1].removesuffix("|")
    return "".join(f"        {_quoted(line)}\n" for line in lines)


def _quoted(value: str | int) -> str:
    """A literal in which no sign is invisible."""
    if isinstance(value, int):
        return str(value)
    shown = "".join(s if s.isprintable() else f"\\u{ord(s):04x}" for s in value)
    return f'"{shown}"'


def main() -> None:
    """Write the module, or compare it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        MODULE.write_text(module(), "utf-8")
    elif MODULE.read_text("utf-8") != module():
        sys.exit(f"{MODULE.name} is not what Babel's tables give")


if __name__ == "__main__":
    main()
