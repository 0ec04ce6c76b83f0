"""Actor mentions of a sentence: names, roles and demonyms put together into one actor each.

"Brazil's Finance Minister Fernando Haddad", "la canciller ecuatoriana, Gabriela Sommerfeld", "ELN guerrillas" are one mention
each. An unknown person takes country and role from the words beside the name and keeps them through the document.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from cumbre.read.actors import Alias, Index, office
from cumbre.read.lexicon import Lexicon
from cumbre.read.morphology import PAST, PRES
from cumbre.read.tokens import Token
from cumbre.read.wordlists import words

__all__ = ["Context", "Mention", "find_mentions"]

DETERMINERS = words("determiners")
PREPOSITIONS = words("prepositions")
GLUE_OF = frozenset(("of", "for", "de", "del", "from"))
FUNCTION = (
    PREPOSITIONS
    | DETERMINERS
    | frozenset(
        [
            "and",
            "or",
            "but",
            "y",
            "e",
            "o",
            "u",
            "pero",
            "ni",
            "que",
            "who",
            "which",
            "that",
            "whom",
            "whose",
            "quien",
            "quienes",
            "cuyo",
            "cuya",
            "said",
        ]
    )
)
POSSESSIVES = words("possessives")
PRONOUNS = words("pronouns")
PAIR = (
    ("both", "sides"), ("both", "countries"), ("both", "governments"), ("both", "leaders"), ("both", "presidents"), ("both", "nations"),
    ("the", "two", "leaders"), ("the", "two", "presidents"), ("the", "two", "countries"), ("the", "two", "governments"),
    ("the", "two", "nations"), ("the", "two", "sides"), ("the", "two", "men"), ("the", "pair"), ("the", "parties"), ("the", "two", "armies"),
    ("los", "dos", "paises"), ("los", "dos", "presidentes"), ("los", "dos", "gobiernos"), ("los", "dos", "mandatarios"),
    ("ambos", "paises"), ("ambos", "presidentes"), ("ambos", "gobiernos"), ("ambos", "mandatarios"), ("ambas", "partes"),
    ("ambos", "lideres"), ("las", "partes"), ("las", "dos", "partes"), ("los", "dos", "lideres"), ("ambas", "naciones"), ("both", "parties"),
    ("ambos", "dirigentes"), ("las", "dos", "naciones"), ("ambos", "cancilleres"), ("dos", "paises"), ("ambos", "ejercitos"),
    ("ambos", "estados"),
)  # fmt: skip
_OFFICES = words("offices")
QUANTIFIERS = words("quantifiers")
_KEPT = frozenset(("GOV", "MIL", "JUD", "REB", "LEG"))
_CONTRACTED = {"al": "a", "del": "de"}
_ABROAD = words("loose")
_HOLDERS = frozenset(
    """president minister premier chancellor secretary leader king queen emir prince ambassador envoy governor mayor spokesman spokeswoman mandatario
    mandataria presidente presidenta ministro ministra canciller rey reina emir príncipe embajador embajadora gobernador portavoz vocero líder""".split()
)
_TIED = words("tied")
_PAIR_HEADS = {p[0] for p in PAIR}
_LEADERS = frozenset(("GOV", "LEG"))


@dataclass
class Mention:
    """Tokens `start:end` that name one actor. `kind`: actor, attr (a demonym on a thing), place, role (no country), pron, pair."""

    start: int
    end: int
    code: str | None
    sector: str
    kind: str
    row: str = ""
    person: bool = False
    plural: bool = False
    prep: str = ""
    prep_at: int = -1
    possessive: bool = False
    group: int = -1
    inferred: bool = False
    weak: bool = False

    @property
    def actor(self) -> str | None:
        """`ISO3 SECTOR`, or None where the country is unknown."""
        return f"{self.code} {self.sector}" if self.code else None


@dataclass
class Context:
    """What earlier sentences of the document established."""

    date: dt.date | None = None
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    dyad: list[str] = field(default_factory=list)
    subject: tuple[str, str] | None = None
    home: str | None = None


@dataclass
class _Item:
    start: int
    end: int
    kind: str
    code: str | None
    sector: str
    row: str
    alias: Alias | None = None


def _items(tokens: list[Token], index: Index, lang: str, context: Context, shout: bool) -> list[_Item]:
    found: list[_Item] = []
    n, i = len(tokens), 0
    people = context.people
    while i < n:
        token = tokens[i]
        key = token.key
        entries = index.get(key)
        taken: _Item | None = None
        if entries is not None:
            for rest, rows in entries:
                stop = i + 1 + len(rest)
                if stop > n or (rest and any(tokens[i + 1 + k].key != rest[k] for k in range(len(rest)))):
                    continue
                upper_first = token.text[:1].isupper()
                usable = [
                    r for r in rows
                    if (not r.capital or upper_first) and (not r.last or tokens[stop - 1].text[:1].isupper()) and (not r.upper or token.text.replace(".", "").isupper() or shout)
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
                    taken = _Item(i, stop, "person", row.code, sector, row.row, row)
                elif first.kind == "role":
                    taken = _Item(i, stop, "role", None, first.sector, first.row, first)
                else:
                    kind = "demonym" if first.kind.startswith("demonym") else first.kind
                    if key == "us" and not (token.text in ("US", "U.S.") or shout):
                        continue
                    taken = _Item(i, stop, kind, first.code, first.sector, first.row, first)
                    if kind == "state" and any(r.kind == "demonym" for r in usable) and lang == "en":
                        taken.kind = "state_adj"  # US, UK: noun and adjective
                break
        if taken is None and people and token.text[:1].isupper() and key in people:
            code, sector = people[key]
            taken = _Item(i, i + 1, "person", code, sector, "document")
        if taken is None and key in _PAIR_HEADS:
            for pair in PAIR:
                if all(i + k < n and tokens[i + k].key == w for k, w in enumerate(pair)):
                    taken = _Item(i, i + len(pair), "pair", None, "GOV", "")
                    break
        if taken is None and (token.low in PRONOUNS or (key == "this" and False)):
            taken = _Item(i, i + 1, "pron", None, "GOV", "")
        if taken is not None:
            found.append(taken)
            i = taken.end
        else:
            i += 1
    return found


def _name_run(tokens: list[Token], i: int, stop: int) -> int:
    """End of a run of capitalised words (a name) that starts at i; i itself if there is none."""
    j = i
    while j < min(stop, i + 6):
        word = tokens[j].text
        if word[:1].isupper() and word[:1].isalpha():
            j += 1
        elif (
            j > i
            and tokens[j].low in ("de", "del", "la", "bin", "al", "el", "van", "von", "da", "dos", "-", ".", "los", "y", "ibn")
            and j + 1 < stop
        ):
            following = tokens[j + 1].text
            if tokens[j].low == "y" or not (following[:1].isupper() or following.lower() in ("la", "los", "der")):
                break
            j += 1
        else:
            break
    while j > i and tokens[j - 1].low in ("de", "del", "la", "-", ".", "los", "el"):
        j -= 1
    return j


def _plain_gap(tokens: list[Token], a: int, b: int, lex: Lexicon, most: int) -> bool:
    """Up to `most` adjectives or nouns, none of them a function word or a finite verb."""
    if b - a > most:
        return False
    for t in tokens[a:b]:
        if not t.text[:1].isalpha() and t.text != "-":
            return False
        if t.low in FUNCTION:
            return False
        entry = lex.verbs.get(t.low)
        if entry and any(flags & (PAST | PRES) and not flags & 4 for _, flags in entry) and t.low not in lex.nouns:
            return False
        if entry and lex.lang == "en" and t.low.endswith("ed"):
            return False
    return True


def _sector(first: str, second: str, lang: str) -> str:
    if first == "GOV":
        return second
    if second == "GOV" or lang == "es":
        return first
    return second if first in ("CVL", "BUS") else first


def _compose(items: list[_Item], tokens: list[Token], lex: Lexicon, context: Context, shout: bool) -> list[Mention]:
    lang = lex.lang
    mentions: list[Mention] = []
    n_items, k, n = len(items), 0, len(tokens)
    while k < n_items:
        item = items[k]
        if item.kind == "media":
            k += 1
            continue
        start, end, code, row = item.start, item.end, item.code, item.row
        sector: str = item.sector
        kinds = {item.kind}
        role_sector: str | None = item.sector if item.kind == "role" else None
        last = item
        k += 1
        if item.kind in ("pron", "pair"):
            mentions.append(Mention(start, end, None, "GOV", item.kind))
            continue
        while k < n_items:
            nxt = items[k]
            gap = tokens[end : nxt.start]
            words = [t.low for t in gap]
            size = len(gap)
            named = bool(kinds & {"demonym", "state", "state_adj", "capital", "group", "person"})
            joined = False
            if nxt.kind == "role":
                if named and role_sector is None:
                    if size == 0:
                        joined = lang == "en" or last.kind == "demonym"
                        if last.kind == "person" and lang == "es":
                            joined = False
                        if lang == "es" and last.kind == "demonym":
                            # "cubano" before a role is a noun of its own unless the role is an adjective-like noun
                            joined = False
                    elif (
                        words == ["'s"]
                        or (lang == "en" and words and words[0] == "'s" and _plain_gap(tokens, end + 1, nxt.start, lex, 3))
                        or (lang == "en" and last.kind in ("demonym", "state_adj") and _plain_gap(tokens, end, nxt.start, lex, 2))
                    ):
                        joined = True
                    elif words in (["-"],) and lang == "en":
                        joined = False
                    elif (
                        last.kind == "person"
                        and words
                        and words[0] == ","
                        and size <= 2
                        and (size == 1 or words[1] in DETERMINERS)
                    ):
                        joined = nxt.sector in _LEADERS or nxt.sector in ("ELI", "OPP", "PTY")
                elif role_sector is not None and size == 0:
                    joined = True
                elif (
                    role_sector is not None and lang == "en" and _plain_gap(tokens, end, nxt.start, lex, 1) and size == 1 and code
                ):
                    joined = tokens[end].low in ("of",) or tokens[end].text[:1].isupper()
                elif (
                    role_sector is not None
                    and words in (["de"], ["del"], ["of"], ["of", "the"], ["de", "la"], ["de", "los"])
                    and ((nxt.sector != "CVL" and nxt.sector != "GOV") or role_sector in ("GOV", "CVL"))
                ):
                    joined = role_sector in ("GOV", "CVL", "LEG", "ELI", "MIL", "COP", "REB", "CRM") and tokens[
                        end - 1
                    ].low not in ("presos",)
                if (
                    joined
                    and role_sector is None
                    and kinds == {"group"}
                    and item.sector not in ("GOV", "MIL")
                    and nxt.sector in _KEPT
                ):
                    role_sector = item.sector  # a Hamas delegation speaks for Hamas
                elif joined:
                    role_sector = nxt.sector if role_sector is None else _sector(role_sector, nxt.sector, lang)
            elif nxt.kind == "demonym":
                if role_sector is not None and code is None:
                    if (
                        size == 0
                        or (lang == "es" and words[0] in ("de", "del") and _topic_end(tokens, end, nxt.start) == nxt.start)
                        or (lang == "es" and size == 1 and _plain_gap(tokens, end, nxt.start, lex, 1))
                    ):
                        joined = True
                    elif lang == "es" and words in (["de"],) and role_sector == "CVL" and tokens[nxt.start].low.endswith("s"):
                        joined = True
                elif size == 0 and nxt.code == code and (kinds == {"demonym"} or (lang == "es" and "group" in kinds)):
                    joined = True
                if joined:
                    code, row = nxt.code, nxt.row
            elif nxt.kind in ("state", "state_adj", "capital", "group", "place"):
                if role_sector is not None and code is None:
                    if (
                        words
                        and words[0] in GLUE_OF
                        and (size == 1 or (size == 2 and words[1] in ("the", "la", "los", "el", "las")))
                    ):
                        joined = True
                    elif size > 2 and words[0] in GLUE_OF and nxt.kind != "group":
                        joined = _topic_end(tokens, end, nxt.start) == nxt.start
                    elif size == 0 and lang == "es" and nxt.kind == "group":
                        joined = True
                    elif lang == "en" and size == 1 and words == ["-"]:
                        joined = False
                if joined:
                    code, row = nxt.code, nxt.row
                    if (
                        nxt.kind == "group"
                        and nxt.sector not in ("GOV",)
                        and role_sector in ("GOV", "MIL", "REB", "CVL", "CRM", "LEG", "COP")
                    ):
                        role_sector = nxt.sector
            elif nxt.kind == "person":
                if role_sector is not None and (size == 0 or words == [","] or words == ["-"]):
                    joined = not (words == [","] and code is not None and nxt.code is not None and code != nxt.code)
                    if (
                        joined
                        and words == [","]
                        and code is None
                        and nxt.start - end == 1
                        and not _apposition(tokens, end, nxt.end)
                    ):
                        joined = False
                elif role_sector is not None and code is None and words in (["of"], ["de"]):
                    joined = True
                elif (
                    role_sector is not None
                    and code is None
                    and size > 2
                    and words[-1] == ","
                    and words[0] in ("de", "del", "of", "for")
                ):
                    joined = _topic_end(tokens, end, nxt.start) == nxt.start - 1
                elif named and size == 0 and code == nxt.code and "person" not in kinds:
                    joined = True
                if joined:
                    # Office noun and country beat the name: a president of 2014 is not the former elite of today.
                    if code is None:
                        code = nxt.code
                        row = nxt.row
                    if nxt.sector == "GOV" and role_sector in ("JUD", "PTY", "LEG"):
                        role_sector = "GOV"
                    if nxt.sector != "ELI" and role_sector == "GOV" and nxt.sector in ("OPP", "LEG", "PTY") and words != ["of"]:
                        role_sector = nxt.sector if nxt.sector == "OPP" else role_sector
            if not joined:
                break
            kinds.add(nxt.kind)
            end, last = nxt.end, nxt
            k += 1
        # A name that no table knows takes what stands beside it.
        stop = items[k].start if k < n_items else n
        person = "person" in kinds
        if role_sector is not None and not person and end < n and not shout:
            topic = _topic_end(tokens, end, stop) if code is None or last.kind == "role" else end
            at = topic
            comma = at < stop and tokens[at].text == ","
            run = _name_run(tokens, at + comma, stop)
            if (
                run > at + comma
                and (not comma or (run - at - 1 >= 2 and (run >= n or tokens[run].text in (",", ".", ";", ")", "'s", ":"))))
                and (run - at - comma >= 2 or not comma)
            ):
                if code is not None:
                    surname = tokens[run - 1].key
                    if len(surname) > 2:
                        context.people[surname] = (code, role_sector)
                person = True
                end = run
            elif topic > end and topic < n:
                end = topic
        sector = role_sector or sector
        office_holder = role_sector == "GOV" and any(t.low in _HOLDERS for t in tokens[start:end])
        person = person or office_holder
        kind = "actor"
        if kinds == {"demonym"} or kinds == {"state_adj"}:
            kind, sector = _bare_demonym(tokens, start, end, lang, kinds)
        elif kinds == {"role"}:
            kind = "role"
        elif kinds == {"place"}:
            kind = "place"
        if item.kind in ("state", "state_adj", "demonym", "capital") and end < n and tokens[end].text == "-":
            nearby = tokens[end + 1].low if end + 1 < n else ""
            if nearby in (
                "backed",
                "led",
                "brokered",
                "linked",
                "controlled",
                "owned",
                "made",
                "mediated",
                "born",
                "based",
                "held",
                "sponsored",
                "occupied",
                "language",
            ):
                continue
        mentions.append(Mention(start, end, code, sector, kind, row, person))
    return mentions


def _apposition(tokens: list[Token], comma: int, end: int) -> bool:
    return end >= len(tokens) or tokens[end].text in (",", ".", ";", ")", "'s", "’s")


def _topic_end(tokens: list[Token], start: int, stop: int) -> int:
    """End of "of Foreign Affairs", "de Minas y Energía" after an office; `start` itself if there is no such topic."""
    j = start
    if j >= stop or tokens[j].low not in ("of", "de", "del", "for"):
        return start
    seen = False
    j += 1
    while j < stop and j - start < 9:
        t = tokens[j]
        if t.text[:1].isupper():
            seen = True
        elif (
            t.low not in ("la", "el", "los", "las", "de", "del", "y", "e", "and", "the", "of", ",")
            or (t.text == "," and not (j + 1 < stop and tokens[j + 1].text[:1].isupper()))
            or t.text == ","
        ):
            break
        j += 1
    while (
        j > start + 1
        and tokens[j - 1].low in ("la", "el", "los", "las", "de", "del", "y", "e", "and", "the", "of", ",")
        and j < stop
    ):
        j -= 1
    if stop <= start + 9 and seen and all(t.low in ("de", "del", "of", "la", "el", "the") for t in tokens[j:stop]):
        return stop
    return j if seen else start


def _bare_demonym(tokens: list[Token], start: int, end: int, lang: str, kinds: set[str]) -> tuple[str, str]:
    after = tokens[end].low if end < len(tokens) else ""
    before = tokens[start - 1].low if start else ""
    word = tokens[end - 1].low
    nounlike = after == "" or not after[:1].isalpha() or after in FUNCTION or after == "'s"
    if kinds == {"state_adj"}:
        return ("actor", "GOV") if before in ("the", "la", "el") or nounlike else ("attr", "GOV")
    if lang == "en":
        if word.endswith("s") and not word.endswith(("ss", "ese")) and (nounlike or True) and word not in ("swiss",):
            return "actor", "CVL"
        if (nounlike and before in ("the", "a", "an")) or before[:1].isdigit():
            return "actor", "CVL"
        return "attr", "GOV"
    plural = word.endswith("s")
    if before == "de" and start > 1 and tokens[start - 2].low in QUANTIFIERS and plural:
        return "actor", "CVL"
    if (
        (before in DETERMINERS or before[:1].isdigit() or before in ("a", "entre"))
        and (plural or nounlike)
        and before not in ("más",)
    ):
        return "actor", "CVL"
    return "attr", "GOV"


def _set_prepositions(mentions: list[Mention], tokens: list[Token], lex: Lexicon) -> None:
    for g, mention in enumerate(mentions):
        j = mention.start - 1
        steps = 0
        while j >= 0 and steps < 4:
            t = tokens[j]
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
            ):
                mention.group = before.group
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


def _fill_roles(mentions: list[Mention], tokens: list[Token], context: Context, lex_lang: str) -> None:
    """Country of roles and pronouns that stand without one, from the words beside them, the sentence and the document."""
    for g, mention in enumerate(mentions):
        if mention.kind not in ("role", "pron"):
            continue
        before = tokens[mention.start - 1].low if mention.start else ""
        before2 = tokens[mention.start - 2].low if mention.start > 1 else ""
        earlier = [m for m in mentions[:g] if m.code and m.kind in ("actor", "attr", "role") and m.code != "NGO"]
        if mention.kind == "pron":
            people = [m for m in earlier if m.person or tokens[mention.start].low in ("it", "they", "ellos")]
            pick = next((m for m in people if not m.prep), people[0] if people else None)
            if pick is not None:
                mention.code, mention.sector, mention.inferred = pick.code, pick.sector, True
            elif context.subject is not None and tokens[mention.start].low != "it":
                mention.code, mention.sector = context.subject
                mention.inferred = True
            continue
        if before in POSSESSIVES or before2 in POSSESSIVES:
            pick = next((m for m in earlier if not m.prep), earlier[0] if earlier else None)
            counterpart = tokens[mention.start].low in (
                "counterpart",
                "counterparts",
                "homólogo",
                "homóloga",
                "par",
                "colega",
                "homólogos",
            )
            if tokens[mention.start - 1].low in ("its", "their"):
                states = [m for m in earlier if not m.person]
                pick = states[-1] if states else pick
            if pick is not None and not counterpart:
                mention.code, mention.inferred = pick.code, True
            elif context.subject is not None and not counterpart:
                mention.code, mention.inferred = context.subject[0], True
            continue
        if tokens[mention.start].text == "Congress" and lex_lang == "en":
            codes = {m.code for m in earlier}
            mention.code, mention.inferred = (next(iter(codes)) if len(codes) == 1 else "USA"), True
            continue
        # "police in Medellín", "manifestantes en Túnez"
        after = next(
            (
                m
                for m in mentions[g + 1 : g + 3]
                if m.prep in ("in", "en", "of", "de") and m.code and 0 <= m.prep_at - mention.end < 5
            ),
            None,
        )
        if after is None:
            after = next(
                (
                    m
                    for m in mentions[g + 1 : g + 2]
                    if m.code
                    and m.prep in ("for", "to", "by", "con", "a", "por", "para")
                    and any(t.low in _TIED for t in tokens[mention.end : m.start])
                    and m.start - mention.end < 6
                ),
                None,
            )
        if after is not None and all(t.text not in (",", ";") for t in tokens[mention.end : after.start]):
            mention.code, mention.inferred = after.code, True
            continue
        if mention.sector in ("MIL", "COP", "JUD", "LEG", "OPP", "GOV", "PTY", "ELI", "SPY", "REB") and not earlier:
            places = {m.code for m in mentions if m.kind in ("place",) and m.code}
            if len(places) == 1:
                mention.code, mention.inferred = next(iter(places)), True
                continue
        if tokens[mention.end - 1].low == "administration" and not earlier:
            mention.code, mention.inferred = "USA", True
            continue
        there = [m for m in mentions if m.code and m is not mention and m.prep in ("in", "en") and m.kind in ("place", "actor")]
        if (
            mention.sector == "GOV"
            and len(there) == 1
            and there[0].code not in {m.code for m in earlier if m is not there[0]}
            and not mention.person
        ):
            mention.code, mention.inferred = there[0].code, True
            continue
        if mention.sector == "GOV" and tokens[mention.end - 1].low in _OFFICES:
            states = [m for m in earlier if m.sector == "GOV"]
            everyone = {m.code for m in mentions if m.person and m.code}
            if states:
                people = [m for m in states if m.person or m.kind == "actor"]
                mention.code, mention.inferred = (people or states)[-1].code, True
                continue
            if context.subject is not None and context.subject[1] == "GOV":
                mention.code, mention.inferred = context.subject[0], True
                continue
            if len(everyone) == 1:
                mention.code, mention.inferred = next(iter(everyone)), True
                continue
        around = {m.code for m in there}
        if (
            not earlier
            and len(around) == 1
            and mention.sector not in ("BUS", "MED", "NGO", "GOV")
            and tokens[mention.end - 1].low not in _ABROAD
        ):
            mention.code, mention.inferred = next(iter(around)), True
            continue
        if context.home is not None and mention.sector not in ("BUS", "MED", "NGO", "CVL"):
            mention.code, mention.inferred = context.home, True


def _modifier(m: Mention, tokens: list[Token], lex: Lexicon) -> bool:
    """An English role noun before another noun only describes it: "military action", "police station"."""
    if lex.lang != "en" or m.kind != "role" or m.end - m.start > 1 or m.end >= len(tokens):
        return False
    word, after = tokens[m.start].low, tokens[m.end]
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
    items = _items(tokens, index, lex.lang, context, shout)
    mentions = _compose(items, tokens, lex, context, shout)
    mentions = [m for m in mentions if not _own_stance(m, tokens) and not _modifier(m, tokens, lex)]
    _set_prepositions(mentions, tokens, lex)
    _fill_roles(mentions, tokens, context, lex.lang)
    return mentions
