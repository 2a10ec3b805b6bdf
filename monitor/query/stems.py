"""Words to stems, by Snowball and the item's language."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from monitor.query.normal import fold

if TYPE_CHECKING:
    from collections.abc import Callable

ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Language code to Snowball algorithm. A language without one has every word as its own stem."""

_ENOUGH = 20
_SURE = 0.9
_SAMPLE = 2000

_local = threading.local()


@lru_cache(maxsize=1 << 16)
def stems(word: str, language: str) -> tuple[str, ...]:
    """The folded stems of a normalised word; two where its accents, folded first, would lead elsewhere."""
    stem = _stemmer(language)
    lower = unicodedata.normalize("NFC", word.casefold())
    first = fold(stem(lower))
    if lower.isascii():
        return (first,)
    second = fold(stem(fold(word)))
    return (first,) if first == second else (first, second)


def stemmed_as(language: str) -> str:
    """The language by whose rules the words of a language are stemmed: itself, or "" where every word is its stem."""
    return language if language in ALGORITHMS else ""


def every_stem(word: str) -> frozenset[str]:
    """The stems of a word in all languages."""
    return frozenset(stem for language in ("", *ALGORITHMS) for stem in stems(word, language))


def _stemmer(language: str) -> Callable[[str], str]:
    """The stemmer of a language for this thread: Snowball's objects may not be shared."""
    name = ALGORITHMS.get(language)
    if name is None:
        return str
    stemmers: dict[str, Any] = _local.__dict__
    if name not in stemmers:
        import Stemmer

        if name not in Stemmer.algorithms():
            return str
        stemmers[name] = Stemmer.Stemmer(name)
    found: Callable[[str], str] = stemmers[name].stemWord
    return found


def detect_language(text: str) -> str | None:
    """The language of a text as a two-letter code; None when it is too short or too mixed to tell."""
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < _ENOUGH:
        return None
    language, probability = _identifier().classify(sample)
    return str(language) if probability >= _SURE else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
