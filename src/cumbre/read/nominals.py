"""Sides of event nouns: "Trump's threats against Iran", "la expulsión del embajador chileno"."""

from __future__ import annotations

from cumbre.read.aspects import refused
from cumbre.read.clauses import Verb
from cumbre.read.mention import AGENT, DETERMINERS, POSSESSIVES, WHOSE, Mention
from cumbre.read.subjects import Subjects
from cumbre.read.trigger import AGENT_NOUNS, LIGHT, PATIENT_TYPES, Trigger
from cumbre.read.wordlists import words

__all__ = ["Nominals"]

_CAUSES = frozenset(["over", "for", "por", "about", "at", "against"])
_PLACE = words("place")
_GATHERINGS = words("gatherings")
_VERBAL = frozenset(["ACCUSE", "REJECT", "THREATEN", "REQUEST", "SANCTION"])
_ADVERBIAL = words("adverbial")
_ANSWERING = frozenset(["respond", "retaliate", "reply", "responder", "reaccionar", "contestar"])
_DRAWING = words("drawing")
_VOICING = frozenset(["express", "voice", "expresar", "manifestar", "reiterar", "mostrar"])
_MEASURES = frozenset(["SANCTION", "CONCEDE", "AID", "THREATEN"])
_PROVOKING = words("provoking")
_CALLS = frozenset(["conversation", "call", "llamada", "conversación"])


_THEY = frozenset(["they", "ellos", "ellas"])


