"""Grammatical subjects: which mention does what a verb says."""

from __future__ import annotations

from cumbre.read.clauses import RELATIVES, SUBORDINATORS, Verb
from cumbre.read.joining import Joined
from cumbre.read.mention import AGENT, ARTICLES, DETERMINERS, OF, POSSESSIVES, PREPOSITIONS, TOWARD, WHOSE, Mention
from cumbre.read.trigger import AGENT_NOUNS, CAUSATIVES, LIGHT, SPEAKING
from cumbre.read.wordlists import words

__all__ = ["Subjects"]


_AND = words("and")

_ATTRIBUTION = frozenset(["according", "según"])

_PLANNED = words("planned")


_JUDGING = words("judging")

_DECISIONS = words("decisions")

_TIMES = frozenset(["after", "before", "since", "until"])

_COUNTRY = frozenset(["country", "nation", "país", "nación"])

_OVER = words("over")

_A = frozenset(["a", "an", "un", "una"])


_WEIGHING = words("weighing")


_CLAUSE_STARTS = words("clause_starts")
_STANDS_FOR = words("stands_for")
_DENYING = frozenset(["deny", "dispute", "confirm", "acknowledge", "complain", "insist"])
_POSTS = words("posts")


class Subjects(Joined):
    """Subject finder of one sentence; answers are remembered by verb."""

    def subject(self, v: Verb) -> Mention | None:
        """The mention that is the grammatical subject of a verb group."""
        if v.at in self._subjects:
            return self._subjects[v.at]
        if v.at in self._busy:
            return None
        self._busy.add(v.at)
        found = self._find_subject(v)
        self._busy.discard(v.at)
        self._subjects[v.at] = found
        return found

    def _speaker(self, v: Verb) -> Mention | None:
        """Who says "we will not accept": the subject of the verb of saying."""
        for o in self.shape.verbs:
            if o is not v and any(lemma in SPEAKING for lemma, _ in o.lemmas) and not self.shape.quoted[o.at]:
                subject = self._scored(o)
                return subject or self._inverted(o)
        return None

    def _find_subject(self, v: Verb) -> Mention | None:
        tokens = self.tokens
        before = tokens[v.start - 1].low if v.start else ""
        if before in ("we", "i") or (self.lang == "es" and tokens[v.at].low.endswith(("amos", "emos", "imos"))):
            return self._speaker(v)
        if before in _COUNTRY and v.start > 1 and tokens[v.start - 2].low in POSSESSIVES and v.start > 2:
            speaker = self._speaker(v)
            if speaker is not None:
                return speaker  # "announced that his country will pay"
        nearest = next((m for m in reversed(self.mentions) if m.end <= v.start), None)
        if v.reduced and not v.finite:
            joined = next((o for o in reversed(self.shape.verbs) if o.at < v.start), None)
            if before in _AND and joined is not None and joined.reduced and not joined.finite:
                return self.subject(joined)  # "held in Bamako and accused by ..."
            if nearest is not None and v.start - nearest.end <= 1:
                return nearest
            main = next((o for o in self.shape.verbs if o.at > v.at and o.finite), None)
            if self.lang == "es" and v.start == 0 and main is not None:
                return self.subject(main)  # "Acusado por la fiscalía de sedición, el expresidente fue condenado"
            return self._judged(v) or self._opening(v)
        if before in ("quien", "quienes") and v.start > 2 and tokens[v.start - 2].low == "a":
            above = self._verb_before(v, True)
            if above is not None and self._inverted(v) is None:
                return self.subject(above)  # "la opositora Machado, a quien prohibió salir"
        if (
            before == "que"
            and v.start > 2
            and (
                tokens[v.start - 2].low == "al"
                or (
                    tokens[v.start - 2].low in ARTICLES
                    and tokens[v.start - 3].low in ("en", "con", "por", "a", "de", "ante", "sobre", "contra")
                )
            )
        ):
            above = self._main(next((o for o in reversed(self.shape.verbs) if o.at < v.start - 3 and o.finite), None))
            inverted = self._inverted(v)
            if above is not None and (inverted is None or inverted.start - v.at > 2):
                return self.subject(above)  # "una carta al rey en la que exige"
        if before in RELATIVES or (before in ("that", "que") and not self._complement(v.start - 1)):
            at = v.start - 1
            if tokens[at - 1].low in AGENT_NOUNS and not any(m.end == at or m.start == at for m in self.mentions):
                main = self._verb_before(v, True)
                if main is not None and any(
                    lemma in LIGHT or lemma in ("be", "ser", "claim", "reivindicar") for lemma, _ in main.lemmas
                ):
                    return self.subject(main)  # "the ELN was behind an attack that killed two soldiers"
            owner = next((m for m in reversed(self.mentions) if m.end <= at), None)
            if before == "who" and owner is not None and owner.prep in TOWARD | {"in", "from"} and not owner.person:
                holder = next((m for m in reversed(self.mentions) if m.end < owner.start and owner.start - m.end <= 3), None)
                if holder is not None and holder.code and self.tokens[holder.start].low not in ("the",) and self._someone(holder):
                    owner = holder  # "the ambassador of Algeria to Mali, who"
            if (
                owner is not None
                and at - owner.end <= 6
                and not any(o.at >= owner.end and o.at < at and o.finite for o in self.shape.verbs)
            ):
                gap = tokens[owner.end : at]
                noun = any(t.text[:1].isalpha() and t.low not in DETERMINERS for t in gap)
                if noun and owner.prep and any(t.low in _A for t in gap):
                    return None  # "signed in Brussels a pact that ..."
                if noun and self.lang == "es" and gap[0].low in PREPOSITIONS - OF and gap[-1].text[:1].islower():
                    return None  # "un proceso contra Hungría por la ley que permite ..."
                if noun and owner.kind != "actor":
                    return None
                if noun and tokens[at - 1].low in AGENT_NOUNS and owner.prep:
                    return None
                return next((m for m in self.mentions if m.group == owner.group and m.kind == owner.kind), owner)
            return None
        planner = self._planner(v) if v.passive else None
        if planner is not None:
            return planner
        told = self._timed(v)
        if told is not None:
            return told
        whose = self._whose(v)
        if whose is not None:
            return whose
        if v.finite and not v.passive and (self._nameless(v) or self._unknown(v)):
            return None
        adjacent = (
            nearest is not None
            and v.start - nearest.end == 0
            and (
                nearest.prep not in TOWARD
                or (self.lang == "en" and nearest.kind == "role" and nearest.sector in ("CVL", "OPP", "REB"))
            )
        )
        absolute = nearest is not None and v.gerund and v.start == nearest.end and nearest.prep in ("with", "con")
        if absolute and nearest is not None and nearest.prep_at > 0 and tokens[nearest.prep_at - 1].text == ",":
            adjacent = True  # ", with the ministry intercepting a shipment"
        if v.infinitive and before in _PLANNED:
            owner = next((m for m in reversed(self.mentions) if m.end <= v.start - 1), None)
            if owner is not None and v.start - owner.end <= 4 and (owner.possessive or owner.prep in ("by", "of", "de", "del")):
                return owner
            if v.start > 3 and self.tokens[v.start - 2].low in POSSESSIVES and self.tokens[v.start - 3].low in _OVER:
                main = self._verb_before(v, True)
                doer = self.subject(main) if main is not None else None
                others = [m for m in self.mentions if m.end < v.start - 2 and m.code and (doer is None or m.code != doer.code)]
                if others and doer is not None:
                    return others[-1]  # "broke relations with Mexico over its decision to grant asylum"
        if v.infinitive and self.lang == "es" and before in ("de", "a"):
            owner = self._decider(v)
            if owner is not None:
                return owner
        if v.infinitive and before in _AND:
            joined = next((o for o in reversed(self.shape.verbs) if o.at < v.start), None)
            if joined is not None and joined.infinitive:
                return self.subject(joined)
        if v.infinitive and self.lang == "es" and before in ("tras", "al", "por"):
            inverted = self._inverted(v)
            if inverted is not None and inverted.start - v.at <= 2 and inverted.kind in ("actor", "role"):
                return inverted  # "tras negarse Trípoli a ..."
        if v.infinitive or (v.gerund and not adjacent):
            above = self._verb_before(v, True)
            if v.gerund and before == ",":
                spoken = any(lemma in SPEAKING or lemma in _JUDGING for lemma, _ in v.lemmas)
                speaker = self._denier(v) if spoken else None
                if speaker is not None:
                    return speaker
                above = self._main(above) if not (spoken and above is not None and self._aside(above)) else above
            if v.gerund and (opened := self._opening(v)) is not None:
                return opened
            near = next((o for o in reversed(self.shape.verbs) if o.at < v.start), None)
            if v.infinitive and near is not None and any(lemma in CAUSATIVES for lemma, _ in near.lemmas):
                above = near
                made = next((m for m in reversed(self.mentions) if above.at < m.start and m.end <= v.start), None)
                if made is not None:
                    return made
            if above is not None:
                return self.subject(above) if not above.passive else (self.subject(above) or None)
            after = next((o for o in self.shape.verbs if o.at > v.at and o.finite), None)
            if after is not None:
                return self.subject(after)
            return self._scored(v)
        if self.lang == "es" and before in (",", "”", "»", '"', "como", "según") and v.finite:
            inverted = self._inverted(v) or (self._late(v) if before in ("como", "según") else None)
            if inverted is not None and (
                inverted.start - v.at <= 2 or before in ("como", "según") or self._inserted(v, inverted)
            ):
                return inverted
        coordinated = before in _AND or (before in (",", "”", '"') and self._listed(v))
        if coordinated and v.finite:
            above = self._coordinate(v)
            if above is not None and not (nearest is not None and nearest.start > above.at and nearest.end == v.start):
                subject = self.subject(above)
                if subject is not None:
                    return subject
        if self.lang == "es" and v.finite and before in SUBORDINATORS:
            above = self._verb_before(v, True)
            inverted = self._inverted(v)
            if above is not None and (inverted is None or inverted.start - v.at > 2):
                return self.subject(above)  # "se negó a pedir perdón, aunque lamentó ..."
        return self._scored(v)

    def _judged(self, v: Verb) -> Mention | None:
        """ "stripped critics of their nationality, a move condemned by Spain": who acted stands for the move."""
        for j in (v.start - 2, v.start - 3):
            if j > 0 and self.tokens[j].low in _A and self.tokens[j - 1].text in (",", "—", "–"):
                main = self._main(self._verb_before(v, True))
                return self.subject(main) if main is not None else None
        return None

    def _author(self, v: Verb) -> Mention | None:
        """ "Sanctions imposed by Washington on four judges drew criticism": who imposed them draws it."""
        for m in self.mentions:
            if m.end <= v.start and m.prep == "by" and m.code is not None:
                crossed = any(o.finite and o.at < v.start for o in self.shape.verbs)
                return m if not crossed else None
        return None

    def _someone(self, m: Mention) -> bool:
        """A holder of an office or a role, not a state by its name."""
        return m.person or m.kind == "role" or any(t.low in _POSTS for t in self.tokens[m.start : m.end])

    def _denier(self, v: Verb) -> Mention | None:
        """ "denied that US ships pass free, describing the claim as false": who speaks goes on speaking."""
        for o in self.shape.verbs:
            if o.at < v.start and o.finite and any(lemma in SPEAKING or lemma in _DENYING for lemma, _ in o.lemmas):
                opens = self.tokens[o.at + 1].low == "that" if o.at + 1 < len(self.tokens) else False
                return self.subject(o) if opens else None
        return None

    def _unknown(self, v: Verb) -> bool:
        """ "and the Nobel committee called": a noun phrase that no table knows opens the clause and is its subject."""
        if self.lang != "en" or v.start < 3 or self.tokens[v.start - 1].low in _STANDS_FOR:
            return False
        for j in range(v.start - 1, max(0, v.start - 5), -1):
            low = self.tokens[j].low
            if j in self.shape.mentioned or j in self.shape.by_token or not self.tokens[j].text[:1].isalpha():
                return False
            if low in ("the", "a", "an"):
                listed = any(m.end == j - 1 for m in self.mentions) and not any(o.finite and o.at < j for o in self.shape.verbs)
                opens = self.tokens[j - 1].low in _CLAUSE_STARTS and not listed
                return j < v.start - 1 and opens and not self._agent_noun(j + 1, v.start)
            if low in PREPOSITIONS or low in _AND or low in RELATIVES:
                return False
        return False

    def _agent_noun(self, start: int, stop: int) -> bool:
        """ "the attack killed": whose act it is may be told elsewhere."""
        return any(t.low in AGENT_NOUNS for t in self.tokens[start:stop])

    def _opening(self, v: Verb) -> Mention | None:
        """ "Rejecting claims that it had sent men, the Emirates said": a gerund that opens the sentence goes with the main clause."""
        if v.start:
            return None
        comma = next((j for j in range(v.at + 1, len(self.tokens)) if self.tokens[j].text == ","), -1)
        main = next((o for o in self.shape.verbs if o.finite and o.at > comma), None) if comma > 0 else None
        return self.subject(main) if main is not None else None

    def _planner(self, v: Verb) -> Mention | None:
        """ "Israel's decision to recognise the region was condemned": what is judged is who decided."""
        opens = max((o.at for o in self.shape.verbs if o.finite and o.at < v.start), default=-1)
        for m in self.mentions:
            if opens < m.start and m.end < v.start and m.code and m.kind == "actor":
                near = (
                    [t.low for t in self.tokens[m.end : m.end + 3]] if m.possessive else [self.tokens[max(0, m.prep_at - 1)].low]
                )
                owned = m.possessive or m.prep in ("de", "del", "of", "by")
                return m if owned and any(w in _PLANNED or w in _DECISIONS for w in near) else None
        return None

    def _whose(self, v: Verb) -> Mention | None:
        """ "Venezuela, cuyo almacén quedó destruido": the owner stands for what it owns."""
        for j in range(v.start - 2, max(0, v.start - 8), -1):
            if j in self.shape.by_token or self.tokens[j].text == ",":
                return None
            if self.tokens[j].low in WHOSE and j and self.tokens[j - 1].low in PREPOSITIONS:
                if any(j + 1 < m.start and m.end <= v.start and not m.prep for m in self.mentions):
                    return None
                above = next((o for o in reversed(self.shape.verbs) if o.at < j and o.finite), None)
                return self.subject(above) if above is not None else None  # "Ucrania, a cuyo presidente responsabiliza de"
            if self.tokens[j].low in WHOSE:
                if any(j + 1 < m.start and m.end <= v.start and not m.prep for m in self.mentions):
                    return None
                above = next((o for o in reversed(self.shape.verbs) if o.at < j and o.finite), None)
                if above is not None and not v.passive and any(lemma in _WEIGHING for lemma, _ in v.lemmas):
                    return self.subject(above)  # "recibió al presidente de Egipto, cuya mediación elogió"
                return next((m for m in reversed(self.mentions) if m.end <= j and j - m.end <= 3), None)
        return None

    def _scored(self, v: Verb) -> Mention | None:
        shape, tokens = self.shape, self.tokens
        best, best_score = None, -3.4
        for g, m in enumerate(self.mentions):
            if m.end > v.start:
                break
            if m.kind == "place":
                continue
            score = -0.1 * (v.start - m.end)
            opens = m.prep in _TIMES and shape.finite_before[v.start] == shape.finite_before[m.prep_at]
            if m.prep and m.prep not in AGENT and not opens:
                score -= 2.0 if m.prep not in ("of", "de", "del") else 1.3
            elif m.prep in AGENT:
                score -= 2.5
            if m.kind == "attr":
                score -= 0.8
            score += self._striking(m)
            if m.possessive:
                score -= 0.6
            verbs = shape.finite_before[v.start] - shape.finite_before[m.end]
            relatives = shape.relative_before[v.start] - shape.relative_before[m.end]
            if verbs:
                score -= 1.5 * max(0, verbs - relatives) + 0.2 * min(verbs, relatives)
            elif relatives:
                score -= 1.5
            score -= 1.8 * (shape.barrier_before[v.start] - shape.barrier_before[m.end])
            if (shape.comma_before[v.start] - shape.comma_before[m.end]) % 2:
                score -= 0.5
            if g == 0 and not m.prep:
                score += 0.3
            if (
                relatives
                and not verbs
                and not m.prep
                and tokens[m.end].low == ","
                and tokens[v.start - 1].low == ","
                and self._headed(m)
            ):
                score += 0.1 * (v.start - m.end) + 2.1  # "Malaysia, which chairs the bloc, has offered"
            if not m.prep and verbs <= relatives + 1 and self._parenthesis(m, v):
                score += 0.1 * (v.start - m.end) + 1.6 * verbs + 1.0  # "the delegations, gathered in Havana, extended"
            if verbs and verbs == relatives and not m.prep and self._headed(m):
                score += 0.1 * (v.start - m.end) + 0.6  # "two men who had crossed the border were freed"
            if m.end == v.start:
                score += 0.6
            if m.kind in ("pron", "pair"):
                score += 0.3
            if m.end > 1 and tokens[m.start - 1].low in _ATTRIBUTION:
                score -= 3
            if score > best_score:
                best, best_score = m, score
        if best is not None:
            first = next((x for x in self.mentions if x.group == best.group and x.kind == best.kind), best)
            if first is not best and (not first.prep or first.prep == best.prep):
                best = first
        if (best is None or best_score < -1.6) and (self.lang == "es" or (v.lemmas and v.lemmas[0][0] in ("say",))):
            inverted = self._inverted(v)
            if inverted is not None:
                return inverted
        return best
