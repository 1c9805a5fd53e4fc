"""The foot of a page, where it asks its readers to take an app, belongs to no article."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cleaning.invented import LANGUAGES, Words, cleaned, main_of
from tests.cleaning.test_layouts import LAYOUTS

FEET = [
    ("fr", ["TÉLÉCHARGER L'APPLICATION", "Téléchargez Marée dès maintenant !"]),
    ("fr", ["Téléchargez notre application", "L'actualité de votre région, où que vous soyez."]),
    ("es", ["DESCARGAR LA APLICACIÓN", "Descarga Marea ahora.", "app-store play-store"]),
    ("de", ["APP HERUNTERLADEN", "Laden Sie Gezeiten noch heute."]),
    ("tr", ["UYGULAMAYI İNDİR", "Gelgit'i şimdi indirin."]),
    ("ru", ["СКАЧАТЬ ПРИЛОЖЕНИЕ", "Загрузите приложение Прилив из вашего магазина."]),
    ("ar", ["تنزيل التطبيق", "هل أنت مستعد؟ حمل تطبيق المد اليوم من متجرك المفضل."]),
    ("zh", ["下載APP", "準備好了嗎？立即從您的商店下載潮汐APP。"]),
    (
        "en",
        ["Get the app", "Stories from everywhere, made for you. Get Tide today.", "© 2026 Tide"],
    ),
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize(("language", "foot"), FEET)
def test_the_foot_below_related_stories_is_no_article(
    language: str, foot: list[str], layout: Callable[[Words], list[str]]
) -> None:
    """Neither an article of its own nor a paragraph of the last one is made of it."""
    words = LANGUAGES[language]
    page = cleaned([*layout(words), "", *foot])
    assert [(a.title, a.outlet, a.text) for a in page.embedded] == words.others


@pytest.mark.parametrize(("language", "foot"), FEET)
def test_the_foot_below_the_main_text_is_cut(language: str, foot: list[str]) -> None:
    """A page without related stories loses its foot too, and nothing else."""
    title, _, text = LANGUAGES[language].main
    assert main_of(cleaned([title, "", *text, "", *foot])).text.split("\n") == text


def test_a_call_with_a_text_below_it_ends_no_story() -> None:
    """Paragraphs that speak of the story itself go on behind a call."""
    title, _, text = LANGUAGES["en"].main
    page = cleaned([title, "", text[0], "Download our free app", *text[1:]])
    assert main_of(page).text.split("\n") == text
