"""Texts that stand where an article should: log-in walls, checks for robots, missing pages, forms.

The words are those of any site, in several languages; each is looked for in a short line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aggregator.cleaning.script import is_paragraph, size

_LONGEST_LINE = 45
"""Words."""
_LONGEST_FORM = 300
"""Letters."""
_FEWEST = 5
_LEAST = 30
"""A text of fewer words, without a sentence or a line of `_FEWEST` words, is a heap of labels."""

_SCRIPTS_OFF = (
    r"javascript.{0,80}(?:enabl|disabl|requir|turn|activ|aktiv|habilit|attiv|inschakel|włącz|"
    r"povol|"
    r"включ|увімк|etkin|启用|啟用|有効|활성|تفعيل|فعال)"
    r"|(?:enabl|disabl|turn on|activ|aktiv|habilit|attiv|schakel|włącz|povol|включ|увімк|"
    r"etkin|启用|"
    r"啟用|تفعيل|فعال).{0,80}javascript"
)
_ROBOTS = (
    r"(?:are|verif\w+|confirm\w*|check\w*|that) you(?:'re| are)? (?:a )?(?:not a )?(?:human|"
    r"robot)|"
    r"(?:you are|you're|are you|i'm|i am) (?:a |not a )?(?:human|robot)|checking your browser|"
    r"unusual (?:traffic|activity) from|captcha|kein roboter|pas un robot|no (?:eres|"
    r"soy) un robot|"
    r"não (?:é|sou) um robô|non sono un robot|geen robot|nie jestem robotem|не робот|"
    r"robot değilim|"
    r"不是机器人|不是機器人|ロボットではありません|로봇이 아닙니다|لست روبوت"
)
_MISSING = (
    r"(?:page|article|story|content|url) (?:(?:that )?you(?:'re| are| were|'ve| have)? "
    r"(?:looking for|request\w*|tr\w+ to \w+)|(?:could|can) ?not be found|not found|"
    r"(?:does not|doesn't|no longer) exists?|is no longer available|may have been (?:moved|"
    r"removed))|"
    r"(?:access (?:is |to this page (?:is |has been ))?denied|403 forbidden|404 not found|"
    r"error 404|not available in your (?:region|country|location))|"
    r"seite (?:wurde |konnte )?nicht gefunden|page (?:est )?introuvable|"
    r"página no (?:encontrada|existe)|"
    r"página não (?:foi )?encontrada|pagina non (?:è stata )?trovata|pagina niet gevonden|"
    r"sidan (?:kunde inte hittas|hittades inte)|siden (?:ble|blev) ikke funnet|sivua ei löyty|"
    r"strona nie (?:istnieje|została znaleziona)|stránka nebyla nalezena|страница не найдена|"
    r"сторінку не знайдено|sayfa bulunamadı|الصفحة غير موجودة|صفحه مورد نظر|页面不存在|頁面不存在|"
    r"ページが見つかりません|페이지를 찾을 수 없"
)
_LOG_IN = (
    r"(?:to|and) (?:continue|keep) reading|to read (?:the (?:full|whole|entire|rest of th\w+)|"
    r"this) (?:story|article|post|report|text)|"
    r"you(?:'ve| have) (?:reached|used|read|hit) (?:all )?(?:of )?your.{0,30}(?:free|limit|"
    r"articles)|"
    r"free articles? (?:left|remaining|this month)|(?:create|need) (?:a|an|"
    r"your) (?:free )?account|"
    r"(?:um|jetzt) weiterzulesen|weiterlesen mit|pour (?:continuer (?:à lire|votre lecture)|"
    r"lire la suite)|"
    r"para (?:continuar|seguir) (?:leyendo|lendo|a ler)|per continuare a leggere|"
    r"om verder te lezen|"
    r"för att (?:fortsätta )?läsa|for å lese (?:videre|hele)|for at læse videre|"
    r"jatkaaksesi lukemista|"
    r"aby (?:czytać dalej|przeczytać|kontynuować)|чтобы (?:читать дальше|продолжить чтение)|"
    r"щоб (?:читати далі|продовжити читання)|okumaya devam etmek için|لمتابعة القراءة|"
    r"برای ادامه مطلب|"
    r"登录后|登入後|継続して読む|続きを読むには|続きをお読みいただくには|계속 읽으"
)
_FORM = (
    r"(?:e-?mail|email)(?: address)? (?:will|is) not be published|email address will not be|"
    r"required fields are marked|save my name.{0,60}(?:browser|comment)|"
    r"you must be logged in to|"
    r"e-?mail-adresse wird nicht veröffentlicht|erforderliche felder sind|pflichtfelder|"
    r"ne sera pas publiée|champs obligatoires|no será publicada|campos obligatorios|"
    r"não será publicado|campos obrigatórios|non sarà pubblicato|campi obbligatori|"
    r"e-?mailadres (?:wordt|zal) niet|vereiste velden|e-?postadress kommer inte|"
    r"obligatoriska fält|"
    r"e-?mail nie zostanie opublikowany|wymagane pola|nebude (?:zveřejněna|publikovaná)|"
    r"(?:адрес|адреса|e-?mail|почт\w*) не будет опубликован|обязательные поля|"
    r"не (?:буде опубліковано|оприлюднюватиметься)|обов.язкові поля|"
    r"e-?posta adresiniz (?:yayınlanmayacak|"
    r"yayımlanmayacak)|gerekli alanlar|لن يتم نشر عنوان|الحقول الإلزامية|منتشر نخواهد شد|"
    r"האימייל לא יוצג|alamat email anda tidak akan|ruas yang wajib|không được công khai|"
    r"电子邮箱地址不会被公开|電子郵件地址不會|"
    r"メールアドレスが公開されることはありません|이메일은 공개되지"
)
_HINTS = re.compile(
    r"javascript|robot|robô|human|browser|captcha|unusual|робот|机器人|機器人|ロボット|로봇|روبوت"
)
_FORM_HINTS = (
    "mail", "postadress", "required", "save my", "logged", "feld", "publi", "pubblicato",
    "champs", "campos", "campi", "veld", "fält", "pola", "neb", "не ", "поля",
    "adresiniz", "alanlar", "نشر", "الحقول", "منتشر", "האימייל", "ruas", "công khai",
    "公开", "公開", "不會", "공개",
)  # fmt: skip
"""One of these stands in every form: a quick test before the thorough one."""
_FORM_HINTS_ASCII = tuple(filter(str.isascii, _FORM_HINTS))
_FORM_PATTERN = re.compile(_FORM)
_MISSING_PAGE = re.compile(_MISSING)
_ACCOUNT = re.compile(_LOG_IN)
_CHECK = re.compile(f"{_SCRIPTS_OFF}|{_ROBOTS}")


def is_comment_form(line: str) -> bool:
    """True for what stands at the fields of a form for comments, of a few words or sentences."""
    if not 10 <= len(line) <= _LONGEST_FORM:
        return False
    folded = line.casefold()
    for hint in _FORM_HINTS_ASCII if folded.isascii() else _FORM_HINTS:
        if hint in folded:
            return _FORM_PATTERN.search(folded) is not None
    return False


def is_wall(line: str) -> bool:
    """True for a short line that speaks of logging in, of robots, or of a page that is missing."""
    if size(line) > _LONGEST_LINE:
        return False
    folded = _folded(line)
    if _HINTS.search(folded) and _CHECK.search(folded):
        return True
    return (_MISSING_PAGE.search(folded) or _ACCOUNT.search(folded)) is not None


def asks_to_log_in(line: str) -> bool:
    """True for a short line that says what it takes to read on."""
    return size(line) <= _LONGEST_LINE and _ACCOUNT.search(_folded(line)) is not None


def is_heap(texts: Sequence[str]) -> bool:
    """True for a body of a few words without a sentence or a line of some length: labels."""
    sizes = [size(text) for text in texts]
    if sum(sizes) >= _LEAST or any(count >= _FEWEST for count in sizes):
        return False
    return not any(map(is_paragraph, texts))


def _folded(line: str) -> str:
    return line.casefold().replace("’", "'")
