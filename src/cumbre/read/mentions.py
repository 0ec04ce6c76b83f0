"""Actor mentions of a sentence: names, roles and demonyms put together into one actor each.

"Brazil's Finance Minister Fernando Haddad", "la canciller ecuatoriana, Gabriela Sommerfeld", "ELN guerrillas" are one mention
each. An unknown person takes country and role from the words beside the name and keeps them through the document.
"""

from __future__ import annotations

from cumbre.read.actors import Index
from cumbre.read.items import find_items
from cumbre.read.lexicon import Lexicon
from cumbre.read.mention import DETERMINERS, FUNCTION, POSSESSIVES, PREPOSITIONS, QUANTIFIERS, Context, Mention
from cumbre.read.morphology import PAST
from cumbre.read.naming import compose, opening_comma
from cumbre.read.resolving import fill_roles
from cumbre.read.tokens import Token
from cumbre.read.wordlists import words

__all__ = ["Context", "Mention", "find_mentions"]

_ADJECTIVES = words("role_adjectives")
_PARTICIPLES = words("mentions_participles")

# "en el centro de Lima", "in the north of Mali": the place is where, whatever stands before it.
_PARTS = words("parts")

_PHRASES: dict[tuple[str, ...], str] = {
    ("the", "orders", "of"): "by", ("on", "orders", "of"): "by", ("the", "order", "of"): "by", ("the", "instructions", "of"): "by",
    ("por", "parte", "de"): "por", ("a", "manos", "de"): "por", ("por", "cuenta", "de"): "por", ("por", "orden", "de"): "por",
    ("at", "hands", "of"): "by", ("the", "hands", "of"): "by", ("en", "contra", "de"): "contra", ("a", "favor", "de"): "for",
    ("en", "favor", "de"): "for", ("junto", "a"): "con", ("junto", "con"): "con", ("together", "with"): "with", ("de", "la", "mano"): "con",
    ("cerca", "de"): "cerca", ("alrededor", "de"): "cerca", ("dentro", "de"): "en", ("inside", "of"): "in", ("en", "torno", "a"): "cerca",
    ("frente", "a"): "frente", ("fuera", "de"): "fuera", ("outside", "of"): "outside", ("in", "front", "of"): "outside",
    ("por", "lado", "de"): "por",
    ("atribuida", "a"): "por", ("atribuido", "a"): "por", ("atribuidos", "a"): "por", ("atribuidas", "a"): "por",
    ("along", "with"): "with", ("al", "lado", "de"): "con", ("hasta", "en"): "en", ("off", "of"): "off",
    ("ante", "las", "costas"): "cerca", ("gracias", "a"): "de", ("thanks", "to"): "of", ("según", "de"): "según", ("lejos", "de"): "desde",
    ("procedente", "de"): "desde", ("procedentes", "de"): "desde", ("away", "from"): "from", ("respecto", "a"): "sobre",
    ("respecto", "de"): "sobre", ("rumbo", "a"): "hacia", ("camino", "de"): "hacia", ("con", "destino", "a"): "a",
}  # fmt: skip

_CONTRACTED = {"al": "a", "del": "de"}


_FORCES = frozenset(["MIL", "COP", "REB", "SPY"])


