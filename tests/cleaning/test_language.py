# ruff: noqa: E501 - sentences, one a line
"""The language of an article: declared and checked, or told by its own words."""

from __future__ import annotations

import pytest

from aggregator.cleaning import clean
from aggregator.cleaning.language import detect_language, settle_language
from aggregator.core.model import Declared, Kind, Page, Record
from aggregator.core.options import CleaningOptions

SENTENCES = {
    "en": "The baker and his sister have opened a shop that sells bread to the ferry passengers.",
    "fr": "Le boulanger et sa sœur ont ouvert une boutique qui vend du pain aux passagers du bac.",
    "es": "El panadero y su hermana han abierto una tienda que vende pan a los pasajeros del barco.",
    "pt": "O padeiro e a irmã abriram uma loja que vende pão aos passageiros da balsa, mas não hoje.",
    "it": "Il fornaio e la sorella hanno aperto un negozio che vende il pane ai passeggeri del battello.",
    "ca": "El forner i la seva germana han obert una botiga que ven pa als passatgers amb pressa.",
    "ro": "Brutarul și sora lui au deschis un magazin care vinde pâine pentru pasagerii de pe bac.",
    "nl": "De bakker en zijn zus hebben een winkel geopend die brood verkoopt aan het veer.",
    "de": "Der Bäcker und seine Schwester haben einen Laden eröffnet, der Brot auf der Fähre verkauft.",
    "sv": "Bagaren och hans syster har öppnat en butik som säljer bröd till dem som åker färjan.",
    "da": "Bageren og hans søster har åbnet en butik, som blev kendt af dem, der tager færgen efter mørke.",
    "nb": "Bakeren og søsteren hans har åpnet en butikk som ble kjent av dem som tar fergen etter mørket.",
    "fi": "Leipuri ja hänen sisarensa ovat avanneet kaupan, joka myy leipää, mutta se on vain pieni.",
    "pl": "Piekarz i jego siostra otworzyli sklep, który sprzedaje chleb, ale nie jest to już nowość.",
    "cs": "Pekař a jeho sestra otevřeli obchod, který prodává chléb, ale už to není novinka.",
    "sk": "Pekár a jeho sestra otvorili obchod, ktorý predáva chlieb, ale už to nie je pre každého.",
    "hu": "A pék és a húga boltot nyitott, és nem csak kenyeret árul, hogy a kompon is egyenek.",
    "tr": "Fırıncı ve kız kardeşi feribot yolcuları için ekmek satan bir dükkân açtı, ancak çok küçük.",
    "id": "Tukang roti dan adiknya telah membuka toko yang menjual roti untuk penumpang feri itu.",
    "vi": "Người thợ bánh và em gái đã mở một cửa hàng bán bánh cho hành khách của chuyến phà.",
    "ru": "Пекарь и его сестра открыли лавку, которая продаёт хлеб тем, кто едет на пароме.",
    "uk": "Пекар і його сестра відкрили крамницю, яка продає хліб тим, хто їде на поромі.",
    "bg": "Пекарят и сестра му са отворили магазин, който продава хляб на пътниците от ферибота.",
    "sr": "Пекар и његова сестра су отворили радњу која је продавала хлеб путницима на скели.",
    "ar": "افتتح الخباز وأخته متجرا يبيع الخبز إلى ركاب العبارة في الصباح، وقال إن العمل كان شاقا.",
    "fa": "نانوا و خواهرش مغازه‌ای باز کرده‌اند که نان را به مسافران کشتی می‌فروشد و این کار شده است.",
    "ur": "نانبائی اور اس کی بہن نے ایک دکان کھولی ہے جو کشتی کے مسافروں کو روٹی بیچتی ہے۔",
    "hi": "नानबाई और उसकी बहन ने एक दुकान खोली है जो नाव के यात्रियों को रोटी बेचती है।",
    "el": "Ο φούρναρης και η αδελφή του άνοιξαν ένα μαγαζί που πουλάει ψωμί.",
    "he": "האופה ואחותו פתחו חנות שמוכרת לחם לנוסעי המעבורת.",
    "th": "คนทำขนมปังกับน้องสาวเปิดร้านขายขนมปังให้ผู้โดยสารเรือข้ามฟาก",
    "ko": "빵집 주인과 여동생은 나룻배 승객에게 빵을 파는 가게를 열었다.",
    "ja": "パン屋と妹は渡し船の乗客にパンを売る店を開いた。",
    "zh": "面包师和他的妹妹开了一家向渡船乘客卖面包的小店。",
}  # fmt: skip


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_tells_its_language(code: str) -> None:
    found = detect_language(SENTENCES[code])
    assert found is not None
    assert found.code == code


def test_names_in_latin_letters_do_not_make_a_text_foreign() -> None:
    found = detect_language(
        "Windows 11 и Office 365 подорожали, а Xbox Game Pass — нет, но для тех, кто платил раньше."
    )
    assert found is not None
    assert found.code == "ru"


@pytest.mark.parametrize("text", ["", "12 : 34", "Xyzzy"])
def test_too_little_tells_no_language(text: str) -> None:
    assert detect_language(text) is None
    assert settle_language(None, text) is None


def test_a_declared_language_is_kept_where_little_speaks_against_it() -> None:
    assert settle_language("da", SENTENCES["nb"]) == "da"
    assert settle_language("gl", "Xyzzy plugh.") == "gl"
    assert settle_language("en", SENTENCES["en"]) == "en"


def test_a_declared_language_gives_way_to_a_text_that_clearly_speaks_another() -> None:
    assert settle_language("en", SENTENCES["ru"] + SENTENCES["ru"]) == "ru"
    assert settle_language("en", " ".join([SENTENCES["de"]] * 2)) == "de"
    assert settle_language("ar", SENTENCES["ja"]) == "ja"


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.FIELDS])
def test_every_article_has_a_language_even_if_nothing_declares_one(kind: Kind) -> None:
    page = clean(Record("line 1", SENTENCES["pl"], kind), CleaningOptions())
    assert isinstance(page, Page)
    assert page.main is not None
    assert page.main.language == "pl"


def test_a_dump_that_declares_the_wrong_language_is_not_believed() -> None:
    record = Record(
        "line 1", " ".join([SENTENCES["fr"]] * 2), Kind.FIELDS, declared=Declared(language="en")
    )
    page = clean(record, CleaningOptions())
    assert isinstance(page, Page)
    assert page.main is not None
    assert page.main.language == "fr"
