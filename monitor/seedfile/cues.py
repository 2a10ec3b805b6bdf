"""What lines of a page say about themselves: captions, bylines, breadcrumbs, and the furniture around an article."""

from __future__ import annotations

import re

from monitor.seedfile.blocks import Unit
from monitor.seedfile.wire import agency_of

CAPTION_WORDS = 70
BYLINE_WORDS = 14
_CUE_CHARS = 400

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

_ENDING = (
    # what comes after an article: each opens its line
    r"related(?: (?:articles?|stories|topics?|news|content|links?|posts?|tags|coverage|reading|items|products?))?\W*$|related:|"
    r"read (?:more|next|also|this next)\b|also read\b|see also\b|you (?:may|might)(?: also)? (?:like|be interested|enjoy)|recommended\b|"
    r"(?:suggested|recommended) (?:for you|stories|articles|reading)|more (?:from|on|in|stories|news|top stories|about|like this|trending)\b|"
    r"(?:most|must)[ -](?:read|popular|viewed|watched|shared|commented|recent)\b|(?:popular|latest|recent|top|featured|random) "
    r"(?:posts?|stories|articles|news|comments|headlines|videos?|galleries)\b|trending\b|don'?t miss\b|what to read next|up next\b|"
    r"(?:leave|post|write|add) (?:a |your )?(?:comment|reply)|\d+ (?:comments?|replies|responses)\b|comments?(?: \(?\d+\)?)?$|"
    r"(?:join|start) the (?:conversation|discussion)|view comments|show comments|log ?in to comment|about the authors?\b|"
    r"share (?:this|on|via|with|your)\b|sharing is caring|share$|follow us\b|connect with us|find us on|stay connected|"
    r"subscribe\b|sign up\b|get (?:our|the|all) \w*\s?(?:newsletters?|latest|daily)|newsletters?\W*$|join our\b|download (?:our|the) app|"
    r"tags?\W*$|tags? ?:|filed under|topics? ?:|categories ?:|keywords? ?:|advertisements?$|sponsored\b|promoted\b|paid (?:content|post)|"
    r"© ?\d{4}|copyright\b|all rights reserved|terms (?:of|and|&)|privacy\b|cookies?\b|contact us|about us|site ?map|"
    r"\(?c\) ?\d{4}|back to top|previous (?:post|article|story)|next (?:post|article|story)|print this|e-?mail this|report (?:error|a)|"
    r"click here\b|support (?:our|independent|us)\b|donate\b|unsubscribe\b|view (?:this|in) (?:email|browser)|you (?:are receiving|received) this|"
    # other languages
    r"mehr zum thema|lesen sie (?:auch|mehr|dazu)|das könnte (?:sie|dich) auch|auch interessant|meistgelesen|kommentare?\b|impressum|"
    r"datenschutz|teilen$|weitere (?:artikel|themen|meldungen|nachrichten)|zur startseite|mehr aus|"
    r"(?:à|a) lire (?:aussi|également)|lire aussi|sur le même (?:sujet|thème)|partager|commentaires?\b|abonnez|mentions légales|les plus lus|"
    r"l[ée]a también|te puede interesar|lo más (?:leído|visto)|noticias relacionadas|compartir|comentarios?\b|suscr[íi]b|más noticias|"
    r"leggi anche|potrebbe interessart|condividi|lascia un commento|commenti\b|articoli correlati|iscriviti|"
    r"leia (?:também|mais)|compartilh|mais lidas|veja também|"
    r"читайте также|подписывайтесь|поделиться|материалы по теме|самое читаемое|все права защищены|подробнее:|комментарии|"
    r"ilgili (?:haberler|konular)|paylaş|yorumlar|en çok okunan|tüm hakları|"
    r"les også|del (?:på|artikkelen)|mest lest|související|nejčtenější|diskus[ei]|doporučujeme|sdílet|lees ook|meer over|"
    r"اقرأ أيض|إقرأ أيض|مواضيع ذات صلة|أخبار ذات صلة|جميع الحقوق|شارك|الأكثر قراءة|تابعونا|"
    r"انتهای پیام|مطالب مرتبط|اخبار مرتبط|تمام حقوق|کلیه حقوق|برچسب|کلیدواژه|بیشتر بخوانید|اشتراک گذاری|نظرات|"
    r"责任编辑|\[责任编辑|（责任编辑|相关(?:新闻|阅读|报道|链接)|推荐阅读|版权|分享|更多|热门|延伸阅读|原标题|"
    r"関連(?:記事|リンク|ニュース)|あわせて読みたい|ランキング|おすすめ|続きを読む|シェア|無断転載|"
    r"관련기사|무단전재|저작권"
)
_ENDING_CUE = re.compile(rf"^\W*(?:{_ENDING})", re.IGNORECASE)
_ANYWHERE = re.compile(
    r"can also be accessed at the following|all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|"
    r"tutti i diritti riservati|все права защищены|جميع الحقوق محفوظة|terms (?:of|and) (?:use|service|conditions)|privacy policy|cookie policy|"
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


def furniture(unit: Unit) -> str | None:
    """Why a unit belongs to the page and not to the article, None when nothing says so."""
    text = unit.text
    if _URL.match(text) or _HANDLE.match(text):
        return "only an address"
    if _ANYWHERE.search(text[:_CUE_CHARS]) and unit.words <= 60:
        return "a notice of the page"
    if unit.words <= 14 and (cue := _ENDING_CUE.match(text[:_CUE_CHARS])):
        return f"opens {cue[0].strip()[:30]!r}, as what follows an article does"
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
