"""The shape of a sentence, as far as events need it: finite verbs, clause limits, voice, tense, negation.

There is no parser. Each token gets a class from closed word lists and from the verb forms; running counts over those classes
tell in constant time how many verbs, commas or subordinators lie between two tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cumbre.read.lexicon import Lexicon
from cumbre.read.mention import PREPOSITIONS, Mention
from cumbre.read.morphology import COND, FUT, GER, INF, PAST, PP, PRES, SUBJ
from cumbre.read.nounlike import nounlike
from cumbre.read.participles import held_back, joined_infinitive, joined_passive, maybe_reduced, nobody, nothing, second_past
from cumbre.read.tokens import Token
from cumbre.read.wordlists import words

__all__ = ["Shape", "Verb", "shape"]

RELATIVES = words("relatives")
SUBORDINATORS = words("subordinators")
HYPOTHETICAL = words("hypothetical")
BE = words("be")
SER = words("ser")
HAVE = frozenset(["has", "have", "had", "having"])
HABER = words("haber")
NEGATION = words("negation")
MODAL = words("modal")
WILL = frozenset(["will", "'ll", "shall", "won't"])
ADVERBS = words("adverbs")
LATENT = words("latent")
_KEEPING = words("keeping")
PLANS = words("plans")


@dataclass
class Verb:
    """A verb group: the head at `at`, the whole from `start`; voice, tense and mood."""

    at: int
    start: int
    flags: int
    lemmas: tuple[tuple[str, int], ...]
    passive: bool = False
    reduced: bool = False
    negated: bool = False
    modal: bool = False
    future: bool = False
    infinitive: bool = False
    gerund: bool = False
    finite: bool = False
    reflexive: bool = False
    latent: bool = False
    plan: bool = False


@dataclass
class Shape:
    """Token classes of one sentence with running counts, and its verb groups."""

    tokens: list[Token]
    verbs: list[Verb] = field(default_factory=list)
    by_token: dict[int, Verb] = field(default_factory=dict)
    finite_before: list[int] = field(default_factory=list)
    comma_before: list[int] = field(default_factory=list)
    barrier_before: list[int] = field(default_factory=list)
    relative_before: list[int] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)
    hypothetical_from: list[int] = field(default_factory=list)
    mentioned: frozenset[int] = frozenset()


def shape(tokens: list[Token], mentions: list[Mention], lex: Lexicon) -> Shape:
    """Verb groups and running counts of one sentence.

    >>> from cumbre.read.lexicon import lexicon
    >>> from cumbre.read.tokens import tokenize
    >>> s = shape(tokenize("Sanctions were not imposed by Canada."), [], lexicon("en"))
    >>> [(v.passive, v.negated) for v in s.verbs if v.at == 3]
    [(True, True)]
    """
    lang, n = lex.lang, len(tokens)
    inside = [False] * n
    for m in mentions:
        if m.kind != "pron":
            for k in range(m.start, m.end):
                inside[k] = True
    out = Shape(tokens, mentioned=frozenset(k for k in range(n) if inside[k]))
    verbs = lex.verbs
    letters = [t for t in tokens if t.text[:1].isalpha() and len(t.text) > 3]
    headline = sum(t.text[:1].isupper() for t in letters) * 5 > 4 * len(letters)
    for i, token in enumerate(tokens):
        low = token.low
        if token.text in ("March", "May"):
            continue
        entry = verbs.get(low)
        if entry is None and lang == "es" and not low.isascii() and len(low) > 4:
            entry = verbs.get(token.key)  # "reúne" and "prohíbe" carry an accent that their lemma lacks
        if entry is None and lang == "es" and low.isascii():
            exact = lex.folded.get(low)
            if exact is not None:
                entry = verbs.get(exact)
        if entry is None:
            if (
                lang == "en"
                and low.endswith("ed")
                and len(low) > 4
                and low not in lex.nouns
                and not inside[i]
                and token.text[0].islower()
            ):
                entry = [("", PAST | PP)]
            elif lang == "es" and (low.endswith(("aron", "ieron")) or (low.endswith("ó") and len(low) > 3)) and not inside[i]:
                entry = [("", PAST)]
            else:
                continue
        flags = 0
        for _, f in entry:
            flags |= f
        if nounlike(tokens, i, lang, flags, lex, inside[i], mentions):
            continue
        if lang == "en" and i and tokens[i - 1].text == "-" and not (i > 1 and tokens[i - 2].low in _COMPOUNDS):
            continue  # "anti-dumping", "US-brokered"; but "test-fired", "co-sponsored"
        if i and not headline and token.text[:1].isupper() and tokens[i - 1].text[:1].isupper():
            continue  # a name: "Chatham House"
        verb = _group(tokens, i, flags, tuple(entry), lang)
        if (
            lang == "es"
            and verb.modal
            and flags & SUBJ
            and (_after_that(tokens, verb.start) or _regretted(tokens, verb.start, out.verbs))
        ):
            verb.modal = False
        if lang == "en" and verb.finite and flags & PP and flags & PAST and verb.start == i and not verb.passive:
            second_past(tokens, verb, out.verbs, mentions)
        if (
            lang == "en"
            and verb.finite
            and flags & INF
            and not flags & PAST
            and verb.start == i
            and i
            and tokens[i - 1].low in ("and", "or")
        ):
            joined_infinitive(verb, out.verbs)
        if lang == "en" and out.verbs:
            joined_passive(tokens, verb, out.verbs[-1])
        out.verbs.append(verb)
    if lang == "en":
        held_back(out, tokens)
    nobody(out, tokens, lang)
    _counts(out, tokens, lang)
    for v in out.verbs:
        out.by_token[v.at] = v
    _latent(out)
    return out


_AIMS = words("aims")


def _due(tokens: list[Token], start: int) -> bool:
    """ "are to meet" is a plan, "the aim is to meet" is none."""
    return (
        start > 1 and tokens[start].low == "to" and tokens[start - 1].low in ("is", "are") and tokens[start - 2].low not in _AIMS
    )


def _group(tokens: list[Token], i: int, flags: int, entry: tuple[tuple[str, int], ...], lang: str) -> Verb:
    """Walk left over auxiliaries, adverbs and clitics."""
    v = Verb(i, i, flags, entry)
    low = tokens[i].low
    have = be = will = modal = False
    j = i - 1
    steps = 0
    to = False
    while j >= 0 and steps < 7:
        w = tokens[j].low
        if w in NEGATION or w.endswith("n't") or w.endswith("n’t"):
            v.negated = True
            if w in ("won't", "won’t"):
                will = True
            if w in ("sin", "without"):
                v.start = j
                break
        elif (lang == "en" and w in HAVE and flags & PP) or (lang == "es" and w in HABER and flags & PP):
            have = True
            if w in ("habría", "habrían", "hubiera", "hubieran", "haya", "hayan"):
                modal = True
        elif (lang == "en" and w in BE and flags & (PP | GER)) or (lang == "es" and w in SER and flags & PP):
            if lang == "en" and w == "'s" and not (j and tokens[j - 1].low in ("he", "she", "it")):
                break
            be = True
            if w in ("será", "serán"):
                will = True
            if w in ("sería", "serían", "sea", "sean", "fuera", "fueran"):
                modal = True
        elif w in WILL:
            will = True
        elif w in MODAL and tokens[j].text != "May":
            modal = True
        elif (w == "to" and lang == "en" and flags & INF and j == i - 1 - steps) or (
            w == "to" and lang == "en" and (have or be or flags & INF)
        ):
            to = True
        elif lang == "es" and w == "se":
            v.reflexive = True
        elif (lang == "es" and w in ("va", "van")) or (lang == "es" and w == "a" and j and tokens[j - 1].low in ("va", "van")):
            will = True
        elif w in ("did", "does", "do") and flags & INF:
            pass
        elif (
            w not in ADVERBS and not (w.endswith("ly") and len(w) > 4 and tokens[j].text[0].islower()) and not w.endswith("mente")
        ):
            break
        v.start = j
        j -= 1
        steps += 1
    if lang == "es" and low.endswith("se") and flags & INF:
        v.reflexive = True
    if lang == "en" and i + 2 < len(tokens) and tokens[i + 1].low in ("no", "neither") and nothing(tokens, i + 2, entry):
        v.negated = True
    if lang == "en" and low in BE and i + 1 < len(tokens) and tokens[i + 1].low in ("not", "never", "n't"):
        v.negated = True
    if lang == "en" and to and flags & INF and not have and not be and _due(tokens, v.start):
        v.start, will, to = v.start - 1, True, False  # "the ministers are to meet"
    v.future = will or (lang == "es" and bool(flags & FUT) and not flags & (PRES | PAST))
    v.modal = modal or (lang == "es" and bool(flags & (COND | SUBJ)) and not flags & (PAST | PRES | FUT | PP))
    if flags & PP and be:
        v.passive = True
        v.finite = not to
    elif flags & PP and have:
        v.finite = True
    elif flags & GER and not (be and lang == "en"):
        v.gerund = True
    elif flags & GER:
        v.finite = True
    elif flags & INF and (to or (lang == "es" and not flags & PRES)):
        v.infinitive = True
    elif lang == "es" and flags & PP and not flags & (PAST | PRES) and tokens[v.start - 1].low in _KEEPING and v.start:
        v.finite = True  # "mantiene cerrada la frontera"
    elif (lang == "es" and flags & PP and not flags & (PAST | PRES)) or (lang == "en" and flags & PP and not flags & PAST):
        v.reduced = v.passive = True
    else:
        v.finite = True
        if lang == "en" and flags & PP and flags & PAST and not have:
            maybe_reduced(tokens, v)
    if to and v.finite and not v.passive:
        v.infinitive, v.finite = True, False
    if to and v.passive:
        v.infinitive = True
    return v


def apposed(tokens: list[Token], comma: int) -> bool:
    """A comma opens an apposition to the clause before it: ", a step that Berlin condemned", ", decisión que criticó"."""
    after = [t.low for t in tokens[comma + 1 : comma + 5]]
    if len(after) < 4 or tokens[comma + 1].text[:1].isupper():
        return False
    if after[0] in ("a", "an", "un", "una"):
        bare = after[0] in ("a", "an") and (after[2] == "the" or tokens[comma + 3].text[:1].isupper())  # "a claim Rome rejected"
        return bare or bool({"that", "que", "which"} & set(after[2:]))
    return after[1] == "que" and after[0] not in PREPOSITIONS and after[0] not in _NO_NOUN


def _after_that(tokens: list[Token], start: int) -> bool:
    """ "después de que X la acusara": the subjunctive of a past act."""
    for j in range(start - 1, max(1, start - 12), -1):
        if tokens[j].low == "que" and tokens[j - 1].low == "de" and tokens[j - 2].low in _REAL_TIMES:
            return True
    return False


def _regretted(tokens: list[Token], start: int, verbs: list[Verb]) -> bool:
    """ "lamentó que la Casa Blanca incluyera a su esposa": the subjunctive of what has been done and is judged."""
    over = verbs[-1] if verbs else None
    if over is None or over.negated or over.modal or not over.finite or not any(lemma in _JUDGED for lemma, _ in over.lemmas):
        return False
    return start - over.at < 14 and any(t.low == "que" for t in tokens[over.at + 1 : start])


_JUDGED = words("judged")
_REAL_TIMES = frozenset(["después", "luego", "tras", "pese", "antes"])


_COMPOUNDS = words("compounds")
_DOUBTFUL = frozenset(["unlikely", "doubtful", "improbable", "dudoso", "doubts", "doubt"])
_NO = frozenset(["no", "little", "sin", "ningún", "ninguna"])
_SIGNS = words("signs")


_NO_NOUN = words("no_noun")
_FEARING = words("fearing")
_ANSWERS = frozenset(("response", "retaliation", "reply", "respuesta", "represalia", "reacción"))


_INVERTED = frozenset(["had", "were", "should"])


def _inverted(tokens: list[Token], i: int, finite: set[int]) -> bool:
    """ "Had Kyiv accepted the offer", "Should talks fail": an auxiliary opens the sentence and its subject follows."""
    head = i == 0 or tokens[i - 1].text in ("“", '"', "«")
    return head and i + 1 < len(tokens) and i + 1 not in finite and tokens[i + 1].text[:1].isalpha()


def _counts(out: Shape, tokens: list[Token], lang: str) -> None:
    helping = {j for v in out.verbs if lang == "en" for j in range(v.start, v.at)}  # "has been"
    finite = {v.at for v in out.verbs if v.finite and v.at not in helping}
    feared = {v.at for v in out.verbs if any(lemma in _FEARING for lemma, _ in v.lemmas)}
    f = c = b = r = 0
    quoted = False
    hypothesis = -1
    for i, token in enumerate(tokens):
        out.finite_before.append(f)
        out.comma_before.append(c)
        out.barrier_before.append(b)
        out.relative_before.append(r)
        if token.text in ("“", "«"):
            quoted = True
        elif token.text in ("”", "»"):
            quoted = False
        elif token.text == '"':
            quoted = not quoted
        out.quoted.append(quoted)
        low = token.low
        if lang == "en" and low in _INVERTED and token.text[:1].isupper() and _inverted(tokens, i, finite):
            hypothesis = i
        if i in feared and hypothesis < 0:
            hypothesis = i  # what is feared or doubted has not happened
        if (low in _DOUBTFUL and i + 1 < len(tokens) and tokens[i + 1].low in ("that", "que")) and hypothesis < 0:
            hypothesis = i  # "it is unlikely that Chile will attack"
        if low in _SIGNS and i and tokens[i - 1].low in _NO:
            b += 1
            hypothesis = i
        elif i in finite:
            f += 1
        elif low == "," or low == "—" or low == "–":
            c += 1
            if hypothesis >= 0:
                hypothesis = -1
        elif low == ";" or low == ":":
            b += 1
            hypothesis = -1
        elif low in HYPOTHETICAL:
            b += 1
            hypothesis = i
        elif low in SUBORDINATORS or (low in _ANSWERS and i and tokens[i - 1].low in ("in", "en")):
            b += 1
        elif low in RELATIVES or (low in ("that", "que") and i and (tokens[i - 1].low == "," or i - 1 not in out_verbs(out, i))):
            r += 1
        out.hypothetical_from.append(hypothesis)
    out.finite_before.append(f)
    out.comma_before.append(c)
    out.barrier_before.append(b)
    out.relative_before.append(r)


def out_verbs(out: Shape, i: int) -> set[int]:
    """Token indexes of verbs just before `i` (a complementiser follows its verb)."""
    return {v.at for v in out.verbs if v.at == i - 1}


def _latent(out: Shape) -> None:
    """Infinitives under wanting, planning, trying; anything under a hypothesis."""
    tokens = out.tokens
    for v in out.verbs:
        if v.infinitive or (v.flags & GER and v.gerund):
            for j in range(v.start - 1, max(-1, v.start - 5), -1):
                w = tokens[j].low
                if w in LATENT:
                    v.latent = True
                    v.plan = w in PLANS
                    break
                if w in (",", ";", "and", "y", "e"):
                    break
