"""Forms that could be a verb or a noun: "strikes", "el rechazo", "trade talks"."""

from __future__ import annotations

from cumbre.read.lexicon import Lexicon
from cumbre.read.mention import DETERMINERS, PREPOSITIONS, Mention
from cumbre.read.morphology import GER, INF, PAST, PP, PRES, SUBJ
from cumbre.read.tokens import Token
from cumbre.read.wordlists import words

__all__ = ["nounlike"]

RELATIVES, SUBORDINATORS, ADVERBS = words("relatives"), words("subordinators"), words("adverbs")
BE, SER, HABER = words("be"), words("ser"), words("haber")

_BEFORE_BARE = words("before_bare")
_WEAPONS = words("weapons")
_AMOUNTS = words("amounts")
_ALLEGED = frozenset(["alleged", "suspected", "accused", "reported", "presumed"])
_ADJECTIVAL = ("al", "ic", "ime", "ive", "ous", "ary", "ian", "ish", "able", "ful", "less", "ing")


def _single(m: Mention, mentions: list[Mention]) -> bool:
    named = m.row.startswith(("countries", "groups")) and not m.person
    return named and not any(o is not m and o.group == m.group for o in mentions)


def _owned(tokens: list[Token], i: int) -> bool:
    """Only figures stand between an owner and the word."""
    j = i - 1
    while j > 0 and (tokens[j].text[:1].isdigit() or tokens[j].low in ("%", "per", "cent", "percent", "-", "point")):
        j -= 1
    return j < i - 1 and (tokens[j].text in ("'s", "’s") or tokens[j].low in ("its", "his", "her", "their"))


def _modifying(tokens: list[Token], i: int) -> bool:
    """A participle between a preposition or a number and a plural noun."""
    if not i or i + 1 >= len(tokens):
        return False
    before, after = tokens[i - 1].low, tokens[i + 1]
    plural = (
        after.text[:1].islower()
        and (after.low in ("staff", "people", "men", "women") or after.low.endswith("s"))
        and len(after.low) > 4
    )
    return plural and after.low not in PREPOSITIONS and (before in ("of", "for", "against", "with", "from") or before.isdigit())


_TEXTS = words("texts")
_ROTATING = words("rotating")


