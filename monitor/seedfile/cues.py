"""What lines of a page say about themselves: captions, bylines, breadcrumbs, and the furniture around an article."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.seedfile.blocks import Unit
from monitor.seedfile.wire import agency_of

CAPTION_WORDS = 70
NOTICE_WORDS = 120
BYLINE_WORDS = 14
_CUE_CHARS = 200

_CREDIT_WORD = (
    r"photo(?:graph|graphy|s)?|picture|image|images|pic|pics|handout|file|via|courtesy|screengrab|screenshot|illustration|graphic|foto|"
    r"fotos|bild|grafik|фото|عکس|صورة|照片|图片|提供|撮影|archivfoto|symbolbild"
)
_CREDIT_END = re.compile(
    rf"[(\[](?:[^()\[\]]{{0,60}}[\s/:])?(?:{_CREDIT_WORD})\b[^()\[\]]{{0,80}}[)\]]\.?$"
    r"|[(（][^()（）]{1,20}提供[)）]$"
    r"|(?:^|\s)(?:(?:photo|image|picture|video|foto|bild)?\s?credits?|photograph|photo(?:\sby)?|picture|image|images|foto|bild|fotó|quelle|"
    r"источник фото|фото|عکس|图|摄影?)\s?[:：]\s?\S[^.!?]{1,80}\.?$"
    r"|(?:^|\s)[©ⓒ]\s?\S[^.!?]{1,60}$"
    r"|[.!?]\s?(?:AFP|AP|EFE|EPA|ANSA|DPA|REUTERS|GETTY(?: IMAGES)?)$"
    r"|\bvia (?:Getty(?: Images)?|Reuters|AP|AFP|Shutterstock)\W*$"
    r"|(?:/|—|–|\|)\s?(?:Getty Images|AP Photo|AFP Photo|REUTERS|Shutterstock|EPA(?:-EFE)?|picture[- ]alliance(?:/\S+)?|dpa)\b[^.!?]{0,40}$",
    re.IGNORECASE,
)
_CAPTION_START = re.compile(
    r"^(?:this|an?|the|in this|in an?|a combination)\s(?:\w+[ -]){0,4}?(?:handout|file|undated|satellite|still|combination|combo|aerial|"
    r"picture|photo|photograph|image|screengrab|frame grab)\b[^.]{0,80}"
    r"\b(?:shows?|showing|released|provided|taken|made available|obtained|distributed|from|dated|,)"
    r"|^(?:FILE(?: PHOTO)?|FILE -|File photo|PHOTO|Photo|Above|Below|Pictured|Picture|Image|CAPTION|Caption|Foto|Bild|ФОТО|Фото)"
    r"\s?(?:[:：]|[-–—]{1,2}\s)"
    r"|^(?:图注|资料图|资料照片|صورة أرشيفية|عکس آرشیوی)",
)
_BYLINE = re.compile(
    r"^(?:(?:by|from|reporting by|written by|story by|text by|words by|von|par|por|di|door|av|af|yazan|haber|автор|авторы|текст|نوشته|"
    r"گزارش از|نویسنده|بقلم|كتب|كتبت)(?:\s?[:：|]\s?|\s+)|(?:作者|记者|本报记者|文)\s?[:：/|]?\s?)(?P<names>\S.*)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"^[^\W\d_][\w.'’-]*$")
_JOINING = frozenset(
    "de del la van von der den di da dos al bin ibn ben el le du af and und et y e и و in for of the at".split()
)
_CREDITS_TAIL = re.compile(r"^\((?:additional )?(?:reporting|writing|editing|compiled|with reporting)\b", re.IGNORECASE)
_CRUMB = re.compile(r"\s*[/>›»|·→]\s*")
_CRUMB_PART = re.compile(r"^[^\W\d_][^\W\d_&'’.,-]*(?:[ &'’.,-]+[^\W\d_]+){0,4}[.]?$")
_HOME = frozenset(
    "home homepage startseite start inicio accueil portada homepage главная الرئيسية خانه صفحه_اصلی 首页 首頁 トップ anasayfa".split()
)
_URL = re.compile(r"^(?:<?(?:https?://|www\.)\S+>?[\s,;|]*)+$", re.IGNORECASE)
_HANDLE = re.compile(r"^@\w{2,}$|^\S+@\S+\.\w{2,}$")

_BOX = (
    # a box of links or an offer: after an article or in the middle of one
    r"related(?: (?:articles?|stories|topics?|news|content|links?|posts?|coverage|reading|items|products?))?\W*$|related:|"
    r"read (?:more|next|also|this next)\b|also read\b|see also\b|you (?:may|might)(?: also)? (?:like|be interested|enjoy)|recommended\b|"
    r"(?:suggested|recommended) (?:for you|stories|articles|reading)|more (?:from|on|in|stories|news|top stories|about|like this|trending)\b|"
    r"(?:most|must)[ -](?:read|popular|viewed|watched|shared|commented|recent)\b|(?:popular|latest|recent|top|featured|random) "
    r"(?:posts?|stories|articles|news|comments|headlines|videos?|galleries)\b|trending\b|don'?t miss\b|what to read next|up next\b|"
    r"share (?:this|on|via|with|your)\b|sharing is caring|share$|follow us\b|connect with us|find us on|stay connected|"
    r"subscribe\b|sign up\b|get (?:our|the|all) \w*\s?(?:newsletters?|latest|daily)|newsletters?\W*$|join our\b|download (?:our|the) app|"
    r"advertisements?$|sponsored\b|promoted\b|paid (?:content|post)|"
    r"print this|e-?mail this|click here\b|support (?:our|independent|us)\b|donate\b|"
    r"mehr zum thema|lesen sie (?:auch|mehr|dazu)|das könnte (?:sie|dich) auch|auch interessant|meistgelesen|anzeige$|teilen$|"
    r"weitere (?:artikel|themen|meldungen|nachrichten)|mehr aus|"
    r"(?:à|a) lire (?:aussi|également)|lire aussi|sur le même (?:sujet|thème)|partager|abonnez|les plus lus|passer la publicité|"
    r"l[ée]a también|te puede interesar|lo más (?:leído|visto)|las más leídas|noticias relacionadas|compartir|suscr[íi]b|más noticias|"
    r"leggi anche|potrebbe interessart|condividi|articoli correlati|iscriviti|leia (?:também|mais)|compartilh|mais lidas|veja também|"
    r"читайте также|подписывайтесь|поделиться|материалы по теме|самое читаемое|подробнее:|"
    r"ilgili (?:haberler|konular)|paylaş|en çok okunan|les også|del (?:på|artikkelen)|mest lest|související|nejčtenější|doporučujeme|"
    r"sdílet|lees ook|meer over|اقرأ أيض|إقرأ أيض|مواضيع ذات صلة|أخبار ذات صلة|شارك|الأكثر قراءة|تابعونا|"
    r"مطالب مرتبط|اخبار مرتبط|بیشتر بخوانید|اشتراک گذاری|相关(?:新闻|阅读|报道|链接)|推荐阅读|分享|更多|热门|延伸阅读|"
    r"関連(?:記事|リンク|ニュース)|あわせて読みたい|ランキング|おすすめ|続きを読む|シェア|관련기사"
)
_ENDING = (
    # what comes after an article for certain
    r"(?:leave|post|write|add) (?:a |your )?(?:comment|reply)|\d+ (?:comments?|replies|responses)\b|comments?(?: \(?\d+\)?)?$|"
    r"(?:join|start) the (?:conversation|discussion)|view comments|show comments|log ?in to comment|about the authors?\b|"
    r"tags?\W*$|tags? ?:|filed under|topics? ?:|categories ?:|keywords? ?:|© ?\d{4}|copyright\b|all rights reserved|"
    r"terms (?:of|and|&)|privacy\b|cookies?\b|contact us|about us|site ?map|\(?c\) ?\d{4}|back to top|"
    r"(?:previous|next) (?:post|article|story)|report (?:error|a)|unsubscribe\b|view (?:this|in) (?:email|browser)|"
    r"you (?:are receiving|received) this|kommentare?\b|impressum|datenschutz|zur startseite|commentaires?\b|mentions légales|"
    r"comentarios?\b|lascia un commento|commenti\b|все права защищены|комментарии|yorumlar|tüm hakları|diskus[ei]|"
    r"جميع الحقوق|انتهای پیام|تمام حقوق|کلیه حقوق|برچسب|کلیدواژه|نظرات|责任编辑|\[责任编辑|（责任编辑|版权|原标题|無断転載|무단전재|저작권"
)
_OFFER = re.compile(
    r"^\W*(?:share|follow|connect|print|e-?mail|advert|anzeige|passer la|sponsored|subscribe|sign up|teilen|suscr|abonnez|iscriviti|подпис|newsletter|join our|get (?:our|the|all)|donate|support)",
    re.I,
)
_BUTTON = frozenset(
    (
        "facebook twitter x pinterest email e-mail mail whatsapp telegram linkedin reddit tumblr instagram youtube messenger flipboard "
        "print drucken imprimer imprimir reply antworten répondre copy_link copy save bookmark like tweet pin mix google+ rss sms "
        "threads bluesky line viber skype permalink close menu search login log_in sign_in register play pause watch listen loading "
        "copier_le_lien lien_copié link_copied copied buy_now learn_more show_more load_more view_more more zurück weiter"
    ).split()
)
_BOX_CUE = re.compile(rf"^\W*(?:{_BOX})", re.IGNORECASE)
_ENDING_CUE = re.compile(rf"^\W*(?:{_ENDING})", re.IGNORECASE)
_ANYWHERE = re.compile(
    r"can also be accessed at the following|all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|"
    r"tutti i diritti riservati|все права защищены|جميع الحقوق محفوظة|privacy policy|cookie policy|"
    r"(?:agree|accept|subject to|acceptance of)\b[^.]{0,60}\b(?:terms|user agreement)|"
    r"(?:uses?|use of|accept(?:ing)?|verwenden|utilis\w+|utilizz\w+|utilizamos) (?:\w+ )?cookies|affiliate (?:links?|commission)|"
    r"this (?:email|message) was sent to|you are receiving this|to unsubscribe|manage (?:your )?(?:preferences|subscriptions)|"
    r"(?:subscribe|sign up) (?:to|for) (?:our|the)\b|follow (?:us|\w+(?: \w+)?) on (?:twitter|facebook|x|instagram|telegram|whatsapp)|"
    r"(?:whatsapp|telegram) channel|by (?:signing up|subscribing|clicking)|protected by recaptcha|enable javascript|ad ?blocker|"
    r"skip to (?:main |site )?(?:content|navigation)|javascript is disabled",
    re.IGNORECASE,
)
_QUOTES = "\"“”„«»‘’'「」『』"


def credit(text: str) -> bool:
    """Whether a line ends in a picture's credit."""
    return _CREDIT_END.search(text[-_CUE_CHARS:]) is not None


