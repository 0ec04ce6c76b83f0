"""Where a sentence says that something happened: verbs and event nouns matched against the trigger table.

A rule may ask for words after its head ("call on", "poner fin a"), for a reflexive ("reunirse") and for an object of a class
("impose" + tariff). Carriers swallow what stands below them: "accused X of attacking Y" is an accusation, not an attack.
Tense and mood then decide what the event is: announced cooperation is AGREE, announced force is THREATEN, the rest of the
unreal is dropped.
"""

from __future__ import annotations

from cumbre.read.clauses import ADVERBS, RELATIVES, Shape, Verb
from cumbre.read.judging import charges
from cumbre.read.lexicon import Lexicon, Phrase
from cumbre.read.mention import PREPOSITIONS, Mention
from cumbre.read.moods import moods
from cumbre.read.morphology import GER
from cumbre.read.refusing import denials, refusals
from cumbre.read.tokens import Token
from cumbre.read.trigger import Trigger
from cumbre.read.wordlists import words

__all__ = ["Trigger", "find_triggers"]


def _clause_stop(tokens: list[Token], i: int, most: int) -> int:
    """Token where the search for an object to the right ends."""
    stop = min(len(tokens), i + most)
    for j in range(i, stop):
        low = tokens[j].low
        if (
            low in (";", ":", "(", ")")
            or low in RELATIVES
            or low in ("after", "because", "tras", "porque", "while", "mientras", "despite", "unless", "if", "although", "aunque")
        ):
            return j
    return stop


def _object_nouns(tokens: list[Token], start: int, stop: int, lex: Lexicon, shape: Shape) -> list[tuple[int, frozenset[str]]]:
    """Noun classes between two tokens, heads before modifiers; prepositions other than of/de end the first rank."""
    first: list[tuple[int, frozenset[str]]] = []
    later: list[tuple[int, frozenset[str]]] = []
    crossed = False
    j = start
    while j < stop:
        token = tokens[j]
        low = token.low if token.text != "March" else ""
        other = shape.by_token.get(j)
        if other is not None and (other.finite or other.infinitive or other.gerund):
            break
        classes = lex.nouns.get(low)
        if classes is None and lex.lang == "es" and low.isascii():
            exact = lex.folded.get(low)
            classes = lex.nouns.get(exact) if exact else None
        span = 1
        for rest, long in lex.long_nouns.get(low, ()):
            if all(j + 1 + k < len(tokens) and tokens[j + 1 + k].low == w for k, w in enumerate(rest)):
                classes, span = long, 1 + len(rest)
                break
        if (classes is not None and j not in shape.by_token) or span > 1:
            (later if crossed else first).append((j + span - 1, classes or frozenset()))
        elif low in ("by", "por") and j + 1 < stop and tokens[j + 1].low in _CARRIED:
            j += 1  # "envió por avión alimentos"
        elif low in _CAUSES and j > start and (first or tokens[j - 1].low in lex.nouns or tokens[j - 1].text[:1].isalpha()):
            after = tokens[j + 1].low if j + 1 < stop else ""
            if not after[:1].isdigit() and after not in _COUNTED and (first or j - start > 1):
                break
            crossed = True
        elif low in PREPOSITIONS and low not in ("of", "de", "del", "a") and first:
            crossed = True
        elif low in PREPOSITIONS and low not in ("of", "de", "del"):
            after = tokens[j + 1].low if j + 1 < len(tokens) else ""
            if after not in _TIME and not after[:1].isdigit():
                crossed = True
        j += span
    if lex.lang == "en" and len(first) > 1:
        # English heads stand last in a run of nouns: "trade sanctions".
        run = [first[0]]
        for item in first[1:]:
            if item[0] == run[-1][0] + 1:
                run.append(item)
            else:
                break
        first = run[::-1] + first[len(run) :]
    return first + later


