"""How mentions and verbs of a sentence hang together: relative clauses, inverted subjects, decisions and joined actors."""

from __future__ import annotations

from cumbre.read.clauses import RELATIVES, SUBORDINATORS, Shape, Verb
from cumbre.read.mention import ARTICLES, OF, PREPOSITIONS, TOWARD, Mention
from cumbre.read.morphology import INF
from cumbre.read.tokens import Token
from cumbre.read.trigger import AGENT_NOUNS, SPEAKING
from cumbre.read.wordlists import words

__all__ = ["Linked"]

_THE = frozenset(["the", "la", "el", "los", "las"])
_RESOLVES = words("resolves")
_THAT = frozenset(["that", "que"])


class Linked:
    """Links between the mentions and verbs of one sentence."""

    def __init__(self, tokens: list[Token], mentions: list[Mention], shape: Shape, lang: str) -> None:
        self.tokens, self.mentions, self.shape, self.lang = tokens, mentions, shape, lang
        self._subjects: dict[int, Mention | None] = {}
        self._busy: set[int] = set()

    def _complement(self, at: int) -> bool:
        """`that`/`que` at a token follows a verb (or its adverb) and opens a clause of its own."""
        verbs = self.shape.by_token
        return (
            (at - 1) in verbs
            or ((at - 2) in verbs and self.tokens[at - 1].low in ("el", "on", "este", "ayer"))
            or (at >= 3 and (at - 3) in verbs and not any(m.start <= at - 1 < m.end for m in self.mentions))
        )

    def _parenthesis(self, m: Mention, v: Verb) -> bool:
        """A pair of commas stands between a subject and its verb."""
        if self.tokens[v.start - 1].low != ",":
            return False
        last = max(x.end for x in self.mentions if x.group == m.group)
        commas = [j for j in range(last, v.start - 1) if self.tokens[j].low == ","]
        return bool(commas) and commas[0] == last and any(x.start > last and x.end <= v.start for x in self.mentions)

    def _striking(self, m: Mention) -> float:
        """ "A US strike on a boat ... killed six", "un bombardeo ruso dejó doce muertos": who strikes is the subject."""
        tokens = self.tokens
        if self.lang == "en":
            return 2.0 if not m.prep and m.end < len(tokens) and tokens[m.end].low in AGENT_NOUNS else 0.0
        at = m.prep_at - 1 if m.prep in ("de", "del") else m.start - 1
        return 1.6 if at >= 0 and tokens[at].low in AGENT_NOUNS else 0.0

    def _headed(self, m: Mention) -> bool:
        """A relative clause opens right behind a mention."""
        after = [t.low for t in self.tokens[m.end : m.end + 4]]
        if after and after[0] in RELATIVES | _THAT:
            return True
        if not after or after[0] != ",":
            return False
        if len(after) > 2 and (
            after[1] in PREPOSITIONS or after[1] == "al"
        ):  # "Corea, con la que Tokio restableció ...", "Cuba, en cuyo territorio"
            return after[2] in RELATIVES or after[1] == "al" or (after[2] in ARTICLES and after[-1] in RELATIVES | _THAT)
        return after[1:2] != [] and after[1] in RELATIVES | _THAT

    def _inverted(self, v: Verb) -> Mention | None:
        """Spanish subject after its verb: "Anunció el presidente ruso ..."."""
        for m in self.mentions:
            if m.start > v.at:
                if m.start - v.at <= 4 and not m.prep and m.kind in ("actor", "role", "pair"):
                    return m
                return None
        return None

    def _inserted(self, v: Verb, m: Mention) -> bool:
        """ ", advirtieron las tres potencias europeas,": a verb of saying and its speaker between two commas."""
        closed = m.end < len(self.tokens) and self.tokens[m.end].text in (",", ".")
        return closed and any(lemma in SPEAKING for lemma, _ in v.lemmas)

    def _late(self, v: Verb) -> Mention | None:
        """ "como denunciaban desde hace semanas las autoridades": the subject behind an adverbial of the verb."""
        for m in self.mentions:
            if m.start > v.at and not m.prep and m.kind in ("actor", "role"):
                free = all(t.text[:1].isalnum() for t in self.tokens[v.at + 1 : m.start])
                return m if free and m.start - v.at <= 8 and self.tokens[v.at + 1].low in PREPOSITIONS else None
        return None

    def _pair(self, m: Mention) -> tuple[Mention | None, Mention | None]:
        """ "the two leaders": the two countries named before, if they are two."""
        earlier: dict[str, Mention] = {}
        for o in self.mentions:
            if o.code is not None and o.kind in ("actor", "attr", "role") and o is not m and o.start < m.start:
                earlier.setdefault(o.code, o)
        if not earlier:
            for o in self.mentions:  # "Ambos gobiernos acordaron ..., según el canciller argentino y el ministro británico"
                if o.code is not None and o.kind in ("actor", "attr") and o.start > m.start:
                    earlier.setdefault(o.code, o)
        both = list(earlier.values())
        return (both[0], both[1]) if len(both) == 2 else (m, None)

    def partner(self, m: Mention) -> Mention | None:
        """The other side of "A and B met": a coordinated mention of another country."""
        for o in self.mentions:
            if (
                o is not m
                and o.group == m.group
                and o.code is not None
                and (o.code != m.code or o.sector != m.sector)
                and o.kind != "place"
            ):
                return o
        return None

    def _decider(self, v: Verb) -> Mention | None:
        """ "la decisión de la Corte de anular ...", "la negativa de Quito a recibir ...": whose decision it is does what it is about."""
        owner = next((m for m in reversed(self.mentions) if m.end <= v.start - 1), None)
        if owner is None or v.start - owner.end != 1 or owner.prep not in OF or owner.kind == "place":
            return None
        return owner if owner.prep_at and self.tokens[owner.prep_at - 1].low in _RESOLVES else None

    def _timed(self, v: Verb) -> Mention | None:
        """ "al Tesoro, que dos días antes había señalado a": only a phrase of time stands between the relative and its verb."""
        for k in range(v.start - 2, max(0, v.start - 6), -1):
            if k + 1 in self.shape.mentioned or not self.tokens[k + 1].text[:1].isalnum() or k in self.shape.by_token:
                return None
            if self.tokens[k].low == "que" and self.tokens[k - 1].text == ",":
                return next((m for m in reversed(self.mentions) if m.end == k - 1 and m.kind != "place"), None)
        return None

    def _nameless(self, v: Verb) -> bool:
        """ "a wall that the green groups had criticised": the noun before the verb is its subject, and no table knows it."""
        for j in range(v.start - 2, max(0, v.start - 9), -1):
            if j in self.shape.by_token or not self.tokens[j + 1].text[:1].isalpha():
                return False
            if self.tokens[j].low in ("that", "que", "which"):
                beside = (m.prep in TOWARD for m in self.mentions if j < m.start and m.end <= v.start)
                return self.tokens[j + 1].low in _THE and j + 2 not in self.shape.mentioned and all(beside)
        return False

    def _left_of_comma(self, v: Verb) -> Mention | None:
        """The mention that a Spanish participle behind a comma stands beside."""
        if self.lang != "es" or not v.reduced or v.start < 2 or self.tokens[v.start - 1].low != ",":
            return None
        return next((m for m in reversed(self.mentions) if m.end == v.start - 1 and m.code is not None), None)

    def _striker(self, v: Verb) -> Mention | None:
        """ "los bombardeos estadounidenses en Caracas, condenados por Brasil": whose deed is judged behind the comma."""
        if self.lang != "es" or self.tokens[v.start - 1].low != "," or not v.start:
            return None
        for m in reversed(self.mentions):
            if m.end > v.start or v.start - m.end > 9:
                continue
            at = m.prep_at - 1 if m.prep in ("de", "del", "por") else m.start - 1
            if m.code is not None and at >= 0 and self.tokens[at].low in AGENT_NOUNS:
                return m
        return None

    def _verb_before(self, v: Verb, finite: bool) -> Verb | None:
        for o in reversed(self.shape.verbs):
            if o.at < v.start and (o.finite or not finite):
                return o
        return None

    def _other_tense(self, told: Verb, v: Verb) -> bool:
        """ "said B would not pay and called", "said B had paid, and ordered": the plain past goes on with who spoke."""
        if self.lang != "en" or v.start != v.at:
            return False
        perfect = self.tokens[told.start].low == "had" and self.tokens[v.start - 2].text == ","
        return (told.modal or told.future or perfect) and not v.flags & INF

    def _subject_below(self, o: Verb, last: Verb) -> bool:
        """No relative pronoun stands between a verb of saying and the last verb: that verb is in what is said."""
        return not any(t.low in RELATIVES or t.low in SUBORDINATORS for t in self.tokens[o.at + 1 : last.start])