def caption(unit: Unit) -> str | None:
    """Why a unit is a picture's caption, None when it is not."""
    if unit.words > CAPTION_WORDS or unit.bullet:
        return None
    if credit(unit.text):
        return "ends in a picture credit"
    if _CAPTION_START.match(unit.text):
        return "opens as a caption does"
    return None


def byline(unit: Unit) -> tuple[str, ...] | None:
    """The authors a unit names if it is a byline, None when it is not; an agency alone is a byline without authors."""
    text = unit.text
    if unit.words > BYLINE_WORDS or len(text) > 200:
        return None
    if agency_of(text.strip("() .")) is not None or text.casefold() in (
        "agencies",
        "staff writer",
        "staff reporter",
        "newsroom",
    ):
        return ()
    found = _BYLINE.match(text)
    if found is None or text.rstrip().endswith((".", "!", "?")) and unit.words > 6:
        return None
    names = re.split(r"\s*(?:[|·•]|\s[-–—]\s|\bUpdated\b|\bPublished\b)\s*", found["names"])[0]
    people: list[str] = []
    for name in re.split(r"\s*(?:,|;|&|、| and | und | et | y | и | و )\s*", names):
        words = name.split()
        if agency_of(name) is not None or name.casefold().endswith(
            (" correspondent", " editor", " writer", " reporter", " news")
        ):
            continue
        if not words or len(words) > 5 or not all(_NAME.match(word) or word in _JOINING for word in words):
            return None if not people else tuple(people)
        if words[0][0].islower() and words[0] not in _JOINING:
            return None if not people else tuple(people)
        if words[0].casefold() in ("the", "a", "an", "this", "his", "her", "its"):
            return None
        people.append(name.strip(" ."))
    return tuple(people)


