"""Generic headings over related stories and comments, by language (ISO 639-1 in comments).

They are the words that news pages of any site use; none belongs to one site. A line is
compared by `script.key`, so case and signs at the edges do not count.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from aggregator.cleaning.script import key, size

_RELATED = """
related|related articles|related article|related stories|related story|related news
related posts
related content|related coverage|related topics|related reading|related links|related items
more stories|more news|more articles|more headlines|more like this|more on this
more on this story
more on this topic|more related news|other stories|other news|other articles|further reading
recommended|recommended for you|recommended stories|recommended articles|recommended reading
we recommend|you may also like|you might also like|you may like|you might like
you may also be interested in|you might also be interested in|also of interest|also in the news
stories you may like|stories for you|suggested for you|suggested articles|similar articles
similar stories|similar news|what to read next|read next|keep reading
continue reading|in case you missed it|don't miss|editors' picks|editor's picks|editors' choice
most read|most popular|most viewed|popular stories|popular now|popular news|trending
trending now|trending stories|trending news|top stories|latest news|latest stories
latest articles|latest headlines|recent articles|recent stories|recent posts|in other news
from the web|around the web|from our partners|more from this section|elsewhere on the site
more in this section|other stories in this section|other articles in this section
more stories in this section|more from this category
next article|next story|up next|next post|next up|keep reading below|more from the web
sponsored stories|promoted stories|partner content|you might have missed|more reading
nächster artikel|nächster beitrag|article suivant|siguiente artículo|siguiente noticia
próximo artigo|próxima notícia|articolo successivo|prossimo articolo|volgend artikel
nästa artikel|næste artikel|neste artikkel|seuraava artikkeli|następny artykuł|další článek
следующая статья|следующая новость|наступна стаття|sonraki haber|sıradaki haber|المقال التالي
الخبر التالي|خبر بعدی|מאמר הבא|artikel berikutnya|下一篇|下一篇文章|次の記事|다음 기사
ähnliche artikel|ähnliche beiträge|ähnliche themen|ähnliche nachrichten|verwandte artikel
verwandte themen|verwandte beiträge|weitere artikel|weitere beiträge|weitere meldungen
weitere nachrichten|weitere themen|mehr zum thema|mehr dazu|mehr artikel|mehr nachrichten
mehr aus diesem ressort|lesen sie auch|lesen sie mehr|auch interessant
das könnte sie auch interessieren
das könnte dich auch interessieren|das könnte sie interessieren|passend dazu|zum weiterlesen
zum thema|empfohlene artikel|empfehlungen|unsere empfehlungen|meistgelesen|meistgelesene artikel
beliebte artikel|aktuelle nachrichten|neueste artikel|neueste nachrichten|topmeldungen
articles liés|articles similaires|articles connexes|articles associés|article lié|à lire aussi
à lire également|lire aussi|lire également|a lire aussi|sur le même sujet|sur le même thème
dans la même rubrique|vous aimerez aussi|vous pourriez aussi aimer|vous pourriez aimer
ceci pourrait vous intéresser|cela pourrait vous intéresser|pour aller plus loin|plus d'articles
plus d'actualités|autres articles|autres actualités|autres informations|nos recommandations
recommandé pour vous
recommandés pour vous|les plus lus|articles les plus lus|dernières nouvelles
dernières actualités
derniers articles|à ne pas manquer|en lien|articles recommandés
artículos relacionados|artículo relacionado|noticias relacionadas|noticia relacionada
notas relacionadas|contenido relacionado|contenidos relacionados|temas relacionados|relacionados
relacionadas|relacionado|más noticias|más artículos|más historias|más información
más sobre el tema
más sobre este tema|otras noticias|otros artículos|te puede interesar|te podría interesar
también te puede interesar|le puede interesar|quizás te interese|lea también|lee también
leer también
lea además|lee además|ver también|recomendados|recomendado para ti|te recomendamos
le recomendamos
lo más leído|lo más visto|más leídas|últimas noticias|últimas notas|noticias destacadas
artigos relacionados|notícias relacionadas|matérias relacionadas|conteúdo relacionado
leia também
leia mais|veja também|veja mais|saiba mais|mais notícias|mais artigos|outras notícias
outros artigos
você também pode gostar|você pode gostar|também lhe pode interessar|pode interessar
recomendados para você
recomendado para você|recomendadas|mais lidas|mais lidos|as mais lidas|últimas notícias
ler também
leia ainda|relacionados com este artigo
articoli correlati|articolo correlato|notizie correlate|contenuti correlati|articoli simili
leggi anche|leggi pure|potrebbe interessarti|potrebbe interessarti anche|ti potrebbe interessare
ti potrebbe interessare anche|potrebbero interessarti|altre notizie|altri articoli|altre storie
più letti|i più letti|le più lette|ultime notizie|ultimi articoli|approfondimenti
per approfondire
sullo stesso argomento|consigliati|consigliati per te|da non perdere
gerelateerde artikelen|gerelateerd|gerelateerd nieuws|gerelateerde berichten|lees ook|lees meer
lees verder
meer nieuws|meer artikelen|meer verhalen|meer over dit onderwerp|ander nieuws|andere artikelen
misschien vind je dit ook interessant|dit vind je misschien ook interessant|ook interessant
aanbevolen
aanbevolen voor jou|aanbevolen artikelen|meest gelezen|laatste nieuws|zie ook
relaterade artiklar|relaterat|relaterade nyheter|läs också|läs även|läs mer|fler artiklar
fler nyheter
mer om ämnet|mer i ämnet|andra nyheter|rekommenderat|rekommenderade artiklar|mest lästa
mest läst
senaste nytt|senaste nyheterna|du kanske också gillar
relaterede artikler|relateret|relaterede nyheder|læs også|læs mere|flere artikler|flere nyheder
andre nyheder|mere om emnet|anbefalede artikler|anbefalet|mest læste|seneste nyt|seneste nyheder
måske er du også interesseret i
relaterte artikler|relatert|relaterte saker|les også|les mer|flere saker|flere nyheter
andre nyheter
mer om saken|anbefalt|anbefalte artikler|mest lest|siste nytt|siste nyheter
lue myös|lue lisää|aiheeseen liittyvää|aiheeseen liittyvät artikkelit|lisää aiheesta
lisää uutisia
muita uutisia|suositellut artikkelit|suosittelemme|luetuimmat|tuoreimmat uutiset
uusimmat uutiset|saatat pitää myös
powiązane artykuły|artykuły powiązane|podobne artykuły|powiązane tematy|powiązane wiadomości
powiązane
czytaj także|czytaj też|czytaj również|przeczytaj także|przeczytaj też|przeczytaj również
zobacz także
zobacz też|zobacz również|czytaj więcej|więcej na ten temat|więcej wiadomości|inne artykuły
inne wiadomości
polecane|polecamy|polecane artykuły|najczęściej czytane|najpopularniejsze|najnowsze wiadomości
może cię zainteresować
mogą cię zainteresować|to może cię zainteresować
související články|podobné články|související|čtěte také|čtěte též|přečtěte si také|přečtěte si
další články
další zprávy|mohlo by vás zajímat|mohlo by vás také zajímat|doporučujeme|nejčtenější
nejnovější zprávy|více k tématu
súvisiace články|podobné správy|súvisiace|čítajte aj|čítajte tiež|prečítajte si aj|ďalšie články
ďalšie správy
mohlo by vás zaujímať|mohlo by vás tiež zaujímať|odporúčame|najčítanejšie|najnovšie správy
похожие статьи|похожие новости|похожие материалы|статьи по теме|новости по теме
материалы по теме|по теме
читайте также|читать также|читайте еще|читайте по теме|смотрите также|другие новости
другие статьи|другие материалы
еще новости|ещё новости|ещё по теме|еще по теме|больше новостей|рекомендуем|рекомендуем почитать
мы рекомендуем|вам может быть интересно
вам может понравиться|возможно вас заинтересует|связанные статьи|связанные новости
связанные материалы|популярное|популярные новости|самое читаемое
самое популярное|последние новости|главные новости|главное сегодня|новости партнеров
новости партнёров|новости сми2
схожі статті|схожі новини|схожі матеріали|статті за темою|новини за темою|матеріали за темою
за темою|по темі|новини по темі
читайте також|читати також|дивіться також|інші новини|інші статті|більше новин|рекомендуємо
вас може зацікавити|вам може сподобатися
пов'язані статті|пов'язані новини|популярні новини|популярне|останні новини|головні новини
новини партнерів
свързани статии|свързани новини|подобни статии|още по темата|още новини|още от категорията
вижте още|вижте също|прочетете още
прочетете също|прочети още|други новини|препоръчваме|най-четени|последни новини
слични чланци|повезане вести|повезани чланци|повезано|прочитајте још|прочитајте и|још вести
остале вести|најчитаније|најновије вести|препоручујемо
povezani članci|povezane vijesti|povezane vesti|povezano|slični članci|pročitajte još
pročitajte i|pročitajte više|još vijesti
još vesti|ostale vijesti|ostale vesti|najčitanije|najnovije vijesti|najnovije vesti
preporučujemo|možda će vas zanimati|vezane vijesti
povezani članki|sorodni članki|preberite še|preberite tudi|več novic|najbolj brano|zadnje novice
priporočamo
articole similare|articole asemănătoare|articole conexe|știri similare|știri conexe|citește și
citiți și|citeşte şi|vezi și
alte știri|alte articole|mai multe știri|recomandări|te-ar putea interesa|ți-ar putea plăcea
cele mai citite|ultimele știri|pe aceeași temă
kapcsolódó cikkek|kapcsolódó hírek|kapcsolódó|kapcsolódó tartalom|hasonló cikkek
olvassa el ezt is|olvasd el ezt is|további hírek
további cikkek|további híreink|ezek is érdekelhetik|ez is érdekelheti|ajánljuk|ajánlott cikkek
legolvasottabb|legfrissebb hírek|friss hírek
σχετικά άρθρα|σχετικές ειδήσεις|σχετικά θέματα|σχετικά|διαβάστε επίσης|διαβάστε ακόμη
διαβάστε ακόμα|δείτε επίσης|δείτε ακόμα|περισσότερα
περισσότερες ειδήσεις|άλλα άρθρα|άλλες ειδήσεις|προτεινόμενα|σας προτείνουμε|δημοφιλή
τα πιο δημοφιλή|τελευταίες ειδήσεις|μπορεί να σας ενδιαφέρει
ilgili haberler|ilgili yazılar|ilgili makaleler|ilgili içerikler|benzer haberler|benzer yazılar
diğer haberler|daha fazla haber
bunlar da ilginizi çekebilir|ilginizi çekebilir|bunlar ilginizi çekebilir|önerilen haberler
önerilenler|sizin için önerilenler|en çok okunanlar|çok okunanlar|son haberler
son dakika haberleri|bunları da okuyun
مقالات ذات صلة|مقالات متعلقة|مقالات مشابهة|أخبار ذات صلة|اخبار ذات صلة|أخبار متعلقة|أخبار مشابهة
مواضيع ذات صلة|مواضيع متعلقة|موضوعات ذات صلة|مواضيع مشابهة|ذات صلة
اقرأ أيضا|اقرأ أيضًا|اقرأ أيضاً|اقرأ ايضا|إقرأ أيضا|اقرأ المزيد|إقرأ المزيد|شاهد أيضا|شاهد أيضاً
شاهد أيضًا|المزيد من الأخبار|مزيد من الأخبار|أخبار أخرى|مقالات أخرى
قد يعجبك أيضا|قد يعجبك أيضاً|قد يعجبك|قد يهمك|قد يهمك أيضا|قد يهمك أيضاً|موصى به|نوصي به
الأكثر قراءة|الأكثر مشاهدة|آخر الأخبار|أحدث الأخبار
مطالب مرتبط|اخبار مرتبط|خبرهای مرتبط|مقالات مرتبط|مطالب مشابه|بیشتر بخوانید|بیشتر بخوانید
همچنین بخوانید|این مطلب را هم بخوانید|اخبار بیشتر|خبرهای بیشتر|دیگر اخبار|سایر اخبار|پیشنهاد ما
پیشنهادی|پربازدیدترین|پربازدیدها|آخرین اخبار
متعلقہ خبریں|متعلقہ مضامین|مزید پڑھیں|یہ بھی پڑھیں|مزید خبریں|دیگر خبریں|تازہ ترین خبریں
مقبول خبریں
כתבות קשורות|כתבות נוספות|כתבות דומות|חדשות קשורות|קראו גם|קראו עוד|קרא גם|עוד חדשות|עוד בנושא
עוד כתבות|אולי יעניין אותך|אולי יעניין אתכם|מומלצים|הנקראות ביותר|חדשות אחרונות
संबंधित खबरें|संबंधित ख़बरें|संबंधित समाचार|संबंधित लेख|यह भी पढ़ें|ये भी पढ़ें|इसे भी पढ़ें
और पढ़ें|और खबरें|अन्य खबरें|अन्य समाचार|आपके लिए सुझाव|ताजा खबरें|ताज़ा खबरें|लोकप्रिय खबरें
सबसे ज्यादा पढ़ी गई
সম্পর্কিত খবর|সম্পর্কিত সংবাদ|আরও পড়ুন|আরো পড়ুন|আরও খবর|আরো খবর|অন্যান্য খবর|সর্বশেষ খবর
সর্বাধিক পঠিত|এই বিভাগের আরও খবর
தொடர்புடைய செய்திகள்|மேலும் படிக்க|மேலும் செய்திகள்|பிற செய்திகள்|సంబంధిత వార్తలు
ఇవి కూడా చదవండి|ఇది కూడా చదవండి|మరిన్ని వార్తలు
artikel terkait|berita terkait|baca juga|baca selengkapnya|berita lainnya|artikel lainnya
lihat juga|simak juga|rekomendasi|rekomendasi untuk anda|terpopuler|berita terpopuler
berita terbaru|terkini|anda mungkin juga suka
artikel berkaitan|berita berkaitan|baca lagi|berita lain|artikel lain|paling popular
berita terkini
bài viết liên quan|tin liên quan|tin tức liên quan|bài liên quan|xem thêm|đọc thêm|tin khác
các tin khác|bài viết khác|tin cùng chuyên mục|có thể bạn quan tâm|đề xuất cho bạn|tin mới nhất
đọc nhiều nhất|tin đọc nhiều
ข่าวที่เกี่ยวข้อง|บทความที่เกี่ยวข้อง|เรื่องที่เกี่ยวข้อง|ข่าวเกี่ยวข้อง|อ่านเพิ่มเติม|อ่านต่อ
ข่าวอื่นๆ|ข่าวอื่น ๆ|ข่าวเพิ่มเติม|เรื่องแนะนำ|ข่าวแนะนำ|ข่าวล่าสุด|ข่าวยอดนิยม|คุณอาจสนใจ
相关文章|相关新闻|相关报道|相关阅读|相关内容|延伸阅读|更多新闻|更多文章|更多报道|更多内容
其他新闻|推荐阅读|推荐文章|为您推荐|为你推荐|猜你喜欢|你可能也喜欢|您可能感兴趣
热门新闻|热门文章|最新新闻|最新消息|最新文章|相关推荐
相關文章|相關新聞|相關報導|相關報道|相關閱讀|延伸閱讀|更多新聞|更多文章|其他新聞|推薦閱讀
推薦文章|為您推薦|為你推薦|猜你喜歡|你可能也喜歡|您可能感興趣|你可能有興趣|熱門新聞
熱門文章|最新新聞
関連記事|関連ニュース|関連する記事|関連リンク|関連コンテンツ|関連|あわせて読みたい
合わせて読みたい|こちらもおすすめ|おすすめ記事|おすすめの記事|おすすめ|その他の記事
その他のニュース|他の記事|もっと読む|人気記事|人気の記事|最新記事|最新ニュース|アクセスランキング
この記事も読まれています
관련 기사|관련기사|관련 뉴스|관련뉴스|관련 글|추천 기사|추천기사|추천 뉴스|더 많은 기사|더보기
더 많은 뉴스|다른 기사|많이 본 뉴스|많이 본 기사|인기 기사
최신 뉴스|최신 기사|함께 읽으면 좋은 기사|이 기사도 좋아하실 것입니다
"""

_RELATED_FORM = re.compile(
    r"(?:more|other) (?:\w+ ){0,2}(?:stories|news|headlines|articles|coverage)"
    r"|more (?:in|from|on|about)\b.*"
    r"|(?:read|see|watch) (?:more|also|next)|also (?:read|see)|must reads?"
    r"|(?:latest|top|popular|trending|recent|recommended|related|similar) (?:\w+ )?"
    r"(?:stories|news|headlines|articles|posts|videos|reads|coverage)"
    r"|mehr (?:aus|zu|über|von)\b.*|weitere (?:\w+ )?(?:artikel|meldungen|nachrichten|"
    r"beiträge)(?: .*)?"
    r"|plus (?:sur|dans)\b.*|más (?:en|sobre|de)\b.*|mais (?:em|sobre|de)\b.*"
    r"|altro (?:su|in|da)\b.*|meer (?:over|uit|van)\b.*|więcej (?:w|o|na temat|z)\b.*"
    r"|(?:ещё|еще|больше) (?:в|о|по|из)\b.*|більше (?:в|про|з)\b.*|المزيد (?:من|في|عن)\b.*"
)

# One-story pointers: they stand inside a text, and the text may go on behind them.
_POINTERS = """
continue reading|keep reading|もっと読む|더보기|continuer la lecture|weiterlesen|read also
also read
see also|read more|read next|related|related story|related article|don't miss|watch
lesen sie auch|lesen sie mehr|siehe auch|auch interessant|mehr dazu|mehr zum thema|lire aussi
à lire aussi|a lire aussi|lire également|à lire également|à lire
voir aussi|lea también|lee también|leer también|ver también|lea además|te puede interesar
leia também|leia mais|veja também|saiba mais|leia ainda
leggi anche|vedi anche|leggi pure|lees ook|lees meer|lees verder|zie ook|läs också|läs även
läs mer|læs også|læs mere|les også|les mer|lue myös|lue lisää
czytaj także|czytaj też|czytaj również|czytaj więcej|przeczytaj także|przeczytaj też
przeczytaj również|zobacz także|zobacz też|zobacz również|čtěte také|přečtěte si také|čítajte aj
prečítajte si aj
читайте также|читать также|читайте по теме|смотрите также|читайте еще|по теме|читайте також
читати також|дивіться також|вижте също|вижте още|прочетете още|прочетете също|прочитајте још
прочитајте и|pročitajte još|pročitajte i
citește și|citiți și|citeşte şi|vezi și|olvassa el ezt is|kapcsolódó|διαβάστε επίσης
διαβάστε ακόμη|διαβάστε ακόμα|δείτε επίσης|ilgili haber
اقرأ أيضا|اقرأ أيضًا|اقرأ أيضاً|اقرأ ايضا|إقرأ أيضا|اقرأ المزيد|شاهد أيضا|شاهد أيضاً
بیشتر بخوانید|همچنین بخوانید|مزید پڑھیں|یہ بھی پڑھیں|קראו גם|קרא גם
यह भी पढ़ें|ये भी पढ़ें|इसे भी पढ़ें|और पढ़ें|আরও পড়ুন|আরো পড়ুন|மேலும் படிக்க|ఇది కూడా చదవండి
baca juga|simak juga|lihat juga|xem thêm|đọc thêm|อ่านเพิ่มเติม
延伸阅读|相关阅读|延伸閱讀|相關閱讀|あわせて読みたい|関連記事|관련기사|관련 기사
"""

_COMMENTS = """
comments|comment|recent comments|latest comments|leave a comment|leave a reply|post a comment
add a comment|add comment|add new comment|write a comment|join the conversation|join the discussion
reader comments|readers' comments|user comments|comments section|view comments|show comments
view all comments
kommentare|kommentar|leserkommentare|kommentar schreiben|kommentar verfassen
schreiben sie einen kommentar|neueste kommentare|diskutieren sie mit|kommentieren
commentaires|commentaire|laisser un commentaire|derniers commentaires|poster un commentaire
ajouter un commentaire
comentarios|comentario|deja un comentario|dejar un comentario|últimos comentarios
comentarios recientes|deja tu comentario|escribe un comentario
comentários|comentário|deixe um comentário|deixe seu comentário|últimos comentários
comentários recentes|comente|comentar
commenti|commento|lascia un commento|ultimi commenti|scrivi un commento|aggiungi un commento
reacties|reactie|laat een reactie achter|plaats een reactie|laatste reacties|geef een reactie
kommentarer|lämna en kommentar|skriv en kommentar|senaste kommentarer|skriv kommentar
legg igjen en kommentar|kommentit|jätä kommentti|kommentoi
komentarze|komentarz|dodaj komentarz|ostatnie komentarze|skomentuj|napisz komentarz|komentáře
přidat komentář|komentáre|pridať komentár
комментарии|комментарий|оставить комментарий|добавить комментарий|последние комментарии
коментарі|коментар|залишити коментар|додати коментар|останні коментарі|коментари|добави коментар
остави коментар|оставите коментар
komentari|komentar|ostavi komentar|ostavite komentar|dodaj komentar|comentarii
lasă un comentariu|adaugă un comentariu|hozzászólások|hozzászólás|szóljon hozzá|megjegyzések
σχόλια|σχόλιο|αφήστε ένα σχόλιο|προσθήκη σχολίου
yorumlar|yorum|yorum yap|yorum yaz|yorum ekle|تعليقات|التعليقات|تعليق|اترك تعليقا|اترك تعليقاً
أضف تعليقا|أضف تعليق|أضف تعليقك|آخر التعليقات|نظرات|دیدگاه‌ها|دیدگاه|نظر شما|ارسال نظر
نظرات کاربران|تبصرے|תגובות|תגובה|הוסף תגובה|הוספת תגובה
टिप्पणियाँ|टिप्पणियां|टिप्पणी|टिप्पणी करें|कमेंट|মন্তব্য|মন্তব্য করুন|komentar anda
tulis komentar|komentar terbaru|komen|bình luận|ý kiến bạn đọc|viết bình luận|ความคิดเห็น
แสดงความคิดเห็น
评论|發表評論|发表评论|網友評論|网友评论|评论区|評論|コメント|コメントを書く|コメントする
みんなのコメント|댓글|댓글 쓰기|댓글쓰기
"""
_COUNT = re.compile(r"^[(\[]?\s*[\d.,]+\s*[)\]]?\s+|\s*[(\[:·-]?\s*[\d.,]+\s*[)\]]?$")
_MOST_WORDS = 12
LONGEST_HEADING = 80
"""Characters; no related heading is longer."""


@cache
def _keys(table: str) -> frozenset[str]:
    return frozenset(key(p) for line in table.split("\n") for p in line.split("|") if key(p))


def is_related_heading(line: str) -> bool:
    """True if `line` is a heading over other stories, such as "Related Articles"."""
    return len(line) <= LONGEST_HEADING and _is_related(line)


@lru_cache(maxsize=8192)
def _is_related(line: str) -> bool:
    if size(line) > _MOST_WORDS:
        return False
    words = key(line)
    bare = _COUNT.sub("", words)
    return bool(words) and (bare in _keys(_RELATED) or bool(_RELATED_FORM.fullmatch(bare)))


def is_pointer(line: str) -> bool:
    """True if `line` points to one other story, and the text may go on behind it."""
    return len(line) <= 80 and key(line) in _keys(_POINTERS)


def pointer_with_target(line: str) -> bool:
    """True for a pointer and its headline on one line ("Read also: …")."""
    head, colon, rest = line.replace("：", ":").partition(":")
    if not colon:
        head, colon, rest = line.partition("|")
    return bool(colon and rest.strip()) and (is_pointer(head) or is_related_heading(head))


def is_comment_heading(line: str) -> bool:
    """True if `line` heads or counts readers' comments ("Comments", "12 comments")."""
    if len(line) > 60:
        return False
    return _COUNT.sub("", key(line)) in _keys(_COMMENTS)