def _antecedents(v: Verb, tokens: list[Token], lex: Lexicon, shape: Shape) -> list[tuple[int, frozenset[str]]]:
    """Object nouns before a relative clause: "las sanciones que impuso a Níger", "the tariffs that Trump imposed"."""
    for j in range(v.start - 1, max(0, v.start - 7), -1):
        if j in shape.by_token or tokens[j].text in (",", ";"):
            return []
        if tokens[j].low in ("que", "that", "which"):
            found = [(k, lex.nouns[tokens[k].low]) for k in range(j - 1, max(-1, j - 5), -1) if tokens[k].low in lex.nouns]
            return found if not any(k in shape.by_token for k in range(max(0, j - 3), j)) else []
        if j not in shape.mentioned and j + 1 in shape.mentioned and tokens[j].low in lex.nouns:
            return [(j, lex.nouns[tokens[j].low])]  # "the tariffs Trump imposed"
    return []


def _detained(v: Verb, tokens: list[Token]) -> bool:
    """ "detuvo a tres agentes", "stopped a ship": the verb has a living object."""
    return any(lemma in ("detener", "parar") for lemma, _ in v.lemmas) or tokens[v.at].low.startswith("detuv")


_PARTICLES = words("particles")
_CLAUSAL = frozenset(["that", "que", "and", "y"])
_IDIOMS = words("idioms")
_CAUSES = words("causes")
_COUNTED = words("counted")
_GRANTING = words("granting")
_TIME = words("time")
_CARRIED = words("carried")


# Words that may stand between a verb and its preposition: "spoke on Monday with", "viajó este martes a".
_BETWEEN = _TIME | frozenset(
    [
        "el",
        "este",
        "esta",
        "late",
        "early",
        "by",
        "phone",
        "por",
        "teléfono",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
        "noche",
        "tarde",
        "mañana",
        "pasado",
        "telephone",
        "face",
        "cara",
    ]
)


_CONTRACTED = {"al": "a", "del": "de"}


def _fits(low: str, word: str) -> bool:
    """A word of a phrase, also contracted with the article: "poner fin al acuerdo"."""
    return low == word or _CONTRACTED.get(low) == word


def _match_rest(tokens: list[Token], at: int, rest: tuple[str, ...]) -> int:
    """End of the words of a phrase after its head, -1 if they are not there; small gaps are allowed."""
    j = at + 1
    first = True
    wide = False
    for word in rest:
        if word == "…":
            wide = True
            continue
        if first and not wide and word in PREPOSITIONS:
            while j < len(tokens) and j <= at + 4 and (tokens[j].text[:1].isdigit() or tokens[j].text in ("-", "–")):
                j += 1  # "voted 49-47 against"
            # "talk to", "be in": the preposition stands at the verb, save for an adverb
            while (
                j < len(tokens)
                and not _fits(tokens[j].low, word)
                and j <= at + 4
                and (
                    tokens[j].low in ADVERBS
                    or tokens[j].low in _BETWEEN
                    or (tokens[j].low == "on" and tokens[j + 1].low in _TIME)
                )
            ):
                j += 1
            if j >= len(tokens) or not _fits(tokens[j].low, word):
                return -1
            j += 1
            first = False
            continue
        stop = min(len(tokens), j + 16) if wide else min(len(tokens), j + (4 if first or len(word) > 3 else 2))
        while j < stop and not _fits(tokens[j].low, word):
            if tokens[j].low in (";", ".", ":") or (tokens[j].low == "," and not wide):
                return -1
            j += 1
        if j >= stop:
            return -1
        j += 1
        first = wide = False
    return j


def _present(tokens: list[Token]) -> frozenset[str]:
    """Words of a sentence, contractions also in their parts: most phrases fail here at no cost."""
    low = {t.low for t in tokens}
    return frozenset(low | {"…"} | {part for word, part in _CONTRACTED.items() if word in low})


def _so_called(v: Verb, tokens: list[Token], shape: Shape) -> bool:
    """ "condemned what it termed aggression": the name is part of what is condemned."""
    what = v.start - 2
    return (
        what > 0
        and tokens[what].low == "what"
        and what - 1 in shape.by_token
        and tokens[what + 1].low in ("it", "he", "she", "they")
    )


