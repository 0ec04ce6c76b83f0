"""Who did it to whom: source and target of a trigger among the mentions of its sentence.

Candidates are ranked by plain, additive reasons: nearness, the preposition before them, what lies between them and the trigger
(verbs, commas, subordinators, relative pronouns), and the frame of the rule. Passives swap the sides; relative pronouns take
their antecedent; coordinated verbs, gerunds and infinitives take the subject of the verb above them.
"""

from __future__ import annotations

from dataclasses import replace

from cumbre.read.antecedents import WEIGHED, Antecedents
from cumbre.read.clauses import HYPOTHETICAL, Verb
from cumbre.read.mention import AGENT, POSSESSIVES, Mention
from cumbre.read.trigger import PATIENT_TYPES, Trigger
from cumbre.read.wordlists import words

__all__ = ["Arguments"]

_TELLING = words("telling")

_MUTUAL = words("mutual")
_SWAPPING = frozenset(["exchange", "swap", "trade", "canjear", "intercambiar"])

_BEFORE = frozenset(["ante", "before", "at"])


_PLACE = words("place")

_JOINING = frozenset(["and", "y", "e", "but", "pero"])

_DEALS = words("deals")

_OBJECT_PRONOUNS = frozenset(["him", "them", "it"])


_OWN = frozenset(["his", "her", "their", "su", "sus"])

_CLITICS = words("clitics")

_FROM = words("from")

_OWNED = words("owned")

_MOVED = words("moved")


_ABROAD = words("abroad")
_MEASURED = frozenset(["sanction.impose", "concede.ease"])