def _set_prepositions(mentions: list[Mention], tokens: list[Token], lex: Lexicon) -> None:
    opening = opening_comma(tokens)
    for g, mention in enumerate(mentions):
        j = mention.start - 1
        steps = 0
        while j >= 0 and steps < 4:
            t = tokens[j]
            if t.low == "that" and lex.lang == "en" and j and tokens[j - 1].low not in PREPOSITIONS:
                break  # "tensions that Mexico decried"
            if t.low in ("of", "de") and j and tokens[j - 1].low in QUANTIFIERS:
                j -= 2
                steps += 1
                continue
            if (
                t.low in PREPOSITIONS
                and not (t.low == "a" and lex.lang == "en")
                and not (t.low in ("around", "about", "over") and tokens[j + 1].text[:1].isdigit())
            ):
                mention.prep, mention.prep_at = _CONTRACTED.get(t.low, t.low), j
                if j > 1 and (whole := _PHRASES.get((tokens[j - 2].low, tokens[j - 1].low, mention.prep))):
                    mention.prep, mention.prep_at = whole, j - 2
                elif j and (whole := _PHRASES.get((tokens[j - 1].low, mention.prep))):
                    mention.prep, mention.prep_at = whole, j - 1
                if t.low in ("de", "del", "of") and j > 1 and tokens[j - 1].low in _PARTS:
                    k = j - 2 if tokens[j - 2].low in DETERMINERS else j - 1
                    where = tokens[k - (k == j - 2)] if k else None
                    if where is not None and where.low in ("in", "en", "on", "near", "outside"):
                        mention.prep = "in" if lex.lang == "en" else "en"
                break
            if t.low in ("around", "about", "over") and tokens[j + 1].text[:1].isdigit():
                j -= 1
                steps += 1
                continue
            if t.text[:1].isdigit() or t.low in DETERMINERS or t.text in ("\"", "“", "«", "‘") or (
                t.text[:1].isalpha() and t.low not in FUNCTION and t.low not in lex.verbs and t.text[:1].islower()
            ):  # fmt: skip
                j -= 1
                steps += 1
                continue
            break
        mention.possessive = (mention.end < len(tokens) and tokens[mention.end].text in ("'s", "’s")) or (
            mention.end < len(tokens) and tokens[mention.end].text in ("'", "’") and tokens[mention.end - 1].low.endswith("s")
        )
        mention.group = g
        if g:
            before = mentions[g - 1]
            gap = [t.low for t in tokens[before.end : mention.start] if t.low not in DETERMINERS]
            if (
                gap in (["and"], ["y"], ["e"], [",", "and"], [","], ["o"], ["or"], ["-"], [",", "y"], ["as", "well", "as"])
                and before.kind != "place"
                and not before.end <= opening < mention.start
                and not (gap == ["and"] and _next_clause(before, mention, tokens, lex))
            ):
                mention.group = before.group
                _same_force(before, mention, tokens)
                if not mention.prep or gap[-1:] == ["-"]:
                    mention.prep, mention.prep_at = before.prep, before.prep_at
            elif (
                before.kind == "actor"
                and len(gap) == 2
                and gap[0] in ("and", "y")
                and mention.prep
                and before.prep == mention.prep
                and gap[1] == mention.prep
            ):
                mention.group = before.group
    _drop_loose_commas(mentions, tokens)


def _next_clause(before: Mention, mention: Mention, tokens: list[Token], lex: Lexicon) -> bool:
    """ "backed Morocco's plan for Western Sahara and Algeria withdrew its envoy": the second name opens a clause of its own."""
    after = tokens[mention.end] if mention.end < len(tokens) else None
    if after is None or mention.prep or before.prep not in _OBJECTIVE or not _past(after, lex):
        return False
    return any(_past(t, lex) for t in tokens[max(0, before.start - 12) : before.start])


def _past(token: Token, lex: Lexicon) -> bool:
    """A verb in the past or an auxiliary: "withdrew", "has"."""
    if token.low in ("has", "have", "had", "was", "were", "is", "will"):
        return True
    return token.low not in lex.nouns and any(flags & PAST for _, flags in lex.verbs.get(token.low, ()))


_OBJECTIVE = words("objective")


def _same_force(before: Mention, mention: Mention, tokens: list[Token]) -> None:
    """ "jets of Egypt and Sudan", "Indian and Chinese troops": both are forces."""
    plain = mention.row.startswith("countries") and mention.end - mention.start == 1 and mention.kind == "actor"
    if (
        plain
        and before.sector in _FORCES
        and before.row.startswith("countries")
        and tokens[before.end - 1].text[:1].isupper()
        and not before.person
        and tokens[mention.start - 1].low in ("and", "y", "e")
    ):
        mention.sector = before.sector
    spanish = tokens[mention.start - 1].low in ("y", "e") and before.end == mention.start - 1
    if (
        spanish
        and mention.kind == "attr"
        and before.kind == "actor"
        and before.end - before.start > 1
        and before.code != mention.code
    ):
        mention.sector, mention.kind = before.sector, "actor"  # "tropas tailandesas y camboyanas"
    if before.kind == "attr" and before.end + 1 == mention.start and mention.sector in _FORCES and mention.kind == "actor":
        before.sector, before.kind = mention.sector, "actor"