def _verb_trigger(v: Verb, tokens: list[Token], lex: Lexicon, shape: Shape, present: frozenset[str]) -> Trigger | None:
    candidates: list[Phrase] = []
    for lemma, _ in v.lemmas:
        candidates.extend(lex.phrases.get(lemma, ()))
    if not candidates or _so_called(v, tokens, shape):
        return None
    right: list[tuple[int, frozenset[str]]] | None = None
    left: list[tuple[int, frozenset[str]]] | None = None
    best: tuple[tuple[int, int, bool], Trigger] | None = None
    gathered = v.start == 0 and v.reduced and any(lemma == "reunir" for lemma, _ in v.lemmas)
    for phrase in candidates:
        if phrase.rest and not present.issuperset(phrase.rest):
            continue
        if phrase.reflexive and not (v.reflexive or gathered or tokens[v.at].low.endswith("se")):
            continue
        if phrase.reflexive and gathered:
            v.passive, v.reduced, v.gerund = False, False, True  # "Reunido en Manila con su par, el secretario ..."
        rule = phrase.rule
        if rule.id == "sanction.stop" and any(lemma in ("cerrar", "close", "seal", "sellar") for lemma, _ in v.lemmas):
            rule = rule._replace(objects=rule.objects - {"treaty", "talk", "meeting", "membership"})  # "closed the deal"
        if rule.id == "concede.allow" and any(lemma in _GRANTING for lemma, _ in v.lemmas):
            rule = rule._replace(objects=rule.objects - {"aid"})  # money that is granted is aid
        if (
            rule.id in ("retreat.halt", "sanction.stop")
            and _detained(v, tokens)
            and v.at + 1 < len(tokens)
            and tokens[v.at + 1].low in ("a", "al")
            and lex.lang == "es"
        ):
            continue  # "detuvieron a treinta en una redada"
        if (
            rule.objects
            and v.at + 1 < len(tokens)
            and tokens[v.at + 1].low in _IDIOMS
            and phrase.rest[:1] != (tokens[v.at + 1].low,)
            and any(lemma in ("take", "tomar") for lemma, _ in v.lemmas)
        ):
            continue  # "take part", "tomar posesión"
        if (
            rule.objects
            and v.at + 1 < len(tokens)
            and tokens[v.at + 1].low == "to"
            and any(lemma == "take" for lemma, _ in v.lemmas)
        ):
            continue  # "took to the street"
        if v.start == 0 and v.reduced and rule.type == "AID":
            continue  # "Armed with knives, ..."
        if rule.kind == "cowed" and not (v.negated and (v.passive or v.reflexive)):
            continue
        end = v.at + 1
        if phrase.rest:
            end = _match_rest(tokens, v.at, phrase.rest)
            if end < 0:
                continue
            if phrase.rest == ("…", "to") and (end - 2) not in shape.mentioned:
                continue  # "told Taiwan to move": an actor is told
        obj, rank = -1, 0
        if rule.objects:
            if v.passive or (v.reflexive and not phrase.reflexive) or rule.kind == "occur":
                if left is None:
                    low = max([0, v.start - 9, *(o.at + 1 for o in shape.verbs if o.at < v.start)])
                    left = list(reversed(_object_nouns(tokens, low, v.start, lex, shape)))
                    if rule.kind == "occur" and not left:
                        left = list(reversed(_object_nouns(tokens, 0, min(v.start, 4), lex, shape)))
                    if not left or not v.passive or v.reduced or lex.lang == "es":
                        left = left + _object_nouns(tokens, v.at + 1, _clause_stop(tokens, v.at + 1, 8), lex, shape)
                    if rule.kind == "occur" and lex.lang == "es":
                        left = left + _object_nouns(tokens, end, _clause_stop(tokens, end, 8), lex, shape)
                nouns = left
            else:
                if right is None or phrase.rest:
                    begin = v.at + 1 if "…" in phrase.rest else end
                    right = _object_nouns(tokens, begin, _clause_stop(tokens, end, 11), lex, shape)
                nouns = right
                if (
                    v.finite
                    and (not phrase.rest or phrase.rest[0] in _PARTICLES)
                    and not any(classes & rule.objects for _, classes in right[:4])
                ):
                    nouns = _antecedents(v, tokens, lex, shape)
                if phrase.rest:
                    right = None
            for k, (at, classes) in enumerate(nouns[:4]):
                if classes & rule.objects:
                    obj, rank = at, 4 - k
                    break
            if obj < 0:
                continue
            if rule.id == "sanction.stop" and any(t.low in ("with", "con") for t in tokens[v.at + 1 : obj]):
                continue  # "ended with agreements"
            if any(
                (inner := _nominal_trigger(j, tokens, lex, shape)) is not None and inner.obj == obj and inner.rule.id != rule.id
                for j in range(end, obj) if tokens[j].low in lex.nominals and j not in shape.by_token
            ):  # fmt: skip
                continue  # "announced the suspension of talks": the noun carries the event
        loose = bool(phrase.rest) and "…" not in phrase.rest and end > v.at + 1 + len(phrase.rest)
        if loose and any(
            j in shape.by_token or (tokens[j].low in _CLAUSAL and tokens[j].low not in phrase.rest) for j in range(v.at + 1, end)
        ):
            continue
        # "pulled its diplomats out of": the object says more than the scattered words
        said = (0 if loose and not rule.objects else len(phrase.rest)) + phrase.reflexive + (rule.kind == "cowed")
        key = (said, rank, len(rule.objects) > 0)
        if rule.kind == "occur":
            # "the tariffs took effect": the noun carries the event and its sides
            if best is None:
                best = (key, Trigger(rule, rule.type, obj, obj + 1, obj, None, obj, nominal=True, light=None, words=1))
            continue
        if best is None or key > best[0]:
            best = (key, Trigger(rule, rule.type, v.start, max(end, obj + 1), v.at, v, obj, words=len(phrase.rest)))
    return best[1] if best else None


