"""Text to sentences and tokens, every one with its offsets in the stored text.

Offsets are in Python characters of the text as it was stored; nothing here changes the text, so `text[t.start:t.end]` is
always the token as printed. Folding (lower case, no accents, straight quotes) is for look-up only and keeps the length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cumbre.read.wordlists import words

__all__ = ["Sentence", "Token", "fold", "language", "sentences", "tokenize"]

LONGEST_SENTENCE = 1200
"""Characters after which a run without a full stop is cut at a space, so that time and memory stay bounded."""

_TOKEN = re.compile(
    r"EE\.?\s?UU\.?|(?:[^\W\d_]\.){2,}|[^\W\d_]+n['’]t\b|['’][sS]\b|\d+(?:[.,:]\d+)*|[^\W\d_][^\W_]*|[^\w\s]|_",
    re.UNICODE,
)
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|\n\s*\n|\n(?=\s*[-•*–—])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“«])(?:mr|mrs|ms|dr|sr|sra|dra|jr|st|gen|col|lt|sgt|capt|gov|sen|rep|prof|rev|no|núm|num|art|vs|etc|inc|ltd|co|corp|"
    r"approx|p|pp|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|ee|uu|u\.s|u\.n|u\.k|e\.u|d\.c|a\.m|p\.m|a\. m|p\. m|lic|ing|mons|"
    r"[a-z])\.$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"[\s\"'“‘«(\[¿¡–—-]*(.)", re.DOTALL)

_STOP_EN = words("stop_en")
_STOP_ES = words("stop_es")


class Token(NamedTuple):
    """One word, number or sign; `low` is lower case, `key` lower case without accents."""

    text: str
    low: str
    key: str
    start: int
    end: int


class Sentence(NamedTuple):
    """One sentence: `start` and `end` are offsets into the stored text."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Lower case, without accents, with straight quotes.

    >>> fold("Bogotá"), fold("Türkiye"), fold("Côte d’Ivoire")
    ('bogota', 'turkiye', "cote d'ivoire")
    """
    low = word.lower().replace("’", "'").replace("‘", "'")
    if low.isascii():
        return low
    return "".join(c for c in unicodedata.normalize("NFD", low) if not unicodedata.combining(c))


@lru_cache(maxsize=100_000)
def _lower(word: str) -> str:
    low = word.lower().replace("’", "'")
    return low if low.isascii() else unicodedata.normalize("NFC", low)


_MARKS = re.compile(r"[\u0300-\u036f]")


def tokenize(text: str, offset: int = 0) -> list[Token]:
    """Tokens of one sentence; offsets are moved by `offset`.

    >>> [t.text for t in tokenize("Trump's U.S. team met EE. UU. envoys.")]
    ['Trump', "'s", 'U.S.', 'team', 'met', 'EE. UU.', 'envoys', '.']
    """
    found = []
    pattern = _TOKEN if not _MARKS.search(text) else _TOKEN_MARKED
    for m in pattern.finditer(text):
        word = m.group()
        found.append(Token(word, _lower(word), fold(word), m.start() + offset, m.end() + offset))
    return found


# Decomposed text (NFD) carries its accents as separate marks; they belong to the word before them.
_TOKEN_MARKED = re.compile(
    r"EE\.?\s?UU\.?|(?:[^\W\d_]\.){2,}|[^\W\d_]+n['’]t\b|['’][sS]\b|\d+(?:[.,:]\d+)*|[^\W\d_](?:[^\W_]|[\u0300-\u036f])*|[^\w\s]|_",
    re.UNICODE,
)


def _breaks(text: str) -> Iterator[int]:
    for m in _END.finditer(text):
        if text[m.start()] == "\n":
            yield m.start()
            continue
        if text[m.start()] == "." and _ABBREVIATION.search(text, max(0, m.start() - 12), m.start() + 1):
            continue
        after = _OPENS.match(text, m.end(), m.end() + 12)
        if after and after.group(1).islower():
            continue
        yield m.end()


def sentences(text: str) -> list[Sentence]:
    """Sentences of a text, with offsets; runs without an end are cut at a space.

    >>> [s.text for s in sentences("Mr. Petro met Dr. Ruiz. They spoke.  Nada más.")]
    ['Mr. Petro met Dr. Ruiz.', 'They spoke.', 'Nada más.']
    """
    found: list[Sentence] = []
    start = 0
    for end in [*_breaks(text), len(text)]:
        while end > start:
            stop = end
            if stop - start > LONGEST_SENTENCE:
                space = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
                stop = space if space > 0 else start + LONGEST_SENTENCE
            piece = text[start:stop]
            body = piece.strip()
            if body:
                first = start + len(piece) - len(piece.lstrip())
                found.append(Sentence(body, first, first + len(body)))
            start = stop
    return found


def language(text: str) -> str:
    """`en` or `es`, from the share of stop words and of Spanish letters in the first 20,000 characters.

    >>> language("The minister said that talks are over."), language("El ministro dijo que no hay diálogo.")
    ('en', 'es')
    """
    sample = text[:20_000].lower()
    words = re.findall(r"[^\W\d_]+", sample)
    english = sum(w in _STOP_EN for w in words)
    spanish = sum(w in _STOP_ES for w in words) + 0.5 * len(re.findall(r"[ñ¿¡áíóú]", sample))
    return "es" if spanish > english else "en"
