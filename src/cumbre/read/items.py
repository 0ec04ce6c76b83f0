"""Names found in a sentence: the longest of the alias tables, people the document has introduced, pairs and pronouns."""

from __future__ import annotations

from dataclasses import dataclass

from cumbre.read.actors import Alias, Index, office
from cumbre.read.mention import PRONOUNS, Context
from cumbre.read.tokens import Token
from cumbre.read.wordlists import words

__all__ = ["Item", "find_items"]

# "the two leaders", "ambos cancilleres", "los dos ministerios de Defensa": two sides without their names.
_OPENERS = (("the", "two"), ("los", "dos"), ("las", "dos"), ("both",), ("ambos",), ("ambas",), ("sendos",), ("sendas",))
_HEADS = words("pair_heads")
_WHOLE = (
    ("the", "pair"), ("the", "parties"), ("las", "partes"), ("dos", "paises"), ("the", "rivals"), ("the", "neighbours"),
    ("the", "neighbors"), ("the", "warring", "sides"), ("the", "warring", "parties"), ("las", "partes", "enfrentadas"),
)  # fmt: skip
_WHOLE_BY_START = {start: tuple(w for w in _WHOLE if w[0] == start) for start in {w[0] for w in _WHOLE}}
_OPENERS_BY_START = {o[0]: o for o in _OPENERS}


def _pair(tokens: list[Token], i: int) -> int:
    """End of a pair that starts at a token, -1 if none does; one adjective may stand before the head."""
    n, key = len(tokens), tokens[i].key
    for whole in _WHOLE_BY_START.get(key, ()):
        if i + len(whole) <= n and all(tokens[i + k].key == w for k, w in enumerate(whole)):
            return i + len(whole)
    opener = _OPENERS_BY_START.get(key)
    if opener is None:
        return -1
    at = i + len(opener)
    if at < n and tokens[i + len(opener) - 1].key == opener[-1] and tokens[at].text[:1].islower():
        if (
            tokens[at].low.endswith(_DONE)
            and opener[-1] in ("both", "ambos", "ambas")
            and (not i or tokens[i - 1].low in _JOINTS)
        ):
            return at  # "and both pledged"
        for head in (at, at + 1):
            if head < n and tokens[head].key in _HEADS:
                return head + 1
    return -1


_DONE = ("ed", "aron", "ieron")
_JOINTS = frozenset(["and", "y", ";", "but", "pero", "“"])
_LED = words("led")


_PARTICIPLES = words("participles")


_AUXILIARIES = words("ser") | words("haber") | frozenset(["siendo", "resultaron", "resultó", "fueron", "fue"])


@dataclass
class Item:
    start: int
    end: int
    kind: str
    code: str | None
    sector: str
    row: str
    alias: Alias | None = None


def find_items(tokens: list[Token], index: Index, lang: str, context: Context, shout: bool) -> list[Item]:
    """Names of the alias tables in a sentence, the longest first, with what the article has made known of people."""
    found: list[Item] = []
    n, i = len(tokens), 0
    people = context.people
    while i < n:
        token = tokens[i]
        key = token.key
        entries = index.get(key)
        taken: Item | None = None
        if entries is not None:
            follow = tokens[i + 1].key if i + 1 < n else ""
            for rest, rows in entries:
                if rest and rest[0] != follow:
                    continue  # most names fail at their second word
                stop = i + 1 + len(rest)
                if stop > n or (rest and any(tokens[i + 1 + k].key != rest[k] for k in range(len(rest)))):
                    continue
                upper_first = token.text[:1].isupper()
                usable = [
                    r for r in rows
                    if (not r.capital or upper_first) and (not r.last or tokens[stop - 1].text[:1].isupper())
                    and (not r.upper or token.text.replace(".", "").isupper() or shout)
                    and not (r.kind == "demonym_es" and lang == "en") and not (r.kind == "role" and r.row[-2:] != lang)
                    and not (r.kind == "place" and key == "santander")
                ]  # fmt: skip
                if not usable:
                    continue
                first = usable[0]
                if first.kind == "demonym" and lang == "es" and len(usable) > 1 and not first.upper:
                    first = usable[1]
                if first.kind == "person":
                    same = tuple(r for r in usable if r.kind == "person")
                    row, sector = office(same, context.date)
                    taken = Item(i, stop, "person", row.code, sector, row.row, row)
                elif first.kind == "role" and key in _PARTICIPLES and i and tokens[i - 1].low in _AUXILIARIES:
                    continue  # "fueron detenidos": a verb, and no one detained before
                elif first.kind == "role" and stop + 1 < n and tokens[stop].text == "-" and tokens[stop + 1].low in _LED:
                    continue  # "the army-led government"
                elif first.kind == "role" and key == "cortes" and token.low != "cortes":
                    continue
                elif first.kind == "role":
                    taken = Item(i, stop, "role", None, first.sector, first.row, first)
                else:
                    kind = "demonym" if first.kind.startswith("demonym") else first.kind
                    if key == "santiago" and first.kind == "capital" and stop < n and tokens[stop].text[:1].isupper():
                        continue  # a given name
                    if key in ("american", "americans") and i and tokens[i - 1].low in ("latin", "central", "south", "north"):
                        continue
                    if key == "us" and not (token.text in ("US", "U.S.") or shout):
                        continue
                    taken = Item(i, stop, kind, first.code, first.sector, first.row, first)
                    if kind == "state" and any(r.kind == "demonym" for r in usable) and lang == "en":
                        taken.kind = "state_adj"  # US, UK: noun and adjective
                break
        if taken is None and people and token.text[:1].isupper() and key in people:
            code, sector = people[key]
            taken = Item(i, i + 1, "person", code, sector, "document")
        if taken is None and (key in _OPENERS_BY_START or key in _WHOLE_BY_START):
            stop = _pair(tokens, i)
            if stop > 0:
                taken = Item(i, stop, "pair", None, "GOV", "")
        if taken is None and (token.low in PRONOUNS):
            taken = Item(i, i + 1, "pron", None, "GOV", "")
        if taken is not None:
            found.append(taken)
            i = taken.end
        else:
            i += 1
    return found
