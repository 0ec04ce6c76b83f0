"""Who did it to whom: source and target of a trigger among the mentions of its sentence.

Candidates are ranked by plain, additive reasons: nearness, the preposition before them, what lies between them and the trigger
(verbs, commas, subordinators, relative pronouns), and the frame of the rule. Passives swap the sides; relative pronouns take
their antecedent; coordinated verbs, gerunds and infinitives take the subject of the verb above them.
"""

from __future__ import annotations

from dataclasses import replace

from cumbre.read.clauses import Verb
from cumbre.read.mention import DETERMINERS, Mention
from cumbre.read.subjects import Subjects
from cumbre.read.trigger import AGENT_NOUNS, LIGHT, PATIENT_TYPES, Trigger
from cumbre.read.wordlists import words

__all__ = ["Arguments"]

_TELLING = frozenset(
    ["tell", "warn", "inform", "assure", "remind", "decir", "advertir", "informar", "asegurar", "comunicar", "recordar", "avisar"]
)

_MUTUAL = frozenset(
    ["mutual", "mutually", "mutuo", "mutua", "mutuos", "mutuas", "recíprocos", "recíprocas", "reciprocal", "other"]
)
_SWAPPING = frozenset(["exchange", "swap", "trade", "canjear", "intercambiar"])

_BEFORE = frozenset(["ante", "before", "at"])

_CAUSES = frozenset(["over", "for", "por", "about", "at", "against"])

_AGENT = frozenset(("by", "por"))

_PLACE = words("place")

_OBJECT_PRONOUNS = frozenset(["him", "them"])

_OWN = frozenset(["his", "her", "their", "su", "sus"])

_CLITICS = words("clitics")

_FROM = words("from")

_OWNED = words("owned")

_MOVED = words("moved")

_GATHERINGS = words("gatherings")

_VERBAL = frozenset(["ACCUSE", "REJECT", "THREATEN", "REQUEST", "SANCTION"])

_ADVERBIAL = words("adverbial")

_ABROAD = words("abroad")

_POSSESSING = frozenset(["his", "her", "its", "their", "su", "sus"])

_CALLS = frozenset(["conversation", "call", "llamada", "conversación"])