def nounlike(tokens: list[Token], i: int, lang: str, flags: int, lex: Lexicon, in_mention: bool, mentions: list[Mention]) -> bool:
    """A form that could be a noun stands where a noun stands."""
    if in_mention:
        return True
    before = tokens[i - 1].low if i else ""
    low = tokens[i].low
    if lang == "en" and low == "back" and i + 1 < len(tokens) and tokens[i + 1].low in PREPOSITIONS:
        return True  # "put back on the list"
    if lang == "en" and i == 0 and not flags & (PAST | INF) and flags & PRES and (low in lex.nominals or low in lex.nouns):
        return True
    if (
        lang == "en"
        and before in ("and", "or")
        and i > 1
        and low.endswith("s")
        and low in lex.nouns
        and tokens[i - 2].low in lex.nouns
    ):
        return True  # "tariffs and sanctions"
    before2 = tokens[i - 2].low if i > 1 else ""
    counted = before2[:1].isdigit() or before2 in DETERMINERS or before2 in PREPOSITIONS
    if lang == "en" and flags & PP and before.endswith("ly") and counted and low.endswith("ed"):
        return True  # "some 30 heavily armed gunmen"
    next_low = tokens[i + 1].low if i + 1 < len(tokens) else ""
    if low in ("suspected", "alleged", "presumed") and next_low not in ("that", "the", "a", "an", "of", "in", "by", "to"):
        return True  # "when suspected members of a gang opened fire"
    if lang == "en" and low in _ALLEGED and (before[:1].isdigit() or before in DETERMINERS):
        return True  # "238 alleged members"
    if lang == "en" and flags & PRES and not flags & (PAST | INF) and before2 in DETERMINERS and before.endswith(_ADJECTIVAL):
        return True  # "their maritime disputes"
    if lang == "en" and flags & PRES and not flags & PAST and low.endswith("s") and before.endswith("ing") and len(before) > 5:
        return True  # "trading partners", "bunker-busting bombs"
    if (
        lang == "en"
        and low.endswith("ing")
        and before in ("its", "their", "his", "a", "the")
        and i + 2 < len(tokens)
        and low in _ROTATING
    ):
        return True  # "its rotating battalion"
    if lang == "en" and flags & PP and flags & PAST and _modifying(tokens, i):
        return True  # "59 detained staff", "the mistreatment of deported migrants"
    if lang == "en" and before in _WEAPONS and low in ("bombs", "strikes", "attacks", "fires"):
        return True
    if lang == "en" and not flags & PAST and _owned(tokens, i):
        return True  # "Noboa's 30 % levy"
    if flags & PP and before in ("“", '"', "«") and before2 in DETERMINERS:
        return True  # 'a four-day "armed strike"'
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    if low in ("demand", "demands") and after in ("for", "from", "of", "in"):
        return True
    if low == "demanda" and (before in _AMOUNTS or after in ("de", "interna", "mundial", "externa")):
        return True
    plain = lang == "en" and low.endswith("s") and not flags & PAST and before not in ("us", "eu", "uk") and i > 0
    if plain and any(m.end == i and m.kind == "attr" for m in mentions):
        return True  # "Chinese posts"
    if lang == "en" and flags & INF and not flags & PAST and i:
        if before in DETERMINERS or before in ("any", "every", "such"):
            return True
        if before in _BEFORE_BARE or before in ADVERBS or before.endswith(("n't", "n’t", "ly")) or before == "not":
            return False
        if (
            low in lex.nouns
            and not low.endswith("s")
            and any(m.end == i and not m.plural and m.group >= 0 and _single(m, mentions) for m in mentions)
        ):
            return True  # "the UN aid chief": a state or body takes -s
        if any(m.end == i and m.kind != "attr" for m in mentions):
            paired = any(m.end == i and m.start and tokens[m.start - 1].text == "-" for m in mentions)
            return before in ("us", "u.s.") or (paired and low in lex.nominals)
        if before[:1].isalpha() and tokens[i - 1].text[:1].islower():
            if before in lex.verbs and before not in lex.nouns and before not in lex.nominals:
                return True  # "goes back"
            return not (
                before.endswith("s") and not before.endswith("ss") and before not in DETERMINERS and before not in PREPOSITIONS
            )
        return before in ("'s", "’s", "-", "”", "“", '"') or any(m.end == i for m in mentions)
    if lang == "en" and flags & GER and i and i + 1 < len(tokens) and tokens[i - 1].text[:1].islower() and before[:1].isalpha():
        nxt = tokens[i + 1]
        if (
            before not in PREPOSITIONS and before not in ADVERBS and before not in DETERMINERS and before not in _TEXTS
            and before not in lex.verbs and not before.endswith("s")
            and before not in RELATIVES and before not in SUBORDINATORS and before not in ("and", "or", "but",
            "then") and (low in lex.nominals or low in lex.nouns or (nxt.text[:1].islower()
            and nxt.low not in PREPOSITIONS and nxt.low not in DETERMINERS))
        ):  # fmt: skip
            return True  # "a powerful negotiating tool"
    if lang == "es":
        if flags & (INF | GER):
            return False
        if flags & PP and not flags & ~PP:
            # "la primera llamada", "salida de tropas"
            if (
                (before == "," or not i)
                and i + 1 < len(tokens)
                and tokens[i + 1].low in ("en", "por", "desde", "tras", "durante")
            ):
                return False  # "el opositor, secuestrado en Nairobi"
            named = (
                (low in lex.nominals or low in lex.nouns)
                and before not in SER
                and before not in HABER
                and before not in lex.verbs
            )
            return named and (i == 0 or before in DETERMINERS or before in PREPOSITIONS or before not in lex.nouns)
        if i == 0 and flags & (PRES | SUBJ) and not flags & PAST and low in lex.nominals:
            return True
        if before in DETERMINERS or (before in PREPOSITIONS and before not in ("como", "según")):
            # "la condena", "de ataque"; a clitic before a clear past form is a verb: "la rechazó"
            return not (flags & PAST and low[-1:] in "óá" and before in ("la", "lo", "los", "las"))
        if i and tokens[i - 1].text in ("“", "«", '"') and low in lex.nominals:
            return True
        follow = tokens[i + 1].low if i + 1 < len(tokens) else ""
        apart = before not in lex.verbs and before[:1].isalpha() and not any(m.end == i for m in mentions)
        if (
            flags & PRES
            and not flags & PAST
            and before2 in DETERMINERS
            and apart
            and follow in ("de", "del")
            and low in lex.nominals
        ):
            return True  # "la inmediata condena del Kremlin"
        # "ofreció ayuda"
        return bool(flags & PRES and not flags & PAST and before in lex.verbs and (low in lex.nouns or low in lex.nominals))
    if (
        flags & GER
        and (low in lex.nouns or low in lex.nominals)
        and i
        and tokens[i - 1].text[:1].isupper()
        and i > 1
        and before not in BE
    ):
        return True
    if flags & GER and before in ("the", "a", "of") and i + 1 < len(tokens) and tokens[i + 1].low == "of":
        return True
    if flags & GER and before in ("'s", "’s") and low in lex.nominals | lex.nouns.keys():
        return True  # "Bogotá's backing for"
    if flags & GER and before in ("the", "a", "this") and (low in lex.nouns or low in lex.nominals):
        return True  # "at a meeting"
    if not flags & (INF | PRES):
        return bool(flags & PP) and before in ("the", "a", "an", "its", "his", "her", "their") and not flags & GER
    if before in (
        "to",
        "will",
        "would",
        "could",
        "might",
        "may",
        "should",
        "must",
        "can",
        "not",
        "n't",
        "and",
        "or",
        "he",
        "she",
        "it",
        "they",
        "we",
        "you",
        "i",
        "who",
        "which",
        "that",
        "did",
        "does",
        "do",
    ):
        return False
    if before.endswith("n't"):
        return False
    if (
        before in DETERMINERS
        or before in PREPOSITIONS
        or before == "'s"
        or before in ("new", "recent", "further", "more", "major", "joint", "possible", "deadly", "planned", "no", "any")
    ):
        return True
    # A bare form after a lower-case word that is no plural subject is read as a noun: "drone strikes", "trade talks".
    if (
        before[:1].isalpha()
        and tokens[i - 1].text[:1].islower()
        and (low in lex.nominals or low in lex.nouns)
        and before not in ADVERBS
    ):
        return not (before.endswith("s") and flags & INF)
    return False
