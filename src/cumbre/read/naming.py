"""Names, roles and demonyms of a sentence put together: "Brazil's Finance Minister Fernando Haddad" is one actor."""

from __future__ import annotations

from cumbre.read.items import Item
from cumbre.read.lexicon import Lexicon
from cumbre.read.mention import DETERMINERS, FUNCTION, GLUE_OF, POSSESSIVES, PREPOSITIONS, QUANTIFIERS, Context, Mention
from cumbre.read.morphology import PAST, PRES
from cumbre.read.tokens import Token
from cumbre.read.wordlists import words as word_list

__all__ = ["compose", "opening_comma"]

_KEPT = frozenset(("GOV", "MIL", "JUD", "REB", "LEG"))


_HOLDERS = word_list("holders")


_LED = word_list("led")


_LEADERS = frozenset(("GOV", "LEG"))


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
        elif j > i and tokens[j].text == "-" and j + 1 < stop and tokens[j + 1].text.isalpha() and len(tokens[j + 1].text) < 7:
            j += 2  # "Lee Jae-myung"
        else:
            break
    while j > i and tokens[j - 1].low in ("de", "del", "la", "-", ".", "los", "el"):
        j -= 1
    return j


def _plain_gap(tokens: list[Token], a: int, b: int, lex: Lexicon, most: int) -> bool:
    """Up to `most` adjectives or nouns, none of them a function word or a finite verb."""
    designations = [
        k for k in range(a, b) if tokens[k].text == "-" or (tokens[k].text[:1].isdigit() and tokens[k - 1].text == "-")
    ]
    if b - a - len(designations) > most:
        return False
    for k in range(a, b):
        t = tokens[k]
        if k in designations:
            continue  # "American B-2 bombers"
        if t.low in _LED and tokens[k - 1].text == "-":
            continue
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


def compose(items: list[Item], tokens: list[Token], lex: Lexicon, context: Context, shout: bool) -> list[Mention]:
    """Mentions of actors from found names: state, role and person that stand together become one actor."""
    lang = lex.lang
    mentions: list[Mention] = []
    n_items, k, n = len(items), 0, len(tokens)
    opening = opening_comma(tokens)
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
            owned = item.kind == "pair" and k < n_items and items[k].kind == "role" and items[k].start == end + 1
            if owned and tokens[end].text in ("'", "’", "'s", "’s") and items[k].sector == "GOV":
                end, k = items[k].end, k + 1  # "the two countries' foreign ministers"
            head = mentions[-1] if mentions and item.kind == "pair" else None
            if (
                head is not None
                and head.kind == "role"
                and head.sector == "GOV"
                and head.end == start - 1
                and _of(tokens[start - 1])
            ):
                start = mentions.pop().start  # "the ministers of both countries"
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
                        and end != opening
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
                    ) or (lang == "es" and words in (["de"],) and role_sector == "CVL" and tokens[nxt.start].low.endswith("s")):
                        joined = True
                elif size == 0 and nxt.code == code and (kinds == {"demonym"} or (lang == "es" and "group" in kinds)):
                    joined = True
                if joined:
                    code, row = nxt.code, nxt.row
            elif nxt.kind in ("state", "state_adj", "capital", "group", "place"):
                if role_sector is not None and code is None:
                    if words[:1] == ["from"] and any(t.low in POSSESSIVES for t in tokens[max(0, start - 2) : start]):
                        joined = False  # "its last troops from Senegal"
                    elif (
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
                    other = words == [","] and code is not None and nxt.code is not None and code != nxt.code
                    joined = not other or (end != opening and _apposition(tokens, end, nxt.end) and nxt.end - nxt.start > 1)
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


def _of(token: Token) -> bool:
    """The preposition of belonging."""
    return token.low in ("of", "de")


def opening_comma(tokens: list[Token]) -> int:
    """The comma that ends an adverbial at the head of a sentence, -1 without one: "Tras la visita de Petro, el presidente ..."."""
    first = tokens[0]
    if not (first.low in PREPOSITIONS or first.low in _ADVERBIAL or (first.low.endswith(("ed", "ing")) and len(first.low) > 4)):
        return -1
    comma = next((i for i, t in enumerate(tokens[:30]) if t.text == ","), -1)
    nxt = next((i for i in range(comma + 1, min(len(tokens), comma + 9)) if tokens[i].text == ","), -1)
    if comma > 0 and nxt > 0 and tokens[comma + 1].text[:1].islower() and tokens[comma + 1].low in _TITLES:
        comma = nxt  # "Con la mediación de Hochstein, enviado de Washington, Israel y Líbano ..."
    joint = next((j for j in range(comma + 1, min(len(tokens), comma + 5)) if tokens[j].low in ("and", "y", "e")), -1)
    listed = joint > 0 and any(t.text == "," for t in tokens[joint : joint + 5])  # "In Chile, Peru and Bolivia, ..."
    return -1 if listed else comma


_TITLES = word_list("titles")
_ADVERBIAL = word_list("naming_adverbial")


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


_NO_PEOPLE = word_list("no_people")


def _people(word: str) -> bool:
    """A plural that names people by what they do: "labourers", "becarios", "manifestantes"."""
    return len(word) > 5 and word.endswith(_PEOPLE) and word not in _NO_PEOPLE


_PEOPLE = ("ers", "ors", "eers", "ists", "ians", "women", "men", "eros", "eras", "istas", "antes", "entes", "arios", "ores")


def _bare_demonym(tokens: list[Token], start: int, end: int, lang: str, kinds: set[str]) -> tuple[str, str]:
    after = tokens[end].low if end < len(tokens) else ""
    before = tokens[start - 1].low if start else ""
    word = tokens[end - 1].low
    nounlike = after == "" or not after[:1].isalpha() or after in FUNCTION or after == "'s"
    if lang == "en" and _people(after) and not nounlike and word not in ("us",):
        return "attr", "CVL"
    if lang == "es" and _people(before) and tokens[start - 1].text[:1].islower():
        return "attr", "CVL"
    if kinds == {"state_adj"}:
        return ("actor", "GOV") if before in ("the", "la", "el") or nounlike else ("attr", "GOV")
    if lang == "en":
        if word.endswith("s") and not word.endswith(("ss", "ese")) and (True) and word not in ("swiss",):
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