class Arguments(Antecedents):
    """Argument finder of one sentence."""

    def sides(self, trigger: Trigger) -> tuple[Mention | None, Mention | None]:
        """Source and target of a trigger."""
        if trigger.nominal:
            return self._nominal(trigger)
        v = trigger.verb
        assert v is not None
        if trigger.order is not None:
            source = self.subject(trigger.order)
            return source, self._target(trigger, source)
        if trigger.aimed is not None:
            source = self.subject(v)
            return source, trigger.aimed if source is None or source.code != trigger.aimed.code else None
        if trigger.rule.id == "reject.denial":
            source = self.subject(v)
            return source, self._target(trigger, source, left=False)
        if trigger.rule.kind == "suffer":
            giver = next(
                (m for m in self.mentions if m.start >= trigger.at and m.prep in ("from", "by", "de", "por", "of")), None
            )
            return giver, self._author(v) or self.subject(v)
        if trigger.rule.kind == "cowed":
            source = self.subject(v)
            return source, self._agent(v) or self._target(trigger, source)
        if v.passive:
            return self._passive(trigger, v)
        if v.reflexive and self.lang == "es" and trigger.rule.objects and not trigger.words and self._se_passive(v):
            agent = self._agent(v) or self._announcer(v)
            return agent, self._target(trigger, agent)
        source = self.subject(v)
        if trigger.rule.kind == "describe" and self.lang == "es" and v.start and self.tokens[v.start - 1].low == "que":
            speaker = self._describer(v)
            if speaker is not None:
                owner = next(
                    (m for m in reversed(self.mentions) if m.end <= v.start - 1 and m.code not in (None, speaker.code)), None
                )
                return speaker, owner  # "el despliegue de Estados Unidos, que calificó de amenaza"
        if (source is None or source.code is None) and 0 <= trigger.obj < v.start:
            above = next((o for o in reversed(self.shape.verbs) if o.at < trigger.obj and o.finite), None)
            source = self.subject(above) if above is not None else None  # "levantó las sanciones que impuso"
        if source is None and v.reflexive and self.lang == "es":
            source = self._agent(v)  # "se impusieron aranceles a Malta por parte de Chipre"
        if v.infinitive and source is not None and self.lang == "es" and self._decider(v) is source:
            target = self._target(trigger, source)
            if target is None or target.code is None:
                target = self._left_target(trigger, source) or target  # "A elogió la decisión de B de reanudar los vuelos"
            return source, target
        if trigger.rule.id == "consult.visit":
            for m in self.mentions:
                if m.start >= trigger.end and m.start - trigger.end <= 2 and m is not source and m.code is not None:
                    return source, m if m.kind != "place" else replace(m, kind="actor", sector="GOV")
            return source, None
        if source is not None and source.kind == "pair" and trigger.rule.kind in ("mutual", "carrier_mutual"):
            return self._pair(source)
        if source is not None and source.kind == "pron" and trigger.rule.kind in ("mutual", "carrier_mutual"):
            both = self._both(source)
            if both is not None:
                return both
        swapped = any(lemma in _SWAPPING for lemma, _ in v.lemmas) or any(
            t.low in _MUTUAL for t in self.tokens[trigger.at : trigger.end + 3]
        )
        swapped = swapped or self.tokens[v.start - 1].low == "each"
        if source is not None and (
            trigger.rule.kind in ("mutual", "carrier_mutual") or trigger.type in ("ASSAULT", "MOBILIZE") or swapped
        ):
            partner = self.partner(source)
            if partner is not None and any(t.low in _DEALS for t in self.tokens[trigger.at : trigger.end]):
                return source, partner  # "A and B reached an agreement to let supplies through to ..."
            target = self._target(trigger, source, partner is None)
            if partner is not None and target is not None and target.code == source.code:
                return source, partner
            own = {m.code for m in self.mentions if m.group == source.group}
            hit = (
                target is not None
                and target.start > trigger.at
                and not target.prep
                and target.code not in own
                and target.kind != "place"
            )
            if (
                trigger.type in ("ASSAULT", "MOBILIZE")
                and hit
                and not swapped
                and trigger.rule.kind not in ("mutual", "carrier_mutual")
            ):
                return source, target  # "A and B bombed Houthi targets"
            aside = target is not None and any(t.text == "," for t in self.tokens[trigger.end : max(trigger.end, target.prep_at)])
            if partner is not None and (
                target is None
                or aside
                or target.kind == "place"
                or (not self._met(trigger, target) and target.prep not in ("with", "con", "contra", "against", "a", "to"))
            ):
                return source, partner
            return source, target
        aim = self._target(trigger, source)
        if aim is None and source is not None and self._both_leave(trigger, source):
            return source, self.partner(source)
        return source, aim

    def _describer(self, v: Verb) -> Mention | None:
        """Who calls something a name in a relative clause without a subject of its own: the subject of the main clause."""
        after = next((m for m in self.mentions if m.start > v.at), None)
        if after is not None and after.start - v.at <= 2 and not after.prep:
            return None
        above = next((o for o in self.shape.verbs if o.finite and o.at < v.start), None)
        return self.subject(above) if above is not None else None

    def _agent(self, v: Verb) -> Mention | None:
        for m in self.mentions:
            if m.start > v.at and m.prep in AGENT and m.kind != "place":
                between = [o for o in self.shape.verbs if v.at < o.at < m.start and o.finite]
                if not between:
                    return m
        return None

    def _passive(self, trigger: Trigger, v: Verb) -> tuple[Mention | None, Mention | None]:
        agent = self._agent(v)
        patient = (self._striker(v) if v.reduced and trigger.type in WEIGHED else None) or self.subject(v)
        signed = self._signatories(trigger, v)
        if signed is not None:
            return signed
        beside = self._left_of_comma(v)
        if trigger.rule.objects and agent is not None and beside is not None and beside.code != agent.code:
            return agent, beside  # "las relaciones con Israel, rotas en 2023 por Luis Arce"
        if trigger.rule.objects and not (v.finite and patient is not None and trigger.rule.type in PATIENT_TYPES):
            right = self._target(trigger, agent, left=False)
            struck = trigger.obj > v.at and any(t.low in ("with", "con") for t in self.tokens[v.at : trigger.obj])
            if struck and patient is not None and patient.code is not None:
                return agent, patient  # "Iran was hit with sanctions"
            if right is not None:
                return agent, right
            if patient is not None and patient is not agent and patient.end <= v.start:
                # "Petro's visa was revoked": the possessor inside the subject
                return agent, patient
            if patient is None:
                inside = next((m for m in reversed(self.mentions) if m.end <= v.start and v.start - m.end <= 6), None)
                return agent, inside
            return agent, None
        if patient is None and self.lang == "es":
            behind = [m for m in self.mentions if m.start > v.at and m.prep not in AGENT and m is not agent]
            near = [m for m in behind if m.start - v.at < 12 and not (m.kind == "place" and m.prep and v.reduced)]
            bare = (m for m in behind if not m.prep and m.start - v.at < 22 and v.finite)
            stop = next((o.at for o in self.shape.verbs if o.at > v.at and o.finite), len(self.tokens))
            patient = next((m for m in bare if m.start < stop), near[0] if near else None)
        if patient is None:
            patient = next(
                (m for m in reversed(self.mentions) if m.end <= v.start and v.start - m.end <= 6 and m is not agent), None
            )
        return agent, patient

    def _target(self, trigger: Trigger, source: Mention | None, left: bool = True) -> Mention | None:
        shape, rule = self.shape, trigger.rule
        start = trigger.at + 1
        reports = any(t.low in ("that", "que") for t in self.tokens[start : start + 2])
        below = self._antecedent(trigger) or self._belonging(trigger, source)
        if below is not None and below is not source:
            return below
        limit = len(self.tokens) if reports else self._clause_end(trigger)
        best, best_score = None, -1.75
        for m in self.mentions:
            if m.start < start or m is source or m.start >= limit:
                continue
            if source is not None and m.group == source.group:
                continue
            if m.start <= trigger.obj < m.end and m.kind == "role" and rule.id in _MOVED:
                continue  # the troops that are sent are no target
            if m.end == trigger.obj and m.sector == "IGO" and rule.id in _MEASURED:
                continue  # "restore UN sanctions": whose the measure is
            score = -0.08 * (m.start - start)
            prep = m.prep if m.prep_at >= trigger.at else ""
            if not prep:
                score += 0.9
            elif prep in AGENT and rule.type == "ACCUSE" and not (trigger.verb is not None and trigger.verb.passive):
                score += 0.2  # "denunció ejecuciones a manos del ejército"
            elif prep in AGENT:
                score -= 4.0 if trigger.verb is not None and trigger.verb.passive else 2.0
            elif trigger.words and m.prep_at == trigger.end - 1 and not (prep in _BEFORE and m.sector in ("JUD", "IGO")):
                score += 1.8
            elif (
                prep == "a"
                and self.lang == "es"
                and shape.finite_before[m.start] == shape.finite_before[start]
                and not any(start <= o.start < m.start for o in self.mentions)
            ):
                score += 1.2  # the personal "a" of a direct object
            elif prep in rule.preps:
                score += 1.0
            elif prep in ("of", "de", "del"):
                score += 0.5 if rule.type != "REQUEST" else -3.0
            elif prep in _PLACE:
                score -= 1.6 if rule.kind != "mutual" else 3.5
            elif prep in ("a", "to", "al", "con", "with", "against", "contra", "on", "sobre"):
                score += 0.3
            else:
                score -= 0.8
            said = rule.kind in ("carrier_say", "carrier_mutual") and reports
            score -= (1.2 if prep in rule.preps or said else 1.9) * (shape.finite_before[m.start] - shape.finite_before[start])
            score -= 1.2 * (shape.relative_before[m.start] - shape.relative_before[start])
            barriers = shape.barrier_before[m.start] - shape.barrier_before[start]
            score -= (0.6 if rule.type == "THREATEN" and shape.hypothetical_from[m.start] >= 0 else 2.2) * barriers
            score -= 0.7 * (shape.comma_before[m.start] - shape.comma_before[start])
            first = not any(start <= o.start < m.start for o in self.mentions)
            court = m.sector in ("JUD", "IGO")
            if court and ((prep in _BEFORE and rule.type == "ACCUSE") or (prep in ("to", "ante") and rule.type == "THREATEN")):
                score -= 3.0  # the court or body before which one complains is not the accused
            if rule.type == "THREATEN" and not prep and self._conditioned(m):
                score += 1.5  # "would go to court if Japan ..."
            if rule.type == "PROTEST" and m.sector == "GOV" and m.possessive and first:
                score += 1.0  # "to protest the government's suspension of talks on joining the EU"
            if m.kind == "place":
                score -= 1.2
            if m.kind == "role":
                near = m.sector in ("REB", "CRM") and rule.type == "ASSAULT" and m.code and not prep and m.start - start <= 2
                score -= 0.6 if not near else 0.2  # "killed 242 militants in eastern Congo"
            if (
                rule.type == "REQUEST"
                and m.kind == "role"
                and m.start - start <= 1
                and self.tokens[m.start - 1].low in POSSESSIVES
            ):
                score += 1.5  # "urged its citizens not to travel to ..."
            if m.kind in ("pron",):
                score -= 2.0
            if (
                m.start and self.tokens[m.start - 1].low in ("to",) and self.tokens[m.start - 2].low == "according"
            ) or self.tokens[m.start - 1].low == "según":
                score -= 4
            if source is not None and m.code is not None and m.code == source.code:
                state = m.row.startswith("countries") or m.kind == "attr" or (m.sector == source.sector == "GOV" and not m.person)
                score -= 0.4 if not state else 1.3 if m.sector == source.sector else 0.5
                if rule.type in _ABROAD and state and m.kind != "role":
                    score -= 1.5
            if (
                (first or rule.type in ("PROTEST", "REJECT", "ACCUSE"))
                and prep in _FROM
                and m.prep_at
                and self.tokens[m.prep_at - 1].low in _OWNED
            ):
                score += 2.2 if prep in _PLACE else 1.0 if prep not in AGENT else 3.0
            if m.end < len(self.tokens) and m.end in shape.by_token and shape.by_token[m.end].finite and not prep:
                score -= (
                    1.2 if rule.type != "THREATEN" or shape.hypothetical_from[m.start] < 0 else 0.0
                )  # it is the subject of the next verb
            if score > best_score:
                best, best_score = m, score
        pronoun = self._object_pronoun(trigger, source)
        clitic = trigger.verb is not None and any(
            t.low in ("lo", "los") for t in self.tokens[trigger.verb.start : trigger.verb.at]
        )
        follow = self.tokens[trigger.at + 1].low if trigger.at + 1 < len(self.tokens) else ""
        weak = best is None or (best_score < 0.2 and follow not in _OWN)
        if pronoun is not None and (weak or follow in _OBJECT_PRONOUNS or (clitic and self.lang == "es")):
            return pronoun
        taken = trigger.type == "COERCE" and trigger.obj >= 0  # a thing is taken; its owner stands behind the verb or nowhere
        if best is None and left and not taken:
            return self._addressee(trigger, source) or self._left_target(trigger, source)
        return best

    def _both_leave(self, trigger: Trigger, source: Mention) -> bool:
        """ "Chinese and Indian troops pulled back": each leaves the other's front."""
        return trigger.rule.id in ("retreat.withdraw", "retreat.leave", "retreat.depart") and source.sector == "MIL"

    def _signatories(self, trigger: Trigger, v: Verb) -> tuple[Mention, Mention] | None:
        """ "An agreement by Mongolia and Russia was signed": those who are joined behind the noun."""
        if trigger.rule.kind not in ("mutual", "carrier_mutual") or not 0 <= trigger.obj < v.start:
            return None
        for m in self.mentions:
            if trigger.obj < m.start and m.end <= v.start and m.prep in ("by", "between", "of", "entre", "de"):
                partner = self.partner(m)
                return (m, partner) if partner is not None and m.start - trigger.obj < 4 else None
        return None

    def _met(self, trigger: Trigger, target: Mention) -> bool:
        """ "The ministers of Jordan and Egypt met their Syrian counterpart": an object right behind the verb."""
        verb = trigger.verb is not None and any(lemma in ("meet", "host", "visit") for lemma, _ in trigger.verb.lemmas)
        return verb and not target.prep and 0 <= target.start - trigger.end <= 2

    def _conditioned(self, m: Mention) -> bool:
        """The subject of an "if" clause, with or without an article."""
        before = self.tokens[m.start - 1].low
        return before in HYPOTHETICAL or (before in ("the", "its") and self.tokens[m.start - 2].low in HYPOTHETICAL)

    def _clause_end(self, trigger: Trigger) -> int:
        """Where a verb's own objects end: at the verb that `and` or a comma joins to it behind an object of its own."""
        for v in self.shape.verbs:
            before = self.tokens[v.start - 1].low
            if v.start > trigger.end and v.gerund and before == ",":
                return v.start
            if v.start - trigger.end > 2 and v.finite and before in _JOINING:
                return v.start
        return len(self.tokens)

    def _addressee(self, trigger: Trigger, source: Mention | None) -> Mention | None:
        """Whom the words are told: "told the Panamanian president that Washington would act"."""
        for v in self.shape.verbs:
            if v.at < trigger.at and v.finite and any(lemma in _TELLING for lemma, _ in v.lemmas):
                m = next((m for m in self.mentions if m.start > v.at), None)
                if m is not None and m.end <= trigger.at and m.prep in ("", "a") and m.start - v.at <= 2 and m.code:
                    return m if source is None or m.code != source.code else None
        return None

    def _object_pronoun(self, trigger: Trigger, source: Mention | None) -> Mention | None:
        v = trigger.verb
        if v is None:
            return None
        after = self.tokens[v.at + 1].low if v.at + 1 < len(self.tokens) else ""
        told = next((m for m in self.mentions if m.start == v.at + 1 and m.kind == "pron"), None) if after == "it" else None
        if told is not None and source is not None and told.code not in (None, source.code):
            return told  # "recognised Beijing, which promised it a hundred million"
        before = {t.low for t in self.tokens[v.start : v.at]}
        enclitic = self.lang == "es" and self.tokens[v.at].low.endswith(("lo", "la", "le", "les", "los", "las")) and v.infinitive
        if not (after in _OBJECT_PRONOUNS or after in _OWN or (self.lang == "es" and before & _CLITICS) or enclitic):
            return None
        for m in reversed(self.mentions):
            if (
                m.end <= v.start
                and m is not source
                and m.code is not None
                and m.kind in ("actor", "attr")
                and m.prep not in _PLACE
                and (source is None or m.code != source.code or (m.person and m.sector != source.sector))
            ):
                return m
        return None
