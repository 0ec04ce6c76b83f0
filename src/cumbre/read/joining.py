"""Verbs that share a subject: joined by "and", by a comma, by being words of one speaker."""

from __future__ import annotations

from cumbre.read.clauses import RELATIVES, SUBORDINATORS, Verb
from cumbre.read.linking import Linked
from cumbre.read.morphology import PAST
from cumbre.read.trigger import SPEAKING
from cumbre.read.wordlists import words

__all__ = ["Joined"]

_JUDGING = words("judging")


class Joined(Linked):
    """Finder of the verb from which another takes its subject."""

    def _main(self, v: Verb | None) -> Verb | None:
        """The verb that a relative clause hangs on: "fought gunmen who had hidden in a monastery, killing three"."""
        while v is not None:
            if self._aside(v):
                v = self._verb_before(v, True)
                continue
            before = self.tokens[v.start - 1].low if v.start else ""
            if not (before in RELATIVES or (before in ("that", "que") and not self._complement(v.start - 1))):
                return v
            above = self._verb_before(v, True)
            if above is None or any(t.low == "," for t in self.tokens[above.at : v.start]):
                return v
            v = above
        return None

    def _aside(self, v: Verb) -> bool:
        """ "fired at a boat, the navy said, injuring four": a verb of saying with its speaker between two commas."""
        if not any(lemma in SPEAKING for lemma, _ in v.lemmas) or v.at + 1 >= len(self.tokens):
            return False
        speaker = next((m for m in reversed(self.mentions) if m.end <= v.start), None)
        if speaker is None or self.tokens[v.at + 1].text != "," or v.start - speaker.end > 1:
            return False
        return any(self.tokens[j].text == "," for j in range(max(0, speaker.start - 2), speaker.start)) and any(
            o.finite and o.at < speaker.start for o in self.shape.verbs
        )

    def _coordinate(self, v: Verb) -> Verb | None:
        """The verb that `and` joins a verb to; a verb inside a relative clause of another tense is passed over."""
        said = self._said_too(v)
        if said is not None:
            return said
        for o in reversed(self.shape.verbs):
            if o.at >= v.start or not o.finite or (self.shape.quoted[o.at] and not self.shape.quoted[v.at]):
                continue
            before = self.tokens[o.start - 1].low if o.start else ""
            relative = before in RELATIVES or (before in ("que", "that") and not self._complement(o.start - 1))
            if (relative or self._below(o)) and (o.flags & PAST) != (v.flags & PAST):
                continue
            if self.lang == "en" and v.start > 1 and self.tokens[v.start - 2].text == "," and self._of_whose(o):
                continue
            return o
        return None

    def _of_whose(self, o: Verb) -> bool:
        """ "soldiers whose plane had landed, and accused": a clause about an owner ends at its comma."""
        last = next((x.at for x in reversed(self.shape.verbs) if x.finite and x.at < o.start), -1)
        return any(t.low in ("whose", "who") for t in self.tokens[last + 1 : o.start])

    def _said_too(self, v: Verb) -> Verb | None:
        """ "said five planes had been seen, called it a provocation and warned": words are joined to words, not to what they tell."""
        if not v.flags & PAST or v.modal or v.future:
            return None
        above = [o for o in self.shape.verbs if o.at < v.start and o.finite]
        speech = any(lemma in SPEAKING or lemma in _JUDGING for lemma, _ in v.lemmas)
        if not speech and not (above and self._other_tense(above[-1], v)):
            return None
        for o in above[:-1]:
            if (
                any(lemma in SPEAKING for lemma, _ in o.lemmas)
                and o.flags & PAST
                and not o.passive
                and not any(t.low in (";", ":") for t in self.tokens[o.at : v.start])
                and (not speech or above[-1].passive or above[-1].modal or above[-1].future or self._subject_below(o, above[-1]))
            ):
                return o
        return None

    def _below(self, v: Verb) -> bool:
        """A verb of a clause that hangs on another: "said that the pact will not allow", "until it is ready"."""
        last = next((o.at for o in reversed(self.shape.verbs) if o.finite and o.at < v.start), -1)
        opens = {t.low for t in self.tokens[last + 1 : v.start]}
        return last >= 0 and bool(opens & SUBORDINATORS or opens & {"that", "que"})

    def _listed(self, v: Verb) -> bool:
        """ "warned X, denounced Y": a comma joins the verb to the one before, and does not close a parenthesis."""
        comma = next((j for j in range(v.start - 1, max(-1, v.start - 3), -1) if self.tokens[j].low == ","), -1)
        if comma < 0:
            return False
        last = self._verb_before(v, True)
        if last is None:
            return False
        opening = next((j for j in range(comma - 1, -1, -1) if self.tokens[j].low == ","), -1)
        if opening >= 0 and last.at < opening:
            return False
        if opening >= 0 and any(m.end == opening for m in self.mentions):
            inside = [o for o in self.shape.verbs if opening < o.at < comma and o.finite]
            if not inside or self.tokens[opening + 1].low in RELATIVES:
                return False
            if any(m.end == opening and self._headed(m) and not m.prep for m in self.mentions) and len(inside) == 1:
                return False  # "Cuba, en cuyo territorio Washington mantiene una base, acusó"
        return True
