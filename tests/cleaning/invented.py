# ruff: noqa: E501 - invented pages, one line of a page on one line
"""Invented sites in ten languages: their stories and their pages' furniture, and cleaning them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.cleaning import clean
from aggregator.core.model import ExtractedArticle, Kind, Page, Record
from aggregator.core.options import CleaningOptions

CAPTURED = datetime(2026, 3, 4, 18, 30, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Words:
    """One language's invented page: stories as (title, outlet, text), and its furniture."""

    main: tuple[str, str, list[str]]
    others: list[tuple[str, str, str]]
    related: str
    comments: tuple[str, str]
    call: str
    age: str
    """The age of three hours."""
    credit: str


LANGUAGES = {
    "en": Words(
        (
            "Harbour seals take over the rowing club's pontoon",
            "Tidewater Gazette",
            [
                "Eleven harbour seals have settled on the pontoon of the rowing club at Mossel Point.",
                "The club moved its morning practice to the canal after a seal bit through an oar.",
                "A marine warden will count the animals twice a day until the end of April.",
            ],
        ),
        [
            (
                "Bakers of Larchfield form a night choir",
                "The Larch Courier",
                "Nine bakers who start work at two have founded a choir that sings to the ovens.",
            ),
            (
                "Old tram finds its driver after forty years",
                "Ferrous Daily",
                "A retired driver recognised his first tram in a hen house near Ostley and bought it.",
            ),
        ],
        "You may also like",
        ("4 Comments", "Be the first to comment"),
        "Download our free app",
        "3 hours ago",
        "Photo: Nell Harrow/Tidewater Gazette",
    ),
    "de": Words(
        (
            "Seehunde besetzen den Steg des Rudervereins",
            "Wattenbote",
            [
                "Elf Seehunde haben sich auf dem Steg des Rudervereins in Muschelkoog niedergelassen.",
                "Der Verein hat das Training an den Kanal verlegt, nachdem ein Tier ein Ruder zerbiss.",
                "Eine Wattführerin zählt die Tiere nun bis Ende April zweimal am Tag.",
            ],
        ),
        [
            (
                "Bäcker aus Lärchenau gründen einen Nachtchor",
                "Lärchenauer Kurier",
                "Neun Bäcker, die um zwei Uhr anfangen, singen jetzt gemeinsam vor den Öfen.",
            ),
            (
                "Alte Straßenbahn findet ihren Fahrer wieder",
                "Schienenblatt",
                "Ein Rentner erkannte seine erste Bahn in einem Hühnerstall und kaufte sie zurück.",
            ),
        ],
        "Das könnte Sie auch interessieren",
        ("Kommentare", "Noch keine Kommentare"),
        "Jetzt unsere App herunterladen",
        "vor 3 Stunden",
        "Foto: Nele Harms",
    ),
    "fr": Words(
        (
            "Des phoques occupent le ponton du club d'aviron",
            "L'Estuaire libre",
            [
                "Onze phoques se sont installés sur le ponton du club d'aviron de la pointe aux Moules.",
                "Le club s'entraîne désormais sur le canal depuis qu'un animal a mordu une rame.",
                "Une garde maritime les comptera deux fois par jour jusqu'à la fin du mois d'avril.",
            ],
        ),
        [
            (
                "Les boulangers de Mélèze chantent la nuit",
                "Le Courrier du mélèze",
                "Neuf boulangers qui commencent à deux heures ont fondé une chorale devant les fours.",
            ),
            (
                "Un vieux tramway retrouve son conducteur",
                "La Gazette du rail",
                "Un retraité a reconnu son premier tramway dans un poulailler et l'a racheté aussitôt.",
            ),
        ],
        "À lire aussi",
        ("Commentaires", "Aucun commentaire"),
        "Téléchargez notre application",
        "il y a 3 heures",
        "Crédit photo : Nelly Harant",
    ),
    "es": Words(
        (
            "Las focas ocupan el muelle del club de remo",
            "El Estuario",
            [
                "Once focas se han instalado en el muelle del club de remo de Punta Mejillón.",
                "El club entrena ahora en el canal porque un animal rompió un remo de un mordisco.",
                "Una guardia marina las contará dos veces al día hasta finales de abril.",
            ],
        ),
        [
            (
                "Los panaderos de Alerce cantan de noche",
                "La Voz del Alerce",
                "Nueve panaderos que empiezan a las dos han fundado un coro delante de los hornos.",
            ),
            (
                "Un viejo tranvía encuentra a su conductor",
                "Diario del Riel",
                "Un jubilado reconoció su primer tranvía en un gallinero y lo compró en el acto.",
            ),
        ],
        "También te puede interesar",
        ("Comentarios", "Aún no hay comentarios"),
        "Descarga nuestra aplicación gratis",
        "hace 3 horas",
        "Foto: Nela Haro",
    ),
    "pl": Words(
        (
            "Foki zajęły pomost klubu wioślarskiego",
            "Kurier Ujścia",
            [
                "Jedenaście fok osiedliło się na pomoście klubu wioślarskiego w Małżowie.",
                "Klub przeniósł treningi na kanał, gdy jedno ze zwierząt przegryzło wiosło.",
                "Strażniczka będzie je liczyć dwa razy dziennie do końca kwietnia.",
            ],
        ),
        [
            (
                "Piekarze z Modrzewia śpiewają nocą",
                "Głos Modrzewia",
                "Dziewięciu piekarzy, którzy zaczynają o drugiej, założyło chór przy piecach.",
            ),
            (
                "Stary tramwaj odnalazł motorniczego",
                "Dziennik Szynowy",
                "Emeryt rozpoznał swój pierwszy tramwaj w kurniku i natychmiast go odkupił.",
            ),
        ],
        "Czytaj także",
        ("Komentarze", "Brak komentarzy"),
        "Pobierz naszą aplikację",
        "3 godziny temu",
        "Zdjęcie: Nela Harasim",
    ),
    "ru": Words(
        (
            "Тюлени заняли причал гребного клуба",
            "Устьинский листок",
            [
                "Одиннадцать тюленей поселились на причале гребного клуба в Мидийной бухте.",
                "Клуб перенёс тренировки на канал, когда одно из животных перекусило весло.",
                "Смотрительница будет считать их дважды в день до конца апреля.",
            ],
        ),
        [
            (
                "Пекари Лиственного поют по ночам",
                "Лиственный курьер",
                "Девять пекарей, которые начинают в два часа, основали хор прямо у печей.",
            ),
            (
                "Старый трамвай нашёл своего водителя",
                "Рельсовая газета",
                "Пенсионер узнал свой первый трамвай в курятнике и сразу же его выкупил.",
            ),
        ],
        "Читайте также",
        ("Комментарии", "Комментариев пока нет"),
        "Скачайте наше приложение",
        "3 часа назад",
        "Фото: Нелли Харина",
    ),
    "tr": Words(
        (
            "Foklar kürek kulübünün iskelesini ele geçirdi",
            "Haliç Postası",
            [
                "Midye Burnu'ndaki kürek kulübünün iskelesine on bir fok yerleşti.",
                "Bir hayvan küreği ısırınca kulüp antrenmanlarını kanala taşıdı.",
                "Bir deniz bekçisi nisan sonuna kadar onları günde iki kez sayacak.",
            ],
        ),
        [
            (
                "Karaçamlı fırıncılar geceleri şarkı söylüyor",
                "Karaçam Kuryesi",
                "Saat ikide işe başlayan dokuz fırıncı fırınların önünde bir koro kurdu.",
            ),
            (
                "Eski tramvay sürücüsüne kavuştu",
                "Ray Gazetesi",
                "Bir emekli ilk tramvayını bir kümeste tanıdı ve hemen satın aldı.",
            ),
        ],
        "İlginizi çekebilir",
        ("Yorumlar", "Henüz yorum yok"),
        "Uygulamamızı hemen indirin",
        "3 saat önce",
        "Fotoğraf: Nil Haran",
    ),
    "ar": Words(
        (
            "الفقمات تحتل رصيف نادي التجديف",
            "بريد المصب",
            [
                "استقرت إحدى عشرة فقمة على رصيف نادي التجديف في رأس المحار منذ يوم السبت.",
                "نقل النادي تدريباته الصباحية إلى القناة بعدما قضمت فقمة مجدافا خشبيا.",
                "ستعد حارسة بحرية هذه الحيوانات مرتين في اليوم حتى نهاية أبريل.",
            ],
        ),
        [
            (
                "خبازو الأرز يغنون في الليل",
                "صوت الأرزية",
                "أسس تسعة خبازين يبدأون العمل في الثانية فجرا جوقة تغني أمام الأفران.",
            ),
            (
                "ترام قديم يعثر على سائقه",
                "جريدة السكة",
                "تعرف متقاعد على الترام الأول في حياته داخل قن للدجاج فاشتراه على الفور.",
            ),
        ],
        "مقالات ذات صلة",
        ("التعليقات", "لا توجد تعليقات"),
        "حمل تطبيقنا الآن",
        "قبل 3 ساعات",
        "تصوير: نيل هارون",
    ),
    "zh": Words(
        (
            "海豹占据划船俱乐部的浮桥",
            "河口晨报",
            [
                "十一只海豹上周末在贻贝角划船俱乐部的浮桥上安了家，至今没有离开的意思。",
                "一只海豹咬断了船桨之后，俱乐部把早晨的训练改到了运河上进行。",
                "一名海洋管理员将每天清点两次这些动物，直到四月底为止。",
            ],
        ),
        [
            (
                "落叶松镇的面包师半夜唱歌",
                "落叶松信使",
                "九名凌晨两点开工的面包师成立了一个合唱团，每天对着烤炉唱歌。",
            ),
            (
                "老电车四十年后找到司机",
                "铁轨日报",
                "一名退休司机在鸡舍里认出了自己开过的第一辆电车，当场把它买了下来。",
            ),
        ],
        "相关新闻",
        ("评论", "暂无评论"),
        "立即下载我们的应用",
        "3小时前",
        "图片：何奈尔",
    ),
    "ja": Words(
        (
            "アザラシがボートクラブの桟橋を占拠",
            "河口新聞",
            [
                "貝ヶ崎のボートクラブの桟橋に、先週末から十一頭のアザラシが住み着いている。",
                "一頭がオールをかみ切ったため、クラブは朝の練習を運河に移した。",
                "海の監視員が四月末まで一日に二回、アザラシの数を数えることになった。",
            ],
        ),
        [
            (
                "唐松町のパン職人が夜中に合唱",
                "唐松日報",
                "午前二時に仕事を始める九人のパン職人が、窯の前で歌う合唱団を結成した。",
            ),
            (
                "古い路面電車が運転士と再会",
                "線路タイムズ",
                "退職した運転士が鶏小屋で最初に運転した電車を見つけ、その場で買い取った。",
            ),
        ],
        "関連記事",
        ("コメント", "コメントはまだありません"),
        "アプリを今すぐダウンロード",
        "3時間前",
        "写真：針生ねる",
    ),
}


def cleaned(lines: list[str], record_time: datetime | None = CAPTURED) -> Page:
    """The page of a plain-text record with the given lines."""
    payload = "\n".join(lines).encode()
    page = clean(Record("file", payload, Kind.TEXT, record_time=record_time), CleaningOptions())
    assert isinstance(page, Page), page
    return page


def main_of(page: Page) -> ExtractedArticle:
    """The main article of a page that has one."""
    assert page.main is not None
    return page.main