def _nominal_trigger(i: int, tokens: list[Token], lex: Lexicon, shape: Shape) -> Trigger | None:
    low = tokens[i].low
    phrases = lex.nominals.get(low)
    if phrases is None and lex.lang == "es" and low.isascii():
        exact = lex.folded.get(low)
        phrases = lex.nominals.get(exact) if exact else None
    if not phrases:
        return _gerund_noun(i, tokens, lex)
    if low == "toma" and i + 2 < len(tokens) and tokens[i + 2].low in ("posesión", "posesion", "decisiones", "protesta"):
        return None
    for phrase in phrases:
        end = i + 1 + len(phrase.rest)
        if phrase.rest and not all(i + 1 + k < len(tokens) and tokens[i + 1 + k].low == w for k, w in enumerate(phrase.rest)):
            continue
        obj = -1
        rule = phrase.rule
        if rule.objects:
            after = tokens[end].low if end < len(tokens) else ""
            if (
                lex.lang == "es"
                and after not in PREPOSITIONS
                and end + 1 < len(tokens)
                and tokens[end + 1].low in ("de", "del", "a", "en")
            ):
                end += 1
                after = tokens[end].low
            nouns: list[tuple[int, frozenset[str]]] = []
            if after in ("of", "de", "del", "in", "on", "a", "to", "with", "en") or (
                phrase.rest and phrase.rest[-1] in ("of", "de")
            ):
                nouns = _object_nouns(tokens, end + (after in PREPOSITIONS), _clause_stop(tokens, end, 7), lex, shape)
            if lex.lang == "en" and i:
                before = lex.nouns.get(tokens[i - 1].low)
                if before:
                    nouns = [(i - 1, before), *nouns]
            for at, classes in nouns[:2]:
                if classes & rule.objects:
                    obj = at
                    break
            if obj < 0:
                continue
        modifies = lex.lang == "es" and i > 1 and tokens[i - 1].low == "de" and tokens[i - 2].low in lex.nouns
        if rule.type == "ASSAULT" and modifies and not low.endswith("s"):
            continue  # "aviones de combate"
        follow = tokens[end] if end < len(tokens) else None
        if (
            lex.lang == "en" and obj < 0 and follow is not None and follow.text[:1].islower() and follow.low not in PREPOSITIONS
            and follow.low not in ("and", "or", "but", "that", "which", "who", "he", "she", "it", "they", "was", "is", "were")
            and end not in shape.by_token and follow.low not in ADVERBS and (follow.low in lex.nouns or not follow.low.endswith("ly"))
        ):  # fmt: skip
            continue  # a modifier: "peace deal", "disarmament mission"
        return Trigger(
            rule, rule.type, min(i, obj) if obj >= 0 else i, max(end, obj + 1), i, None, obj, nominal=True, words=len(phrase.rest)
        )
    return None