class Arguments(Subjects):
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
        if trigger.rule.id == "reject.denial":
            source = self.subject(v)
            return source, self._target(trigger, source, left=False)
        if trigger.rule.kind == "suffer":
            giver = next(
                (m for m in self.mentions if m.start >= trigger.at and m.prep in ("from", "by", "de", "por", "of")), None
            )
            return giver, self.subject(v)
        if trigger.rule.kind == "cowed":
            source = self.subject(v)
            return source, self._agent(v) or self._target(trigger, source)
        if v.passive:
            return self._passive(trigger, v)
        if v.reflexive and self.lang == "es" and trigger.rule.objects and not trigger.words and self._se_passive(v):
            agent = self._agent(v) or self._announcer(v)
            return agent, self._target(trigger, agent)
        source = self.subject(v)
        if trigger.rule.id == "consult.visit":
            for m in self.mentions:
                if m.start >= trigger.end and m.start - trigger.end <= 2 and m is not source and m.code is not None:
                    return source, m if m.kind != "place" else replace(m, kind="actor", sector="GOV")
            return source, None
        if source is not None and source.kind == "pair" and trigger.rule.kind in ("mutual", "carrier_mutual"):
            return self._pair(source)
        swapped = any(lemma in _SWAPPING for lemma, _ in v.lemmas) or any(
            t.low in _MUTUAL for t in self.tokens[trigger.at : trigger.end + 3]
        )
        if source is not None and (
            trigger.rule.kind in ("mutual", "carrier_mutual") or trigger.type in ("ASSAULT", "MOBILIZE") or swapped
        ):
            partner = self.partner(source)
            target = self._target(trigger, source, partner is None)
            if partner is not None and target is not None and target.code == source.code:
                return source, partner
            if partner is not None and (
                target is None or target.kind == "place" or target.prep not in ("with", "con", "contra", "against", "a", "to")
            ):
                return source, partner
            return source, target
        return source, self._target(trigger, source)

    def _announcer(self, v: Verb) -> Mention | None:
        """Who announced what "was suspended" without an agent."""
        for o in reversed(self.shape.verbs):
            if (
                o.at < v.start
                and o.finite
                and any(lemma in ("anunciar", "ordenar", "confirmar", "announce", "order", "decir") for lemma, _ in o.lemmas)
            ):
                return self.subject(o)
        return None

    def _se_passive(self, v: Verb) -> bool:
        nearest = next((m for m in reversed(self.mentions) if m.end <= v.start), None)
        return nearest is None or v.start - nearest.end > 0 or bool(nearest.prep)

    def _agent(self, v: Verb) -> Mention | None:
        for m in self.mentions:
            if m.start > v.at and m.prep in _AGENT and m.kind != "place":
                between = [o for o in self.shape.verbs if v.at < o.at < m.start and o.finite]
                if not between:
                    return m
        return None

    def _passive(self, trigger: Trigger, v: Verb) -> tuple[Mention | None, Mention | None]:
        agent = self._agent(v)
        patient = self.subject(v)
        if trigger.rule.objects and not (v.finite and patient is not None and trigger.rule.type in PATIENT_TYPES):
            right = self._target(trigger, agent, left=False)
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
            patient = next(
                (m for m in self.mentions if m.start > v.at and m.prep not in _AGENT and m is not agent and m.start - v.at < 12),
                None,
            )
        if patient is None:
            patient = next(
                (m for m in reversed(self.mentions) if m.end <= v.start and v.start - m.end <= 6 and m is not agent), None
            )
        return agent, patient

    def _target(self, trigger: Trigger, source: Mention | None, left: bool = True) -> Mention | None:
        shape, rule = self.shape, trigger.rule
        start = trigger.at + 1
        reports = any(t.low in ("that", "que") for t in self.tokens[start : start + 2])
        best, best_score = None, -1.75
        for m in self.mentions:
            if m.start < start or m is source:
                continue
            if source is not None and m.group == source.group:
                continue
            if m.start <= trigger.obj < m.end and m.kind == "role" and rule.id in _MOVED:
                continue  # the troops that are sent are no target
            score = -0.08 * (m.start - start)
            prep = m.prep if m.prep_at >= trigger.at else ""
            if not prep:
                score += 0.9
            elif prep in _AGENT and rule.type == "ACCUSE" and not (trigger.verb is not None and trigger.verb.passive):
                score += 0.2  # "denunció ejecuciones a manos del ejército"
            elif prep in _AGENT:
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
            if prep in _BEFORE and rule.type == "ACCUSE" and m.sector in ("JUD", "IGO"):
                score -= 1.5  # the court or body before which one complains is not the accused
            if m.kind == "place":
                score -= 1.2
            if m.kind == "role":
                score -= 0.6
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
            first = not any(start <= o.start < m.start for o in self.mentions)
            if (
                (first or rule.type in ("PROTEST", "REJECT", "ACCUSE"))
                and prep in _FROM
                and m.prep_at
                and self.tokens[m.prep_at - 1].low in _OWNED
            ):
                score += 2.2 if prep in _PLACE else 1.0 if prep not in _AGENT else 3.0
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
        if pronoun is not None and (weak or (clitic and self.lang == "es")):
            return pronoun
        if best is None and left:
            return self._addressee(trigger, source) or self._left_target(trigger, source)
        return best

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
                and (source is None or m.code != source.code)
            ):
                return m
        return None

    def _left_target(self, trigger: Trigger, source: Mention | None) -> Mention | None:
        """A side named before the trigger: "In response to Ottawa's duties, Washington ..."."""
        at = trigger.start
        best, best_score = None, -2.2
        for m in self.mentions:
            if m.end > at or m is source or m.code is None or m.kind not in ("actor", "attr"):
                continue
            if source is not None and (m.code == source.code or m.group == source.group):
                continue
            score = -0.05 * (at - m.end) - 0.5 * (self.shape.finite_before[at] - self.shape.finite_before[m.end])
            if m.prep in _PLACE:
                score -= 1.0
            if score > best_score:
                best, best_score = m, score
        return best

    def _nominal(self, trigger: Trigger) -> tuple[Mention | None, Mention | None]:
        tokens, rule = self.tokens, trigger.rule
        at, end = trigger.start, trigger.end
        source: Mention | None = None
        target: Mention | None = None
        patient_noun = (rule.type in PATIENT_TYPES or rule.id in ("sanction.expel", "concede.yield")) and tokens[
            trigger.at
        ].low not in AGENT_NOUNS
        follows = next((m for m in self.mentions if m.start >= end), None)
        owned = follows is not None and follows.prep in ("of", "de", "del") and follows.prep_at == end
        # Before: "Trump's threats", "US-China talks", "Israeli raid"
        owner = next((m for m in reversed(self.mentions) if m.end <= at), None)
        if owner is not None:
            gap = [t.low for t in tokens[owner.end : at]]
            words = [w for w in gap if w not in ("'s", "'", "’", "-")]
            close = len(words) <= 3 and all(
                w[:1].isalpha() and w not in DETERMINERS and w not in ("of", "to", "in", "on", "and", "y", "de", "by")
                for w in words
            )
            if (
                close
                and (owner.possessive or owner.kind == "attr" or not gap or gap == ["-"])
                and not any(owner.end <= o.at < at for o in self.shape.verbs)
            ) and (self.lang == "en" or owner.possessive):
                if patient_noun and owner.possessive and owner.kind != "attr" and not owned:
                    target = owner
                else:
                    source = owner
                    partner = next(
                        (m for m in self.mentions if m is not owner and m.group == owner.group and m.code != owner.code), None
                    )
                    if partner is not None and rule.kind in ("mutual", "carrier_mutual"):
                        target = partner
        # The object itself may name its owner: "the closure of four Russian consulates", "el cierre de consulados rusos"
        if trigger.obj >= 0 and target is None:
            target = next((m for m in self.mentions if m.start <= trigger.obj < m.end and m.code and m is not source), None)
        # After, in Spanish a demonym right behind the noun: "amenazas estadounidenses contra ..."
        for m in self.mentions:
            if m.start < end:
                continue
            between = any(o.finite and end <= o.at < m.start for o in self.shape.verbs)
            prep = m.prep if m.prep_at >= trigger.at else ""
            listed = prep in rule.preps and trigger.obj >= 0  # "el cierre de la frontera terrestre, marítima y aérea con Haití"
            if between or m.start - end > 10 or any(tokens[k].low in (",", ";") and not listed for k in range(end, m.start)):
                break
            if not prep and m.kind == "attr" and m.start == end and self.lang == "es" and trigger.obj >= 0 and target is None:
                target = m
            elif not prep and m.kind == "attr" and m.start == end and self.lang == "es" and source is None and m is not target:
                source = m
            elif prep in ("between", "entre"):
                if m.kind == "pair":
                    return self._pair(m)
                partner = next((o for o in self.mentions if o is not m and o.group == m.group and o.code != m.code), None)
                return m, partner
            elif prep in _AGENT and source is None:
                source = m
            elif rule.kind in ("mutual", "carrier_mutual") and prep in ("with", "con") and target is None:
                target = m
            elif prep in ("of", "de", "del"):
                if ((patient_noun or trigger.obj >= 0) and not (source is None and self._aimed(m, trigger))) or (
                    source is None and m.kind == "place"
                ):
                    target = target or m
                elif source is None:
                    source = m
                    partner = next((o for o in self.mentions if o is not m and o.group == m.group and o.code != m.code), None)
                    if partner is not None and rule.kind in ("mutual", "carrier_mutual"):
                        target = partner
                elif target is None and m.group != source.group:
                    target = m
            elif prep in ("from", "desde") and source is None and (rule.type in _VERBAL or rule.type in ("SUPPORT", "AGREE")):
                source = m
            elif (
                prep in rule.preps or prep in ("against", "contra", "a", "on", "to", "al", "into", "sobre", "hacia", "for")
            ) and target is None:
                target = m
            elif (
                trigger.end
                and tokens[trigger.end - 1].low
                in ("of", "on", "against", "with", "between", "for", "to", "contra", "con", "de", "entre", "a")
                and not prep
            ):
                target = target or m
        if source is None:
            source = self._light_subject(trigger, target)
        if source is None and at and tokens[at - 1].low in _POSSESSING and not (at > 1 and tokens[at - 2].low in _CAUSES):
            main = next((o for o in self.shape.verbs if o.finite), None)
            source = self.subject(main) if main is not None else None
            if source is target:
                source = None
        if source is not None and source is target:
            target = None
        if (
            rule.id in ("sanction.recall", "sanction.expel")
            and source is not None
            and target is not None
            and target.code == source.code
        ):
            # "el retiro del embajador peruano en México": the envoy is one's own
            target = next((m for m in self.mentions if m.start >= trigger.end and m.code not in (None, source.code)), None)
        if target is None and source is not None and rule.id in ("sanction.expel", "sanction.recall"):
            target = self._left_target(trigger, source)
        if rule.type in _VERBAL and target is None and source is not None and source.prep in ("of", "from", "by", "de", "por"):
            target = self._main_subject(trigger, source)
        if (
            rule.id in ("consult.visit", "consult.meet", "consult.call")
            and trigger.words == 0
            and tokens[trigger.at].low in _GATHERINGS
        ):
            source, target = self._gathering(trigger, source, target)
        return source, target

    def _aimed(self, m: Mention, trigger: Trigger) -> bool:
        """ "the bombardment of A against B": who stands behind `of` does it, since its aim follows."""
        return trigger.obj < 0 and any(
            o.start > m.start and o.prep in ("against", "contra") and o.start - m.end < 5 for o in self.mentions
        )

    def _main_subject(self, trigger: Trigger, known: Mention) -> Mention | None:
        """ "Under pressure from A, B gave in": what stands in the adverbial is aimed at the main subject."""
        before = {t.low for t in self.tokens[max(0, trigger.start - 4) : trigger.start]}
        if not before & _ADVERBIAL:
            return None
        main = next((o for o in self.shape.verbs if o.finite), None)
        subject = self.subject(main) if main is not None else None
        return subject if subject is not None and subject.code not in (None, known.code) else None

    def _gathering(
        self, trigger: Trigger, source: Mention | None, target: Mention | None
    ) -> tuple[Mention | None, Mention | None]:
        """ "After talks in Geneva, A and B agreed"; "B freed six men after the visit of A": the other side is the main subject."""
        before = {t.low for t in self.tokens[max(0, trigger.start - 6) : trigger.start]}
        if (source is not None and target is not None) or not before & {
            "after",
            "tras",
            "following",
            "during",
            "luego",
            "durante",
            "después",
        }:
            return source, target
        main = next((o for o in self.shape.verbs if o.finite), None)
        subject = self.subject(main) if main is not None else None
        if source is None and target is None:
            heads: dict[str, Mention] = {}
            for m in self.mentions:
                if m.code is not None and m.kind == "actor" and m.sector == "GOV" and (m.person or m.start < trigger.start):
                    heads.setdefault(m.code, m)
            if len(heads) == 2:
                first, second = heads.values()
                return first, second
        if subject is None or subject.code is None:
            return source, target
        if source is None and target is None:
            partner = self.partner(subject)
            return (subject, partner) if partner is not None or self.tokens[trigger.at].low in _CALLS else (None, None)
        known = source or target
        if known is not None and known.code is not None and known.code != subject.code:
            return (known, subject) if source is not None else (subject, known)
        return source, target

    def _light_subject(self, trigger: Trigger, target: Mention | None) -> Mention | None:
        for o in reversed(self.shape.verbs):
            reach = (
                14
                if any(
                    lemma in ("respond", "responder", "retaliate", "reaccionar", "contestar", "answer") for lemma, _ in o.lemmas
                )
                else 6
            )
            if o.at < trigger.start and trigger.start - o.at > reach and o.finite:
                return None
            if o.at < trigger.start and trigger.start - o.at <= reach and (o.finite or o.gerund or o.infinitive):
                if any(lemma in LIGHT for lemma, _ in o.lemmas) and not o.passive and not o.negated and not o.modal:
                    trigger.light = o
                    subject = self.subject(o)
                    return subject if subject is not target else None
                return None
        return None
