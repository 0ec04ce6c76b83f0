"""Countries of roles and pronouns that stand without one: "the police", "his ministers", "she"."""

from __future__ import annotations

from cumbre.read.mention import POSSESSIVES, Context, Mention
from cumbre.read.tokens import Token
from cumbre.read.wordlists import words

__all__ = ["fill_roles"]

_OFFICES = words("offices")
_SUBORDINATORS = words("subordinators")


_ABROAD = words("loose")
_FOREIGN = words("foreign")


_CABINET = frozenset(("government", "gobierno", "state", "estado"))
_RIVALS = frozenset(("REB", "CRM", "OPP", "PTY"))
_TIED = words("tied")


def _named(m: Mention, tokens: list[Token]) -> bool:
    """A place or state by its own name: "in Tunis", and not "in the Bangladeshi consulate"."""
    return tokens[m.start].text[:1].isupper() and tokens[m.end - 1].text[:1].isupper()


def _apart(one: Mention, other: Mention, tokens: list[Token]) -> bool:
    """Two mentions of different clauses: "gunmen stormed a jail while the minister was in Nairobi"."""
    first, last = sorted((one, other), key=lambda m: m.start)
    return any(t.low in _SUBORDINATORS for t in tokens[first.end : last.start])


def _stranger(tokens: list[Token], at: int) -> bool:
    """ "residents of Gualeguaychú": a place that no table knows stands behind the role."""
    return at + 1 < len(tokens) and tokens[at].low in ("of", "de", "from") and tokens[at + 1].text[:1].isupper()


def fill_roles(mentions: list[Mention], tokens: list[Token], context: Context, lex_lang: str) -> None:
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
            if tokens[mention.start].low == "it" and before in ("said", "says", "announced", "that"):
                states = [m for m in people if not m.person and not m.prep]
                away = [m for m in states if m.prep not in ("in", "at", "near", "on") and not (m.possessive and m.prep)]
                pick = (away or states)[-1] if states else pick  # "the State Department said it would ..."
            if pick is not None:
                mention.code, mention.sector, mention.inferred = pick.code, pick.sector, True
            elif context.subject is not None and tokens[mention.start].low != "it":
                mention.code, mention.sector = context.subject
                mention.inferred = True
            continue
        if before in ("'s", "’s") and earlier and earlier[-1].end == mention.start - 1:
            mention.code, mention.inferred = earlier[-1].code, True  # "the leader's sister"
            continue
        if before in _FOREIGN or (mention.end < len(tokens) and tokens[mention.end].low in _FOREIGN):
            continue  # "international courts" are nobody's own
        if before in POSSESSIVES or before2 in POSSESSIVES:
            nearby = [m for m in earlier if not _apart(mention, m, tokens)] or earlier
            pick = next((m for m in nearby if not m.prep), earlier[0] if earlier else None)
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
        partner = mentions[g + 1] if g + 1 < len(mentions) else None
        joined = mentions[g - 1] if g else None
        if (
            joined is not None
            and joined.group == mention.group
            and joined.code
            and (joined.sector == mention.sector or mention.sector in _RIVALS)
            and joined.kind == "actor"
        ):
            mention.code, mention.inferred = joined.code, True  # "Turkish warplanes and artillery"
            continue
        if (
            partner is not None
            and partner.group == mention.group
            and partner.code
            and partner.kind == "actor"
            and lex_lang == "es"
            and not tokens[partner.start].text[:1].isupper()
        ):
            mention.code, mention.inferred = partner.code, True  # "diputados y jueces nicaragüenses"
            continue
        beside = next(
            (m for m in (partner, joined) if m is not None and m.group == mention.group and m.sector in _RIVALS and m.code), None
        )
        if beside is None and mention.sector == "GOV" and tokens[mention.end - 1].low in _CABINET:
            rivals = {m.code for m in earlier if m.sector in ("REB", "CRM")}
            beside = (
                next((m for m in earlier if m.sector in ("REB", "CRM")), None)
                if len(rivals) == 1 and len({m.code for m in earlier}) == 1
                else None
            )
        if beside is not None and mention.sector == "GOV":
            mention.code, mention.inferred = beside.code, True  # "Government and ELN negotiators", "the ELN ... the government"
            continue
        # "police in Medellín", "manifestantes en Túnez"
        after = next(
            (
                m
                for m in mentions[g + 1 : g + 3]
                if m.prep in ("in", "en", "of", "de")
                and m.code
                and (m.prep not in ("in", "en") or _named(m, tokens))
                and 0 <= m.prep_at - mention.end < (5 if m.prep in ("in", "en") else 1)
            ),
            None,
        )
        stranger = mention.sector == "CVL" and _stranger(tokens, mention.end) and (after is None or after.start > mention.end + 1)
        if stranger:
            continue
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
        there = [m for m in there if not _apart(mention, m, tokens)]
        if (
            mention.sector == "GOV"
            and len({m.code for m in there}) == 1
            and there[0].code not in {m.code for m in earlier if m is not there[0] and not m.inferred}
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
        nations = {m.code for m in mentions if m.code and m.sector != "IGO" and m.kind != "place"}
        named = tokens[mention.end - 1].text[:1].isupper() and mention.end - mention.start > 2
        if mention.person and named and mention.sector == "GOV" and len(nations) == 1:
            mention.code, mention.inferred = next(iter(nations)), True
            continue
        if context.home is not None and mention.sector not in ("BUS", "MED", "NGO", "CVL"):
            mention.code, mention.inferred = context.home, True
