# ruff: noqa: E501 - tables of words
"""The commonest function words of languages that share a script, and letters of only a few.

They were written down from grammars, not counted in any corpus; `language` weighs a word by how
few languages have it.
"""

from __future__ import annotations

LATIN = {
    "en": "the of and to in that is was for on with as by at from he she it his her their they have "
    "has had are were been will would said who which this but not an be or after more than",
    "fr": "le la les des du de et en un une est dans que qui pour sur par pas plus avec au aux ce "
    "cette il elle ont été être sont mais selon son sa ses leur nous vous d'un d'une qu'il c'est",
    "es": "el la los las de del que y en un una es por con para se su al lo como más pero sus ha fue "
    "han este esta sobre entre también cuando hasta desde según muy ya había era",
    "pt": "o a os as de do da dos das que e em um uma para com não no na nos nas por se ao mais como "
    "foi são ser sua seu pelo pela mas também entre até segundo está já isso ele ela",
    "it": "il lo la i gli le di del della dei delle che e un una è per con non in nel nella si da al "
    "alla sono ha come più anche ma dal dalla hanno stato essere suo sua questo dopo",
    "ca": "el la els les de del dels que i en un una és per amb no es al als com més però ha han van "
    "aquest aquesta també entre fins segons seva seu són havia",
    "gl": "o a os as de do da dos das que e en un unha para con non no na nos nas por se ao máis como "
    "foi son ser súa seu polo pola pero tamén entre ata está xa iso",
    "ro": "și de la în a al ale care că pe cu din un o nu este sunt au fost pentru mai prin după "
    "dar sau lui ei să se ce această acest fi va când",
    "nl": "de het een van en in is dat die op te voor met zijn niet aan er om ook als maar bij door "
    "naar uit was wordt worden heeft hebben dit ze nog over zich deze",
    "af": "die van en in is dat wat op te vir met nie aan om ook as maar by deur na uit was word het "
    "hierdie sy hy hulle sal kan ons nog oor",
    "de": "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es "
    "an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über war",
    "sv": "och i att det som en på är av för med till den har de inte om ett men var jag sig från vi "
    "så kan när år efter också ska eller under hade skulle vid enligt mot",
    "da": "og i at det som en på er af for med til den har de ikke om et men var jeg sig fra vi så "
    "kan når efter også skal eller under havde blev bliver ved mod hvad nogle mellem",
    "nb": "og i at det som en på er av for med til den har de ikke om et men var jeg seg fra vi så "
    "kan når etter også skal eller under hadde ble blir ved mot hva noen mellom",
    "is": "og í að sem er á við fyrir til hann hún það var af um en með ekki frá þar þeir hafa verið "
    "eru eftir segir",
    "fi": "ja on ei se että oli hän ovat mutta myös kun mukaan joka jotka kuin vain olla sen tai nyt "
    "jo vuoden hänen tämä ole sitä voi jos noin",
    "et": "ja on ei et see oli ta ka kui mis aga oma kes mida ning pärast siis veel või nad selle "
    "aasta ütles olnud",
    "lv": "un ir ka ar par no uz kas bet arī tika nav pēc tas viņš to gada kā vai līdz jau pie lai "
    "savu būs",
    "lt": "ir yra kad su iš į apie bet taip pat buvo kaip tai kuris metų dėl po jis nuo bus ne už "
    "savo jau nėra",
    "pl": "i w na z do że się nie jest to od przez po dla jak o za przy są ale jego oraz był była "
    "już tym także który która które może został przed ich",
    "cs": "a v na se je že s do z o k i za po pro ve jako by ale také jeho byl byla který která "
    "které podle už při jsou bude jsem nebo však",
    "sk": "a v na sa je že s do z o k i za po pre vo ako by ale tiež jeho bol bola ktorý ktorá "
    "ktoré podľa už pri sú bude som alebo však",
    "sl": "in v na se je da z za so po pri ki ne tudi kot pa od do bi bo še ali že iz bil bila ter "
    "sta lahko leta",
    "hr": "i u na se je da su za od s o iz kao što koji koja koje nije bi ili po do te će biti nakon "
    "tko gdje prije također vrijeme",
    "sr": "i u na se je da su za od sa o iz kao što koji koja koje nije bi ili po do će biti posle "
    "ko gde pre takođe vreme",
    "bs": "i u na se je da su za od sa o iz kao što koji koja koje nije bi ili po do će biti nakon "
    "ko gdje prije također šta vrijeme",
    "hu": "a az és hogy nem is egy van volt meg de azt csak már ki el szerint után még ez mint vagy "
    "pedig lesz akik aki amely",
    "tr": "ve bir bu da de için ile olarak olan daha çok gibi ise en kadar sonra dedi oldu var "
    "olduğunu ancak ne ki tarafından",
    "az": "və bir bu da də üçün ilə olan daha çox kimi isə ən qədər sonra dedi var ancaq nə ki "
    "tərəfindən olunub edib",
    "uz": "va bir bu uchun bilan ham edi yoki esa kerak bo'lgan qilish deb keyin o'z bo'yicha",
    "id": "yang dan di dengan untuk dari pada adalah bahwa karena tidak akan telah bisa juga sudah "
    "saat oleh dalam ini itu kata mereka ke tersebut ia",
    "ms": "yang dan di dengan untuk dari pada adalah bahawa kerana tidak akan telah boleh juga sudah "
    "ketika oleh dalam ini itu kata mereka ke tersebut beliau daripada berkata",
    "tl": "ang ng sa mga na ay at ni kay si para ito hindi nang mula ayon kung siya may pang",
    "vi": "và của là có cho được trong một các người không với những đã này khi để từ đến cũng như "
    "ra tại theo sẽ",
    "sw": "ya na wa kwa ni katika la za kuwa cha hiyo huo hii ambaye baada lakini pia yake wake",
    "sq": "të e në dhe që për me një nga është u se ka si më por nuk janë do ky kjo pas",
    "eu": "eta da ez bat dute zen du ere baina izan dira egin den hori duen arte",
    "so": "iyo waa oo ka ku in uu ay la soo ah aan kuwa waxaa",
    "ht": "nan yo pou li ki se ak te la sou gen pa nou pral",
}
CYRILLIC = {
    "ru": "и в не на что с по он как это но из к у от за для его о же так был была были также "
    "которые который после при года или чтобы ее если",
    "uk": "і в не на що з по він як це але із до у від за для його про та був була були також які "
    "який після при року або щоб її якщо й",
    "be": "і ў не на што з па ён як гэта але да у ад за для яго пра быў была былі таксама якія які "
    "пасля года або каб яе",
    "bg": "и в не на че с по той как това но от до за му са се е да ще бе беше също които който след "
    "при година или ако ѝ",
    "mk": "и во не на дека со по тој како ова но од до за му се е да ќе беше исто кои кој по при "
    "година или ако го ја",
    "sr": "и у не на да је са по он како ово али од до за му се су ће био била такође који која "
    "после при године или ако",
    "kk": "және бұл мен үшін деп бір да де осы бойынша туралы болып еді деді арқылы кейін қазақстан",
    "ky": "жана бул менен үчүн деп бир да де ушул боюнча жөнүндө болуп эле деди аркылуу кийин",
    "uz": "ва бу билан учун деб бир ҳам ушбу бўйича ҳақида бўлиб эди деди орқали кейин этиш юртимиз йил "
    "бўлган қилиш этилган ўз",
    "tg": "ва дар ба аз ки ин бо барои аст буд шуд як он ҳам мешавад",
    "mn": "ба нь энэ юм гэж байна улсын болон байгаа хийх тухай байсан бол",
    "tt": "һәм бу белән өчен дип бер да шул буенча турында булып иде диде аша соң",
}
ARABIC = {
    "ar": "في من على إلى أن التي الذي عن مع هذا هذه ما لا كان بعد قال بين كما أو ثم لم قبل خلال "
    "وقال منذ وفي",
    "fa": "در از به که این را با است برای آن یک بر تا هم شد شده می خود کرد گفت بود نیز اما او ها "
    "دارد باید",
    "ur": "کے کی میں کا سے ہے اور کو نے پر کہ اس ہیں یہ بھی کر تھا ایک گیا نہیں جو",
    "ps": "په د او چې له دي کې ته سره هم یې نه دا شوي وي",
    "ckb": "لە بە و بۆ کە ئەو لەگەڵ ئەم هەر دەکات بوو نەک",
}
DEVANAGARI = {
    "hi": "के में की है से को और का ने पर हैं कि यह भी कर था एक गया नहीं जो इस",
    "mr": "आहे आणि या च्या मध्ये ने हे ही तर होते केले आहेत की व त्या",
    "ne": "छ को मा र ले का लागि पनि गरेको हुन यो भएको छन् गर्न भने",
}
LETTERS = {
    "de": "ß", "pl": "łżźąę", "cs": "řěů", "sk": "ľĺŕ", "hu": "őű", "ro": "șțşţă", "tr": "ğışİ",
    "az": "əğ", "vi": "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệ", "pt": "ãõ", "es": "ñ", "sv": "äö", "da": "æø",
    "nb": "æø", "is": "þð", "et": "õ", "lv": "āēīūķļņģ", "lt": "ėįųūę", "sq": "ë", "fi": "ä",
    "fr": "çêœû", "ca": "ç", "uk": "їєґ", "be": "ў", "mk": "ѓќѕ", "sr": "ђћ", "kk": "әғқұһ",
    "ky": "ңөү", "ru": "ыэё", "tg": "ӣӯҷ", "tt": "җә", "mn": "өү", "uz": "ҳў",
    "fa": "پچژگ", "ur": "ٹڈےںڑ", "ps": "ښڅځېۍ", "ckb": "ێۆڵڕ",
}  # fmt: skip