def _drop_loose_commas(mentions: list[Mention], tokens: list[Token]) -> None:
    """A comma alone makes a list only where the list ends in a conjunction: "A, B and C"."""
    for g in range(1, len(mentions)):
        before, mention = mentions[g - 1], mentions[g]
        if mention.group == before.group and all(
            t.low == "," or t.low in DETERMINERS for t in tokens[before.end : mention.start]
        ):
            rest = [m for m in mentions[g + 1 : g + 6] if m.group == mention.group]
            closed = any(
                tokens[m.start - 1].low in ("and", "y", "e", "or", "o")
                or (m.start > 1 and tokens[m.start - 2].low in ("and", "y", "e"))
                for m in rest
            )
            if not closed:
                for m in mentions[g:]:
                    if m.group == before.group:
                        m.group = g
                mention.prep = mention.prep if mention.prep_at >= before.end else ""


def _modifier(m: Mention, tokens: list[Token], lex: Lexicon) -> bool:
    """A role that only describes another noun: "military action", "police station", "maniobras militares"."""
    if lex.lang == "es" and m.kind == "role" and m.end - m.start == 1 and tokens[m.start].low in _PARTICIPLES:
        behind = tokens[m.end].low if m.end < len(tokens) else ""
        return (not m.start or tokens[m.start - 1].low in (",", "y")) and behind in ("en", "por", "desde", "durante", "tras")
    if lex.lang == "es" and m.kind == "role" and m.end - m.start == 1 and m.start and tokens[m.start].low in _ADJECTIVES:
        before = tokens[m.start - 1]
        return (
            before.text[:1].isalpha() and before.text[:1].islower() and before.low not in FUNCTION and before.low not in lex.verbs
        )
    if lex.lang != "en" or m.kind != "role" or m.end - m.start > 1 or m.end >= len(tokens):
        return False
    word, after = tokens[m.start].low, tokens[m.end]
    if word == "general" and after.low in ("strike", "strikes", "election", "elections", "amnesty", "assembly"):
        return True
    if word.endswith("s") or word in ("people", "police", "men", "women", "children"):
        return word == "police" and after.low in ("station", "stations", "custody", "car", "vehicle")
    return after.text[:1].islower() and after.low not in FUNCTION and after.low not in lex.verbs and not after.low.endswith("ly")


def _own_stance(m: Mention, tokens: list[Token]) -> bool:
    """ "his opposition" is a stance and not the opposition."""
    return (
        m.kind == "role" and m.sector == "OPP" and m.start > 0 and tokens[m.start - 1].low in POSSESSIVES and m.end - m.start == 1
    )


def find_mentions(tokens: list[Token], index: Index, lex: Lexicon, context: Context) -> list[Mention]:
    """Mentions of one sentence in order; roles without a country are resolved where the sentence or the document allows it.

    >>> import datetime as dt
    >>> from cumbre.read.actors import actor_index
    >>> from cumbre.read.lexicon import lexicon
    >>> from cumbre.read.tokens import tokenize
    >>> text = "Brazil's Finance Minister Fernando Haddad met Colombian President Gustavo Petro in Lima."
    >>> found = find_mentions(tokenize(text), actor_index(), lexicon("en"), Context(dt.date(2025, 1, 5)))
    >>> [m.actor for m in found]
    ['BRA GOV', 'COL GOV', 'PER GOV']
    """
    letters = [t for t in tokens if t.text[:1].isalpha() and len(t.text) > 3]
    shout = bool(letters) and all(t.text.isupper() for t in letters)
    items = find_items(tokens, index, lex.lang, context, shout)
    mentions = compose(items, tokens, lex, context, shout)
    mentions = [m for m in mentions if not _own_stance(m, tokens) and not _modifier(m, tokens, lex)]
    _set_prepositions(mentions, tokens, lex)
    _blocs(mentions, tokens)
    fill_roles(mentions, tokens, context, lex.lang)
    return mentions


def _blocs(mentions: list[Mention], tokens: list[Token]) -> None:
    """ "Mali left ECOWAS, accusing the bloc of ...": the bloc is the one named before."""
    for g, m in enumerate(mentions):
        if m.code == "EUR" and tokens[m.end - 1].low in ("bloc", "bloque"):
            named = next(
                (o for o in reversed(mentions[:g]) if o.sector == "IGO" and o.code not in ("UNO", "EUR", "ICJ", "ICC", "IMF")),
                None,
            )
            if named is not None and not any(o.code == "EUR" for o in mentions[:g]):
                m.code, m.row = named.code, named.row
