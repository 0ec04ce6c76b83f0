"""What a speaker calls another: hostile words, words of praise, words that deny."""

from __future__ import annotations

from cumbre.read.clauses import Shape, Verb
from cumbre.read.lexicon import Rule
from cumbre.read.mention import Mention
from cumbre.read.tokens import Token
from cumbre.read.trigger import Trigger
from cumbre.read.wordlists import words

__all__ = ["SLURS", "charges", "described", "dubbed", "named"]


def _inflected(name: str) -> frozenset[str]:
    """The words of a list with their Spanish genders and numbers."""
    found = set(words(name))
    for word in words(name):
        if word.endswith("o"):
            found |= {word[:-1] + "a", word + "s", word[:-1] + "as"}
        elif word.endswith(("a", "e")):
            found.add(word + "s")
        elif word.endswith(("al", "il", "or")):
            found |= {word + "es", word + "a"} if word.endswith("or") else {word + "es"}
    return frozenset(found)


HOSTILE = _inflected("hostile")


FRIENDLY = _inflected("friendly")


DENIAL = _inflected("denial")

SLURS = frozenset(["tildar", "tachar", "motejar", "brand", "label"])


def named(trigger: Trigger, tokens: list[Token]) -> bool:
    """ "llamó a Petro líder del narcotráfico": a name, not a call."""
    window = [t.low for t in tokens[trigger.at + 2 : trigger.at + 8]]
    stop = next((i for i, w in enumerate(window) if w in ("que", "para", "la", "a")), len(window))
    texts = [t.text for t in tokens[trigger.at + 2 : trigger.at + 9]]
    quote = next((i for i, w in enumerate(texts) if w in _QUOTES), -1)
    if quote > 0 and not any(w in FRIENDLY for w in window):
        return "que" not in window[:quote] and "para" not in window[:quote]
    return any(w in HOSTILE for w in window[:stop])


def dubbed(trigger: Trigger, tokens: list[Token], shape: Shape) -> bool:
    """ "called the president "a puppet"": words in quotation marks right behind an actor, and no word of praise."""
    for j in range(trigger.at + 2, min(len(tokens), trigger.at + 7)):
        if tokens[j].text in _QUOTES:
            return (j - 1) in shape.mentioned
    return False


_QUOTES = frozenset(["«", "“", '"', "‘"])


def described(trigger: Trigger, tokens: list[Token]) -> str | None:
    """Kind of statement that a neutral verb of saying ("described ... as") makes by the words of judgement after it; None without."""
    window = {t.low for t in tokens[trigger.at + 1 : trigger.at + 18]}
    if window & DENIAL:
        return "REJECT"
    if window & HOSTILE:
        return "ACCUSE"
    if window & FRIENDLY:
        return "SUPPORT"
    return None


_CHARGE_RULE = Rule("accuse.said", "ACCUSE", "disapprove", "say", frozenset(), frozenset())
_TOLD = words("told")
_WEAK = words("weak")
_DEEDS = words("deeds")


_WISH_RULE = Rule("request.must", "REQUEST", "", "carrier_say", frozenset(), frozenset())
_OUGHT = frozenset(["should", "must", "debe", "deben", "debería", "deberían"])


def _must(tokens: list[Token], mentions: list[Mention], v: Verb, after: bool) -> Mention | None:
    """ "said Israel must open the crossings", "dijo que Rusia debe retirarse": whom a speaker wants to act."""
    low, high = (0, v.start) if after else (v.at + 1, min(len(tokens), v.at + 14))
    for m in mentions:
        if (
            low <= m.start
            and m.end < high
            and m.code is not None
            and m.kind == "actor"
            and not m.prep
            and tokens[m.end].low in _OUGHT
        ):
            first = min((o.start for o in mentions if o.start >= low), default=m.start)
            return m if m.start == first or tokens[m.start - 1].low in ("that", "que") else None
    return None


_QUOTED = frozenset([",", "”", "»", '"'])


def _comma(tokens: list[Token], mentions: list[Mention], speaker: Mention) -> bool:
    """ "... genocide in Darfur, US Secretary of State Antony Blinken said": a comma stands before the speaker and his titles."""
    first = min((m.start for m in mentions if m.code == speaker.code and 0 <= speaker.start - m.end <= 1), default=speaker.start)
    return first > 0 and tokens[first - 1].text in _QUOTED


def charges(tokens: list[Token], mentions: list[Mention], shape: Shape, used: set[int]) -> list[Trigger]:
    """ "said Eritrea was funding rebels": a hostile word about another state in what is said."""
    found: list[Trigger] = []
    for v in shape.verbs:
        if v.at in used or not v.finite or v.passive or v.negated or v.modal or not any(lemma in _TOLD for lemma, _ in v.lemmas):
            continue
        speaker = next((m for m in reversed(mentions) if m.end <= v.start and v.start - m.end <= 1), None)
        left = speaker.start if speaker is not None else v.start
        after = left > 0 and (tokens[left - 1].text in _QUOTED or (speaker is not None and _comma(tokens, mentions, speaker)))
        after = after and (any(o.finite and o.at < left for o in shape.verbs) or tokens[left - 1].text != ",")
        wish = _must(tokens, mentions, v, after)
        if wish is not None:
            found.append(Trigger(_WISH_RULE, "REQUEST", v.start, v.at + 1, v.at, v, aimed=wish))
            continue
        low, high = (0, v.start) if after else (v.at + 1, min(len(tokens), v.at + 28))
        for j in range(low, high):
            word = tokens[j].low
            if word not in _DEEDS and (word not in HOSTILE or word in _WEAK):
                continue
            about = [
                m
                for m in mentions
                if low <= m.start < j and m.code is not None and m.kind in ("actor", "attr") and m.sector != "IGO"
            ]
            if about and not after and about[0].start - v.at <= 2 and any(lemma == "tell" for lemma, _ in v.lemmas):
                about = about[1:]  # "told the Commons that Argentina's attitude ..."
            if not about:
                about = (
                    [m for m in mentions if m.start > v.at and m.prep in ("sobre", "about", "on") and m.code is not None]
                    if after
                    else []
                )
            if about and not any(o.negated and low <= o.at < j for o in shape.verbs):
                found.append(Trigger(_CHARGE_RULE, "ACCUSE", v.start, v.at + 1, v.at, v, aimed=about[0], charge=j))
            break
    return found
