"""The words by which pages and wires are known: patterns and names, in many languages, and nothing that decides."""

from __future__ import annotations


def _alternatives(block: str) -> str:
    """One pattern of the lines of a block, each of them one or more alternatives."""
    return "|".join(line.strip() for line in block.strip().split("\n"))


def words(block: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(block.split())


BOX = _alternatives(r"""
    related(?: (?:articles?|stories|topics?|news|content|links?|posts?|coverage|reading|items|products?))?\W*$
    related:|read (?:more|next|also|this next)\b|also read\b|see also\b
    you (?:may|might)(?: also)? (?:like|be interested|enjoy)|recommended(?: \w+)?\W*$
    (?:suggested|recommended) (?:for you|stories|articles|reading)
    more (?:from|stories|news|top stories|like this|trending)\b|more (?:on|in|about)(?: \S+){1,3}$
    (?:most|must)[ -](?:read|popular|viewed|watched|shared|commented|recent)\b
    (?:popular|latest|recent|top|featured|random) (?:posts?|stories|articles|news|comments|videos?|galleries)\b
    trending(?: (?:now|stories|topics|news))?\W*$|don'?t miss\b|what to read next|up next\b
    share (?:this|on|via|with|your)\b|sharing is caring|share$|follow us\b|connect with us|find us on|stay connected
    subscribe(?: (?:now|today|to|for|here|free))?\W*$|subscribe (?:to|for)\b
    sign up(?: (?:now|here|free|today))?\W*$|sign up (?:to|for)\b
    get (?:our|the|all) \w*\s?(?:newsletters?|latest|daily)|newsletters?\W*$|join our\b|download (?:our|the) app
    advertisements?$|(?:sponsored|promoted)(?: (?:by|stories|content|links|post))?\W*$|paid (?:content|post)
    print this|e-?mail this|click here\b|support (?:our|independent|us)\b|donate(?: (?:now|today))?\W*$
    mehr zum thema|lesen sie (?:auch|mehr|dazu)|das könnte (?:sie|dich) auch|auch interessant|meistgelesen|anzeige$
    teilen$|weitere (?:artikel|themen|meldungen|nachrichten)|mehr aus|(?:à|a) lire (?:aussi|également)|lire aussi
    sur le même (?:sujet|thème)|partager(?: \S+){0,2}$|abonnez|les plus lus|passer la publicité|l[ée]a también
    te puede interesar|lo más (?:leído|visto)|las más leídas|noticias relacionadas|compartir(?: \S+){0,2}$
    suscr[íi]b|más noticias|leggi anche|potrebbe interessart|condividi(?: \S+){0,2}$|articoli correlati|iscriviti
    leia (?:também|mais)|compartilh|mais lidas|veja também|читайте также|подписывайтесь|поделиться(?: \S+){0,2}$
    материалы по теме|самое читаемое|подробнее:|ilgili (?:haberler|konular)|paylaş\W*$|en çok okunan|les også
    del (?:på|artikkelen)|mest lest|související|nejčtenější|doporučujeme|sdílet|lees ook|meer over|اقرأ أيض|إقرأ أيض
    مواضيع ذات صلة|أخبار ذات صلة|شارك\W*$|شارك (?:المقال|الخبر|هذا)|الأكثر قراءة|تابعونا|مطالب مرتبط|اخبار مرتبط
    بیشتر بخوانید|اشتراک گذاری|相关(?:新闻|阅读|报道|链接)|推荐阅读|分享(?:到|至)?\W*$|更多(?:新闻|内容|精彩)?\W*$
    热门\w{0,4}$|延伸阅读|関連(?:記事|リンク|ニュース)|あわせて読みたい|\w{0,6}ランキング$|おすすめ|続きを読む
    シェア|관련기사
""")
"""Opens a box of links or an offer: after an article or in the middle of one."""

ENDING = _alternatives(r"""
    (?:leave|post|write|add) (?:a |your )?(?:comment|reply)|\d+ (?:comments?|replies|responses)\b
    comments?(?: \(?\d+\)?)?$|(?:join|start) the (?:conversation|discussion)|view comments|show comments
    log ?in to comment|about the authors?\b|tags?\W*$|tags? ?:|filed under|topics? ?:|categories ?:|keywords? ?:
    © ?\d{4}|copyright(?: ?[©(]| ?\d{4}|\W*$)|all rights reserved
    terms (?:of (?:use|service)|and conditions|& conditions)
    privacy\W*$|privacy (?:policy|notice|settings|statement|rights|preferences)(?: .{0,30})?\W*$
    cookies?(?: (?:policy|settings|preferences|notice|consent))?\W*$|contact us|about us|site ?map|\(?c\) ?\d{4}
    back to top|(?:previous|next) (?:post|article|story)|report (?:an? )?(?:error|typo|mistake|problem|correction)
    unsubscribe\b|view (?:this|in) (?:email|browser)|you (?:are receiving|received) this
    kommentare?(?: ?\(?\d+\)?)?\W*$|impressum|datenschutz\w*\W*$|zur startseite|commentaires?(?: ?\(?\d+\)?)?\W*$
    mentions légales|comentarios?(?: ?\(?\d+\)?)?\W*$|lascia un commento|commenti(?: ?\(?\d+\)?)?\W*$
    все права защищены|комментарии(?: ?\(?\d+\)?)?\W*$|yorumlar|tüm hakları|diskus[ei]\W*$|جميع الحقوق|انتهای پیام
    تمام حقوق|کلیه حقوق|برچسب|کلیدواژه|نظرات\W*$|责任编辑|\[责任编辑|（责任编辑|版权(?:声明|所有)|原标题|無断転載
    무단전재|저작권
""")
"""Opens what comes after an article for certain."""

NOTICE = _alternatives(r"""
    can also be accessed at the following|all rights reserved|alle rechte vorbehalten|tous droits réservés
    todos los derechos reservados|tutti i diritti riservati|все права защищены|جميع الحقوق محفوظة|privacy policy
    cookie policy|(?:agree|accept|subject to|acceptance of)\b[^.]{0,60}\b(?:terms|user agreement)
    (?:uses?|use of|accept(?:ing)?|verwenden|utilis\w+|utilizz\w+|utilizamos) (?:\w+ )?cookies
    affiliate (?:links?|commission)|this (?:email|message) was sent to|you are receiving this|to unsubscribe
    manage (?:your )?(?:preferences|subscriptions)|(?:subscribe|sign up) (?:to|for) (?:our|the)\b
    follow (?:us|\w+(?: \w+)?) on (?:twitter|facebook|x|instagram|telegram|whatsapp)
    (?:join|follow|subscribe)[^.]{0,40}(?:whatsapp|telegram) channel|by (?:signing up|subscribing|clicking)
    protected by recaptcha|enable javascript|ad ?blocker|skip to (?:main |site )?(?:content|navigation)
    javascript is disabled
""")
"""What only a notice of the page says, wherever in its text."""

READER = words("""
    you your our us we wir sie ihr ihre ihnen du dich nous vous votre vos noi vi tua usted su nosotros utilizamos
    utilizziamo мы вы ваш ваши вас вам siz biz u uw je
""")
"""By which a page speaks of itself or to its reader."""

OFFER = _alternatives(r"""
    share|follow|connect|print|e-?mail|advert|anzeige|passer la|sponsored|subscribe|sign up|teilen|suscr|abonnez
    iscriviti|подпис|newsletter|join our|get (?:our|the|all)|donate|support
""")
"""Of the boxes those that hold no links."""

CREDIT_WORD = _alternatives(r"""
    photo(?:graph|graphy|s)?|picture|image|images|pic|pics|handout|file|via|courtesy|screengrab|screenshot
    illustration|graphic|foto|fotos|bild|grafik|фото|عکس|صورة|照片|图片|提供|撮影|archivfoto|symbolbild
""")
"""What stands in a picture's credit."""

BUTTONS = words("""
    antworten bluesky bookmark buy_now close copied copier_le_lien copy copy_link drucken e-mail email facebook
    flipboard google+ imprimer imprimir instagram learn_more lien_copié like line link_copied linkedin listen
    load_more loading log_in login mail menu messenger mix more pause permalink pin pinterest play print reddit
    register reply rss répondre save search show_more sign_in skype sms telegram threads tumblr tweet twitter viber
    view_more watch weiter whatsapp x youtube zurück
""")
"""Lines that are a button; an underscore stands for a space."""

HOME = words("""
    accueil anasayfa home homepage inicio portada start startseite главная الرئيسية خانه صفحه_اصلی トップ 首頁 首页
""")
"""The first element of a breadcrumb, which names no section."""

AGENCIES = tuple(
    _alternatives("""
    Reuters|Thomson Reuters Foundation|AP|Associated Press|The Associated Press|AFP|Agence France-Presse|UPI
    Bloomberg|Dow Jones|TASS|ITAR-TASS|Interfax|RIA Novosti|RIA|Sputnik|Xinhua|CNS|ECNS|Kyodo|Kyodo News|Jiji
    Jiji Press|Yonhap|KCNA|dpa|DPA|APA|KNA|epd|ANSA|AGI|AdnKronos|EFE|Europa Press|Lusa|ATS|Keystone-SDA|Belga|ANP
    NTB|TT|Ritzau|STT|BNS|LETA|PAP|CTK|ČTK|TASR|MTI|Agerpres|BTA|Tanjug|Beta|FENA|HINA|MIA|ATA|Ukrinform|UNIAN
    Interfax-Ukraine|BelTA|Kazinform|Trend|Azertac|Report|Armenpress|Anadolu|Anadolu Agency|AA|DHA|IHA|ANKA|IRNA
    ISNA|Mehr|Tasnim|Fars|Press TV|IRIB|SANA|WAM|SPA|QNA|KUNA|BNA|ONA|MENA|Petra|NNA|WAFA|Maan|Saba|INA|Shafaq|Rudaw
    ANI|PTI|IANS|UNI|APP|BSS|UNB|RSS|ARY|Bernama|Antara|VNA|TNA|PNA|AAP|NZPA|NZN|PA|PA Media|Press Association|CP
    The Canadian Press|Canadian Press|Notimex|Prensa Latina|Telam|Télam|Agência Brasil|ANDINA|NAN|GNA|APS|MAP|TAP
    SAnews|PANA|VOA|RFE/RL|DW|BBC|CNN|UN News|IPS|PR Newswire|PRNewswire|Business Wire|BUSINESS WIRE|GlobeNewswire
    GLOBE NEWSWIRE|ACCESSWIRE|EIN Presswire|ТАСС|РИА Новости|Интерфакс|Рейтер|УНИАН|Укринформ|БелТА|Синьхуа|ایرنا
    ایسنا|تسنیم|مهر|فارس|صداوسیما|خبرگزاری مهر|رويترز|أ ف ب|أ.ف.ب|وام|واس|سانا|قنا|بترا|وفا|كونا|الأناضول|شينخوا
    新华社|中新社|中新网|路透社|法新社|美联社|共同社|中央社|時事通信|共同通信
""").split("|")
)
"""News agencies as they sign."""

AGENCY_SPELLED = {
    "the associated press": "AP",
    "associated press": "AP",
    "agence france-presse": "AFP",
    "anadolu agency": "Anadolu",
    "itar-tass": "TASS",
    "kyodo news": "Kyodo",
    "the canadian press": "CP",
    "canadian press": "CP",
    "prnewswire": "PR Newswire",
    "pa": "PA Media",
    "press association": "PA Media",
}
"""Longer forms of the same names, casefolded."""

MONTHS = {
    1: ("january jan januar jänner enero janvier gennaio janeiro января январь янв ocak januari ledna يناير ژانویه"),
    2: (
        "february feb februar febrero février fevrier febbraio fevereiro февраля февраль фев şubat februari "
        "února فبراير فوریه"
    ),
    3: "march mar märz mars marzo março марта март mart maart března مارس",
    4: "april apr abril avril aprile апреля апрель апр nisan dubna أبريل آوریل",
    5: "may mai mayo maggio maio мая май mayıs mei května مايو مه",
    6: "june jun juni junio juin giugno junho июня июнь июн haziran června يونيو ژوئن",
    7: "july jul juli julio juillet luglio julho июля июль июл temmuz července يوليو ژوئیه",
    8: "august aug agosto août aout августа август авг ağustos augustus srpna أغسطس اوت",
    9: (
        "september sept sep septiembre septembre settembre setembro сентября сентябрь сен сент eylül září "
        "سبتمبر سپتامبر"
    ),
    10: "october oct oktober okt octubre octobre ottobre outubro октября октябрь окт ekim října أكتوبر اکتبر",
    11: "november nov noviembre novembre novembro ноября ноябрь ноя kasım listopadu نوفمبر نوامبر",
    12: (
        "december dec dezember dez diciembre décembre decembre dicembre dezembro декабря декабрь дек aralık "
        "prosince ديسمبر دسامبر"
    ),
}
"""Month names by number, in many languages."""

DATE_FILLER = _alternatives(r"""
    published|posted|updated?|last|modified|created|issued|released|date[d]?|time|on|at|from|edited|first|am|pm|uhr
    veröffentlicht|aktualisiert|stand|vom|am|um|publié|publicado|actualizado|mis à jour|le|à|el|las|aggiornato
    pubblicato|il|alle|опубликовано|обновлено|güncelleme|yayınlanma|monday|tuesday|wednesday|thursday|friday
    saturday|sunday|mon|tues?|wed|thurs?|fri|sat|sun|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag
    lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo
    понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|min(?:ute)?s? read|местное|time
""")
"""Words that stand around a date and say no more."""

DATE_FILLER_UNSPACED = _alternatives(r"""
    تاريخ|تاریخ|نشر|انتشار|تحديث|발행|发布|更新|来源|時間|时间|星期[一二三四五六日]
    (?:شنبه|یکشنبه|دوشنبه|سه‌شنبه|چهارشنبه|پنجشنبه|جمعه|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد)
""")
"""The same for scripts in which word boundaries do not show."""


PREFIXES = (
    (
        "breaking",
        1,
        _alternatives(r"""
        (?:NEWS)?FLASH\s*[-:–—]+\s*|\*+\s*FLASH\s*\*+\s*
    """),
    ),
    (
        "breaking",
        2,
        _alternatives(r"""
        (?:BREAKING(?: NEWS)?|URGENT|BULLETIN|NEWS ALERT|ALERT|SNAP)\s*[-:|–—]+\s*|\*+\s*BREAKING\s*\*+\s*
        (?i:breaking(?: news)?|just in)\s*[:|]\s*|عاجل\s*[:|-]\s*|فوری\s*[:|-]\s*|СРОЧНО\s*[:.-]\s*
        МОЛНИЯ\s*[:.-]\s*|速报\s*[:：]\s*|快讯\s*[:：]\s*|【速報】\s*
    """),
    ),
    (
        "correction",
        3,
        _alternatives(r"""
        (?:CORRECTED|CORRECTION|REFILE|CORRECTING|RECTIFICATIF|BERICHTIGUNG)(?: ?\([^)]{1,30}\))?\s*[-:–—]+\s*
        (?i:correction|corrected|clarification)\s*:\s*
    """),
    ),
    (
        "update",
        4,
        _alternatives(r"""
        (?:UPDATE|LEAD|ADDS|RECASTS)\s*\d{0,2}\s*[-:–—]+\s*|\d(?:st|nd|rd|th)\s?LD[-: –]+\s*
    """),
    ),
    (
        "wrapup",
        4,
        _alternatives(r"""
        WRAPUP\s*\d{0,2}\s*[-:–—]+\s*|ROUNDUP\s*\d{0,2}\s*[-:–—]+\s*
    """),
    ),
    (
        "repeat",
        6,
        _alternatives(r"""
        (?:RPT|REPEAT)\s*(?:\d{0,2}|-INSIGHT|)\s*[-:–—]+\s*
    """),
    ),
    (
        "exclusive",
        3,
        _alternatives(r"""
        EXCLUSIVE\s*[-:–—]+\s*|(?i:exclusive)\s*:\s*
    """),
    ),
    (
        "embargo",
        5,
        _alternatives(r"""
        (?:EMBARGO(?:ED)?)\b[^:–—-]{0,40}[-:–—]+\s*
    """),
    ),
    (
        "advisory",
        7,
        _alternatives(r"""
        (?:MEDIA )?ADVISORY\s*[-:–—]+\s*|DIARY\s*[-:–—]+\s*
    """),
    ),
    (
        "analysis",
        6,
        _alternatives(r"""
        (?:ANALYSIS|NEWS ANALYSIS)\s*[-:–—]+\s*|(?i:analysis)\s*[:|]\s*
    """),
    ),
    (
        "opinion",
        7,
        _alternatives(r"""
        (?:OPINION|COMMENT(?:ARY)?|EDITORIAL|COLUMN|BREAKINGVIEWS)\s*[-:–—]+\s*|(?i:opinion|editorial)\s*[:|]\s*
    """),
    ),
    (
        "feature",
        6,
        _alternatives(r"""
        (?:FEATURE|INSIGHT|SPECIAL REPORT|WIDER IMAGE|PROFILE)\s*[-:–—]+\s*
    """),
    ),
    (
        "explainer",
        6,
        _alternatives(r"""
        (?:EXPLAINER|FACTBOX|FACT CHECK|TIMELINE|Q&A|Q\+A|PREVIEW|GRAPHIC|POLL|INSTANT VIEW)\s*[-:–—]+\s*
        (?i:explainer|factbox|timeline|fact check)\s*[:|]\s*
    """),
    ),
    (
        "interview",
        6,
        _alternatives(r"""
        INTERVIEW\s*[-:–—]+\s*|(?i:interview)\s*[:|]\s*
    """),
    ),
    (
        "transcript",
        6,
        _alternatives(r"""
        TRANSCRIPT\s*[-:–—]+\s*|(?i:transcript)\s*[:|]\s*
    """),
    ),
    (
        "digest",
        7,
        _alternatives(r"""
        PRESS DIGEST\s*[-:–—]+\s*
    """),
    ),
    (
        "live",
        3,
        _alternatives(r"""
        LIVE(?: UPDATES?| BLOG)?\s*[:|–—]+\s*|(?i:live (?:updates?|blog|coverage))\s*[-:|–—]+\s*
    """),
    ),
)
"""What the wires put before a headline: the kind of copy, the urgency (1 flash … 8 listicle), how it is written."""
