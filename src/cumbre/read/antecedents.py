"""Objects before their verb: "the judge, whom Washington accuses"; "joined the court, a move that Moscow called hostile"."""

from __future__ import annotations

from cumbre.read.clauses import SUBORDINATORS, apposed
from cumbre.read.mention import TO_WHOM, Mention
from cumbre.read.nominals import Nominals
from cumbre.read.trigger import AGENT_NOUNS, PATIENT_TYPES, Trigger
from cumbre.read.wordlists import words

__all__ = ["WEIGHED", "Antecedents"]

WEIGHED = frozenset(["SUPPORT", "ACCUSE", "REJECT", "REQUEST"])
_PLACE = words("place")


class Antecedents(Nominals):
    """Finder of objects that stand before a relative clause."""

    def _antecedent(self, trigger: Trigger) -> Mention | None:
        """Object before its verb: "the judge, whom Washington accuses"; "joined the court, a move that Moscow called hostile"."""
        v, tokens = trigger.verb, self.tokens
        if v is None or v.passive or not v.finite or (trigger.words > 1 and trigger.rule.kind != "describe"):
            return None
        for j in range(v.start - 1, max(2, v.start - 20), -1):
            low, before = tokens[j].low, tokens[j - 1].low
            plural = low == "que" and before in ("los", "las", "la") and tokens[j - 2].low == "a"
            if (
                low in ("que", "that", "who", "whom")
                and trigger.type in PATIENT_TYPES
                and j < v.start - 1
                and j not in self.shape.mentioned
            ):
                doer = next((m for m in self.mentions if j < m.start and m.end <= v.start and not m.prep), None)
                prey = next(
                    (
                        m
                        for m in reversed(self.mentions)
                        if m.end <= j - (tokens[j - 1].text == ",") and j - m.end <= 1 + 6 * (tokens[j - 1].text == ",")
                    ),
                    None,
                )
                told = before == "de" or any(o.at == j - 1 and o.finite for o in self.shape.verbs)
                if (
                    doer is not None
                    and prey is not None
                    and not told
                    and not any(j < o.at < v.start and o.finite for o in self.shape.verbs)
                ):
                    return prey if prey.kind in ("actor", "role") else None  # "299 migrants that Washington had deported"
            if low == "which" and before == "," and j < v.start - 1:
                prey = next((m for m in reversed(self.mentions) if m.end == j - 1 and m.code), None)
                doer = next((m for m in self.mentions if j < m.start and m.end <= v.start and not m.prep), None)
                inner = any(o.finite and j < o.at < v.start for o in self.shape.verbs)
                if prey is not None and doer is not None and prey.kind == "actor" and prey.code != doer.code and not inner:
                    return prey
                if (
                    doer is not None
                    and not inner
                    and trigger.type in ("ACCUSE", "SUPPORT")
                    and (prey is None or prey.code == doer.code)
                ):
                    main = next((o for o in reversed(self.shape.verbs) if o.finite and o.at < j), None)
                    lead = self.subject(main) if main is not None else None
                    if lead is not None and lead.code not in (None, doer.code):
                        return lead  # "detained five men, which the EU criticised"
            if low == "whom" or (low in TO_WHOM and before == "a") or (low == "que" and before == "al") or plural:
                if any(o.finite and j < o.at < v.start for o in self.shape.verbs):
                    return None
                owner = next((m for m in reversed(self.mentions) if m.end <= j and m.prep not in _PLACE), None)
                if self.lang == "en" and owner is not None and j - owner.end > 2:
                    doer = self.subject(v)
                    others = (m for m in reversed(self.mentions) if m.end <= j and m.code and m.prep not in _PLACE)
                    return next((m for m in others if doer is None or m.code != doer.code), None)
                return owner if owner is not None and owner.code is not None and j - owner.end <= 5 else None
            if low in TO_WHOM and low[0] == "c" and not v.passive and 0 < v.start - j < 7:
                owner = next((m for m in reversed(self.mentions) if m.end <= j and j - m.end <= 1), None)
                if owner is not None and owner.code is not None and self.subject(v) is not owner and trigger.type in WEIGHED:
                    return owner  # "cuya mediación elogió"
            said = (low == "what" and before in ("in", "at", "to")) or (low == "que" and before == "lo")
            if said and any(j < o.at < v.start and o.finite for o in self.shape.verbs):
                return None
            if said and j < v.start - 1 and tokens[j - 2].text == ",":
                above = [o for o in self.shape.verbs if o.at < j - 2 and o.finite]
                opens = max((k for k in range(j - 2) if tokens[k].low in SUBORDINATORS), default=-1)
                main = next((o for o in above if o.at > opens), above[0] if above else None)
                if opens > 0 and above and above[0].at < opens:
                    main = above[0]
                actor = self.subject(main) if main is not None else None
                return actor if actor is not None and actor.code is not None else None
            bare = low in (",", "—", "–") and j < v.start - 3 and tokens[j + 1].low in ("a", "an") and apposed(tokens, j)
            if (
                low in ("that", "que")
                and before in AGENT_NOUNS
                and tokens[j - 2].low in ("a", "an", "un", "una")
                and j < v.start - 1
            ):
                main = next((o for o in reversed(self.shape.verbs) if o.at < j and (o.finite or o.gerund)), None)
                actor = self.subject(main) if main is not None else None
                return (
                    actor if actor is not None and actor.code is not None else None
                )  # "opening an offensive that Damascus condemned"
            if bare or (low in ("that", "que", "which") and j < v.start - 1 and j - 1 not in self.shape.mentioned):
                comma = j if bare else next((k for k in (j - 2, j - 3, j - 4) if k > 0 and tokens[k].low in (",", "—", "–")), -1)
                if comma < 0 or not apposed(tokens, comma):
                    continue
                opens = max((k for k in range(comma) if tokens[k].low in SUBORDINATORS), default=-1)
                above = [o for o in self.shape.verbs if o.at < comma and o.finite]
                main = next((o for o in above if o.at > opens), above[-1] if above else None)
                actor = self.subject(main) if main is not None else None
                return actor if actor is not None and (actor.code is not None or actor.kind == "role") else None
        return None