class Nominals(Subjects):
    """Argument finder of event nouns in one sentence."""

    def _left_target(self, trigger: Trigger, source: Mention | None) -> Mention | None:
        """A side named before the trigger: "In response to Ottawa's duties, Washington ..."."""
        at = trigger.start
        best, best_score = None, -2.2
        for m in self.mentions:
            if m.end > at or m is source or m.code is None or m.kind not in ("actor", "attr"):
                continue
            if source is not None and (m.code == source.code or m.group == source.group):
                continue
            score = (
                -0.05 * (at - m.end)
                - (0.8 if m.sector in ("ELI", "CVL", "MED") and m.prep else 0.0)
                - 0.5 * (self.shape.finite_before[at] - self.shape.finite_before[m.end])
            )
            if m.prep in _PLACE:
                score -= 1.0
            if m.sector == "IGO" and m.prep and m.code not in ("EUR", "NAT"):
                score -= 2.0  # the body that was asked or told
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
        if patient_noun and at and tokens[at - 1].low in WHOSE and owner is not None:
            return None, owner  # "un estadounidense cuya captura denunció"
        if rule.id == "consult.visit" and at and tokens[at - 1].low in ("de", "visit", "a", "official", "state"):
            guest = next((m for m in reversed(self.mentions) if m.end <= at and at - m.end <= 5 and m.kind == "actor"), None)
            host = next(
                (m for m in self.mentions if 0 <= m.start - end <= 2 and m.prep in ("en", "to", "in", "a") and m.code), None
            )
            if guest is not None and host is not None and guest.code != host.code:
                return guest, host  # "Burhan, de visita en El Cairo, pidió ..."
        # "Bogotá respondió con un arancel a productos ecuatorianos": who acts through the noun stands before it
        light = (
            self._light_subject(trigger, None) if source is None and (rule.type in _MEASURES or self._voiced(trigger)) else None
        )
        # The object itself may name its owner: "the closure of four Russian consulates", "el cierre de consulados rusos"
        if trigger.obj >= 0 and target is None:
            target = next((m for m in self.mentions if m.start <= trigger.obj < m.end and m.code and m is not source), None)
        # After, in Spanish a demonym right behind the noun: "amenazas estadounidenses contra ..."
        for m in self.mentions:
            if m.start < end:
                continue
            between = any(
                (o.finite or (o.infinitive and rule.type == "REJECT")) and end <= o.at < m.start for o in self.shape.verbs
            )
            prep = m.prep if m.prep_at >= trigger.at else ""
            if (
                source is not None
                and m.group == source.group
                and rule.kind not in ("mutual", "carrier_mutual")
                and prep in ("from", "desde", "by", "por")
            ):
                continue  # "pleas from Paris and Berlin"
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
            elif prep in AGENT and source is None:
                source = m
            elif rule.kind in ("mutual", "carrier_mutual") and prep in ("with", "con") and target is None:
                target = m
            elif prep in ("of", "de", "del"):
                if (
                    ((patient_noun or trigger.obj >= 0) and not (source is None and self._aimed(m, trigger)))
                    or (source is None and m.kind == "place")
                    or (source is None and light is not None and light is not m)
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
        if target is None and source is not None and rule.type == "REJECT" and self.lang == "es":
            target = self._refused(trigger, source)
        if source is None:
            source = self._light_subject(trigger, target)
            answered = trigger.light is not None and any(lemma in _ANSWERING for lemma, _ in trigger.light.lemmas)
            if target is None and source is not None and answered:
                target = self._left_target(
                    trigger, source
                )  # "Quito imposed a levy on Bogotá, which responded with the suspension of ..."
        if source is None and at and tokens[at - 1].low in POSSESSIVES and not (at > 1 and tokens[at - 2].low in _CAUSES):
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
        if (
            rule.type in _VERBAL
            and target is None
            and source is not None
            and (source.possessive or source.prep in ("of", "from", "by", "de", "por"))
        ):
            target = self._main_subject(trigger, source)
        if source is not None and rule.type in _VERBAL and source.prep in ("from", "by", "de", "por"):
            target = self._provoker(trigger, source) or target
        if (
            rule.id in ("consult.visit", "consult.meet", "consult.call")
            and trigger.words == 0
            and tokens[trigger.at].low in _GATHERINGS
        ):
            source, target = self._gathering(trigger, source, target)
        return source, target

    def _refused(self, trigger: Trigger, source: Mention) -> Mention | None:
        """ "el rechazo de Marruecos a renovar el acuerdo con la Unión": with whom one refuses to do a thing."""
        act = refused(trigger, self.shape, self.tokens)
        stop = next((o.start for o in self.shape.verbs if o.at >= trigger.end and o.finite), len(self.tokens))
        if act is None or act.at > stop:
            return None
        behind = (m for m in self.mentions if act.at < m.start < stop and m.prep in ("con", "a") and m.kind != "place")
        return next((m for m in behind if m.code not in (None, source.code)), None)

    def _aimed(self, m: Mention, trigger: Trigger) -> bool:
        """ "the bombardment of A against B": who stands behind `of` does it, since its aim follows."""
        return trigger.obj < 0 and any(
            o.start > m.start and o.prep in ("against", "contra") and o.start - m.end < 5 for o in self.mentions
        )

    def _main_subject(self, trigger: Trigger, known: Mention) -> Mention | None:
        """ "Under pressure from A, B gave in": what stands in the adverbial is aimed at the main subject."""
        before = {t.low for t in self.tokens[max(0, trigger.start - 4) : trigger.start]}
        drawing = next(
            (o for o in self.shape.verbs if 0 < trigger.start - o.at <= 3 and any(w in _DRAWING for w, _ in o.lemmas)), None
        )
        if drawing is not None:
            drawn = self.subject(drawing)  # "deported thousands, drawing a rebuke from the UN"
            return drawn if drawn is not None and drawn.code not in (None, known.code) else None
        if not before & _ADVERBIAL:
            return None
        main = next((o for o in self.shape.verbs if o.finite), None)
        subject = self.subject(main) if main is not None else None
        return subject if subject is not None and subject.code not in (None, known.code) else None

    def _provoker(self, trigger: Trigger, angry: Mention) -> Mention | None:
        """ "Sanctions imposed by A prompted criticism from B", "..., drawing a complaint from B to the bloc": it is aimed at A."""
        v = next((o for o in reversed(self.shape.verbs) if o.at < trigger.start), None)
        if v is None or v.passive or trigger.start - v.at > 4 or not any(lemma in _PROVOKING for lemma, _ in v.lemmas):
            return None
        doer = self._author(v) or self.subject(v)
        return doer if doer is not None and doer.code not in (None, angry.code) else None

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
            "for",
            "para",
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

    def _voiced(self, trigger: Trigger) -> bool:
        """ "expresó su firme rechazo al fallo": who voices the noun stands before it."""
        return any(0 < trigger.start - o.at <= 5 and any(w in _VOICING for w, _ in o.lemmas) for o in self.shape.verbs)

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
                claimed = o.reflexive and any(lemma == "atribuir" for lemma, _ in o.lemmas)
                if (claimed or any(lemma in LIGHT for lemma, _ in o.lemmas)) and not o.passive and not o.negated and not o.modal:
                    trigger.light = o
                    subject = self.subject(o)
                    return subject if subject is not target else None
                return None
        return None

    def _belonging(self, trigger: Trigger, source: Mention | None) -> Mention | None:
        """ "Irán rompió con el OIEA después de que Israel bombardeara sus plantas": what is hit belongs to the main subject."""
        v, tokens = trigger.verb, self.tokens
        if self.lang != "es" or v is None or v.passive or not v.finite or source is None or source.code is None:
            return None
        at = trigger.at + 1 + (trigger.at + 1 < len(tokens) and tokens[trigger.at + 1].low in ("a", "en", "contra"))
        if at + 1 >= len(tokens) or tokens[at].low not in ("su", "sus") or any(at < m.start <= at + 2 for m in self.mentions):
            return None
        main = self._verb_before(v, True)
        if main is None or self.shape.barrier_before[v.start] <= self.shape.barrier_before[main.at]:
            return None
        owner = self.subject(main)
        return owner if owner is not None and owner.code not in (None, source.code) and owner.end <= main.start else None

    def _both(self, pronoun: Mention) -> tuple[Mention, Mention] | None:
        """ "Government and ELN negotiators said they would meet again": they are the two that were joined before."""
        if self.tokens[pronoun.start].low not in _THEY:
            return None
        for m in self.mentions:
            partner = self.partner(m) if m.code is not None and m.end <= pronoun.start else None
            if partner is not None:
                return m, partner
        return None

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
        if any(lemma == "atribuir" for lemma, _ in v.lemmas):
            return False  # "se atribuyó el ataque"
        nearest = next((m for m in reversed(self.mentions) if m.end <= v.start), None)
        return nearest is None or v.start - nearest.end > 0 or bool(nearest.prep)