def _gerund_noun(i: int, tokens: list[Token], lex: Lexicon) -> Trigger | None:
    """ "the ramming of its boats": an English gerund that stands as a noun."""
    if (
        lex.lang != "en"
        or not i
        or i + 1 >= len(tokens)
        or tokens[i + 1].low != "of"
        or tokens[i - 1].low not in ("the", "'s", "’s")
    ):
        return None
    for lemma, flags in lex.verbs.get(tokens[i].low, ()):
        for phrase in lex.phrases.get(lemma, ()) if flags & GER else ():
            if not phrase.rest and not phrase.rule.objects and phrase.rule.type in ("ASSAULT", "COERCE", "SANCTION"):
                return Trigger(phrase.rule, phrase.rule.type, i, i + 2, i, None, -1, nominal=True, words=1)
    return None


def find_triggers(tokens: list[Token], mentions: list[Mention], lex: Lexicon, shape: Shape) -> list[Trigger]:
    """Triggers of one sentence with their event type after tense, mood and carriers."""
    found: list[Trigger] = []
    taken: set[int] = set()
    present = _present(tokens)
    for v in shape.verbs:
        trigger = _verb_trigger(v, tokens, lex, shape, present)
        if trigger is not None:
            found.append(trigger)
            taken.update(range(trigger.at, trigger.end) if trigger.end - trigger.at < 12 else (trigger.at,))
            if trigger.obj >= 0:
                taken.add(trigger.obj)
    role_inside = {k for m in mentions for k in range(m.start, m.end) if m.kind in ("actor", "role") and m.end - m.start > 1}
    for i, token in enumerate(tokens):
        if i in taken or i in shape.by_token or not token.text[:1].isalpha() or token.text == "March":
            continue
        trigger = _nominal_trigger(i, tokens, lex, shape)
        if trigger is not None and any(t.verb is not None and t.type == trigger.type and 0 <= i - t.end <= 4 for t in found):
            continue  # "thanked X for its support"
        if (
            trigger is not None
            and trigger.type in ("CONSULT", "COOPERATE", "AID", "SUPPORT")
            and any(t.verb is not None and t.rule.id in ("sanction.stop", "reject.block") and 0 < i - t.at <= 3 for t in found)
        ):
            continue  # "suspended its mediation"
        if trigger is not None and not (i in role_inside and trigger.words == 0 and token.low in ("strikes", "forces")):
            found.append(trigger)
            taken.update(range(i, trigger.end))
    found.extend(denials(tokens, shape, {t.at for t in found}))
    told = charges(tokens, mentions, shape, {t.at for t in found})
    within = {t.charge for t in told} | {t.charge - 1 for t in told}
    found = [t for t in found if t.at not in within or t.type not in ("AID", "COOPERATE", "AGREE", "SUPPORT")] + told
    found.extend(refusals(tokens, shape, {t.at for t in found}))
    found.sort(key=lambda t: t.at)
    return moods(found, tokens, lex, shape)