def breadcrumb(unit: Unit) -> tuple[str, ...] | None:
    """The sections a breadcrumb line names, without the home page; None when the unit is none."""
    text = unit.text
    if len(text) > 120 or unit.ends or unit.words > 14:
        return None
    parts = [part.strip() for part in _CRUMB.split(text.strip(" /|›»>·")) if part.strip()]
    if not 2 <= len(parts) <= 6 or not all(map(_CRUMB_PART.match, parts)):
        return None
    if not any(mark in text for mark in (">", "›", "»", "→")) and (len(parts) > 5 or "//" in text):
        return None
    kept = tuple(part for part in parts if part.casefold().replace(" ", "_") not in _HOME)
    return kept or None


@dataclass(frozen=True, slots=True)
class Furniture:
    """Why a unit belongs to the page.

    `ending`: no article goes on after it; `box`: links come next; `address`: it is nothing but one.
    """

    reason: str
    ending: bool = False
    box: bool = False
    address: bool = False


def furniture(unit: Unit) -> Furniture | None:
    """What says that a unit belongs to the page and not to the article, None when nothing does."""
    text = unit.text
    if _URL.match(text) or _HANDLE.match(text):
        return Furniture("only an address", address=True)
    if unit.words <= NOTICE_WORDS and _ANYWHERE.search(text[:_CUE_CHARS]):
        return Furniture("a notice of the page", ending=True)
    if unit.words > 14:
        return None
    if not unit.words or text.isdigit() or text.casefold().strip(" :!+").replace(" ", "_") in _BUTTON:
        return Furniture("a button or a count")
    if cue := _ENDING_CUE.match(text[:_CUE_CHARS]):
        return Furniture(f"opens {cue[0].strip()[:30]!r}, as what follows an article does", ending=True)
    if cue := _BOX_CUE.match(text[:_CUE_CHARS]):
        return Furniture(f"opens {cue[0].strip()[:30]!r}, as a box of links does", box=not _OFFER.match(text))
    return None


def quoted(text: str) -> str | None:
    """What stands between the quotation marks of a text that is one quotation."""
    text = text.strip()
    if len(text) > 2 and text[0] in _QUOTES and text.rstrip(".,")[-1] in _QUOTES:
        return text.strip(_QUOTES + "., ")
    return None


def credits_tail(text: str) -> bool:
    """Whether a paragraph is the "(Reporting by …; editing by …)" that ends wire copy."""
    return _CREDITS_TAIL.match(text) is not None
