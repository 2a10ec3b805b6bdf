"""British and American spellings: an explicit table of twins, written as families of words."""

from __future__ import annotations

from functools import cache

_ISE = """
apolog author capital central character civil colon commercial computer crimin criminal critic crystal decentral
decriminal demil demilitar democrat demobil demon demoral denational denuclear depolitic deradical desensit destabil
digit disorgan emphas equal euthan export federal fertil final formal general global harmon hospital human hypothes
ideal immun improv incentiv industrial institutional international jeopard legal legitim liberal local marginal
material maxim mechan memor militar minim mobil modern moral monopol motor national natural neutral normal optim organ
ostrac patron penal polar politic popular priorit privat public radical rational real recogn regular remilitar remobil
reorgan revital revolution sanit scrutin secular sensational social special stabil standard steril stigmat subsid
summar symbol sympath synchron terror traumat tribal tyrann unauthor util vandal verbal victim visual weapon
"""
_LL = (
    "cance channe counse dia due equa fue funne initia labe leve marsha mode quarre riva signa tota trave tunne unrave"
)

_FAMILIES = (
    # British, American, beginnings, endings
    ("our", "or", "arm behavi clam col demean endeav fav ferv flav harb hon hum lab neighb od parl", "- s"),
    ("our", "or", "ranc rig rum savi splend tum val vap vig", "- s"),
    ("our", "or", "arm col endeav fav flav harb hon hum lab rum neighb", "ed ing"),
    ("our", "or", "lab fav neighb behavi hon", "er ers ite ites able hood hoods al ally"),
    ("our", "or", "dishon unfav", "- able ed s"),
    ("re", "er", "cent theat epicent amphitheat lit fib spect sab somb lust kilomet centimet millimet met", "- s"),
    ("red", "ered", "cent", "-"),
    ("ce", "se", "defen offen licen preten", "- s"),
    ("ce", "se", "defen", "less man men"),
    ("is", "iz", _ISE, "e ed es er ers ing ation ations"),
    ("isational", "izational", "organ", "-"),
    ("ys", "yz", "anal paral catal", "e ed es er ers ing"),
    ("practis", "practic", "-", "e ed es ing"),
    ("ogue", "og", "catal", "- s ed"),
    ("ll", "l", _LL, "ed ing"),
    ("ll", "l", "cance counse labe leve mode signa trave", "er ers"),
    ("llor", "lor", "counci counse", "- s"),
    ("ae", "e", "h", "morrhage morrhages morrhaged morrhagic mophilia moglobin"),
    ("ae", "e", "an", "mia mic"),
    ("ae", "e", "p", "diatric diatrics diatrician diatricians dophile dophiles dophilia"),
    ("aesthe", "esthe", "an", "sia tic tics tist tists"),
    ("oe", "e", "f", "tus tuses tal"),
    ("oe", "e", "-", "dema strogen sophagus"),
    ("aem", "em", "leuk", "ia"),
    ("aed", "ed", "encyclop orthop", "ia ias ic ics"),
    ("aeolog", "eolog", "arch", "y ical ist ists"),
    ("aecolog", "ecolog", "gyn", "y ical ist ists"),
    ("hoea", "hea", "diarr", "-"),
    ("manoeuvr", "maneuver", "-", "ed ing"),
    ("manoeuvre", "maneuver", "-", "- s"),
    ("mould", "mold", "-", "- s ed ing y"),
    ("smoulder", "smolder", "-", "- s ed ing"),
    ("plough", "plow", "-", "- s ed ing"),
    ("grey", "gray", "-", "- s"),
    ("sceptic", "skeptic", "-", "- s al ally ism"),
    ("sulph", "sulf", "-", "ur uric ate ates ide"),
    ("artefact", "artifact", "-", "- s"),
    ("aluminium", "aluminum", "-", "-"),
    ("aeroplane", "airplane", "-", "- s"),
    ("programme", "program", "-", "- s"),
    ("judgement", "judgment", "-", "- s"),
    ("acknowledgement", "acknowledgment", "-", "- s"),
    ("ageing", "aging", "-", "-"),
    ("moustache", "mustache", "-", "- s"),
    ("pyjamas", "pajamas", "-", "-"),
    ("jewellery", "jewelry", "-", "-"),
    ("jeweller", "jeweler", "-", "- s"),
    ("woollen", "woolen", "-", "-"),
    ("marvellous", "marvelous", "-", "-"),
    ("enrol", "enroll", "-", "- s ment ments"),
    ("fulfil", "fulfill", "-", "- s ment"),
    ("distil", "distill", "-", "- s"),
    ("instalment", "installment", "-", "- s"),
    ("skilful", "skillful", "-", "- ly"),
    ("wilful", "willful", "-", "- ly"),
    ("cosy", "cozy", "-", "-"),
)  # fmt: skip

_FUNCTION_WORDS = """
a all am an and any are as at be but by can do for go had has have he her here him his how i if in is it its just may
me more most must my no nor not now of off on one or our out own per she so than that the their them then there they
this to too up us via was we were what when where which who whom why will with yes yet you your
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English words that carry no subject: in capitals they are taken for acronyms (US, WHO, IT), and acronyms for them."""


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for british, american, beginnings, endings in _FAMILIES:
        for beginning in beginnings.split():
            for ending in endings.split():
                ours, theirs = (f"{beginning}{middle}{ending}".replace("-", "") for middle in (british, american))
                table.setdefault(ours, theirs)
                table.setdefault(theirs, ours)
    return table


def twin(word: str) -> str | None:
    """The other spelling of a folded word: defence for defense, labor for labour; None when it has but one."""
    return _table().get(word)
