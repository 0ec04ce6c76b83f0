"""What tense, mood, negation and carriers make of a trigger.

Announced cooperation is AGREE, announced force is THREATEN, a refusal to do something friendly is REJECT; what a carrier says
("accused X of attacking Y") and what is only possible is dropped.
"""

from __future__ import annotations

from cumbre.read.aspects import ENDED, below, conditional, ended, no_longer, refused, together, wished
from cumbre.read.clauses import ADVERBS, RELATIVES, Shape, Verb, apposed
from cumbre.read.imagining import forecast, imagined, left_so, obliged, rumoured, upcoming
from cumbre.read.infinitives import COMING, infinitive
from cumbre.read.judging import SLURS, described, dubbed, named
from cumbre.read.lexicon import Lexicon
from cumbre.read.mention import POSSESSIVES, PREPOSITIONS
from cumbre.read.morphology import PAST, PP, PRES
from cumbre.read.refusing import reported
from cumbre.read.tokens import Token
from cumbre.read.trigger import WARNING, Trigger
from cumbre.read.wordlists import words

__all__ = ["moods"]


NEGATED_REJECT = words("negated_reject")


def _sequel(trigger: Trigger, tokens: list[Token], shape: Shape) -> int:
    """Where the complement of a carrier ends."""
    n = len(tokens)
    j = trigger.end
    while j < n:
        low = tokens[j].low
        if low in (
            ";",
            "after",
            "while",
            "tras",
            "mientras",
            "luego",
            "cuando",
            "when",
            "después",
            "before",
            "hours",
            "despite",
            "amid",
            "during",
            "durante",
        ):
            return j
        if (low == "so" and tokens[j - 1].low == ",") or (low == "lo" and tokens[j - 1].low == "por" and j + 1 < n):
            return j
        if low == "as" and j and tokens[j - 1].low in (",", "even", "just"):
            return j
        if low == "," and (apposed(tokens, j) or _aside(tokens, j) or _told_aside(tokens, j, shape)):
            return j
        if low in ("and", "y", "e", "but", "pero", ","):
            k = j + 1
            while k < n and k < j + 4 and k not in shape.by_token:
                k += 1
            v = shape.by_token.get(k)
            if v is not None and v.start <= j + 2 and v.finite and not v.modal and (not v.infinitive):
                return j
            if v is not None and low == "," and v.start == j + 1 and v.gerund:
                return j
        j += 1
    return n


def _aside(tokens: list[Token], comma: int) -> bool:
    """ ", a quien acusa de ...", ", país al que culpa": a clause told of someone beside what is asked or charged."""
    after = [t.low for t in tokens[comma + 1 : comma + 5]]
    for k in range(2):
        if after[k : k + 2] in (["al", "que"], ["a", "quien"], ["a", "quienes"], ["a", "cuyo"], ["a", "cuya"]):
            return k == 0 or tokens[comma + 1].text[:1].islower()
        if after[k : k + 3] in (
            ["a", "la", "que"],
            ["a", "los", "que"],
            ["a", "las", "que"],
            ["con", "el", "que"],
            ["con", "la", "que"],
        ):
            return k == 0 or tokens[comma + 1].text[:1].islower()
    return after[:1] == ["whom"]


def _told_aside(tokens: list[Token], comma: int, shape: Shape) -> bool:
    """ "acusa a los Emiratos de armar a las milicias, que el martes bombardearon Puerto Sudán": a past act told behind a comma."""
    if tokens[comma + 1 : comma + 2] == [] or tokens[comma + 1].low != "que":
        return False
    v = next((o for o in shape.verbs if o.at > comma + 1), None)
    return v is not None and v.finite and v.start - comma < 6 and bool(v.flags & PAST) and not v.modal


_RATES = words("rates")


def moods(found: list[Trigger], tokens: list[Token], lex: Lexicon, shape: Shape) -> list[Trigger]:
    """Triggers that say what was done: denied, hypothetical, asked or merely planned ones are dropped, or turned to what they announce."""
    kept: list[Trigger] = []
    regions: list[tuple[int, int, Trigger]] = []
    for trigger in found:
        v = trigger.verb
        below = next((r for r in reversed(regions) if r[0] <= trigger.at < r[1]), None)
        carrier = trigger.rule.kind in ("carrier_say", "carrier_mutual", "order") and v is not None
        if below is not None:
            over = below[2]
            if over.rule.kind == "order":
                if (v is not None and (v.infinitive or v.modal or v.flags & 128)) or (v is None and trigger.type != "CONSULT"):
                    trigger.order = over.verb
                    over.softened = True
                elif v is None or not v.finite:
                    continue
            elif not _told_as_fact(over, trigger, tokens, shape):
                continue
        if shape.hypothetical_from[trigger.at] >= 0:
            continue
        kind = _mood(trigger, tokens, shape, lex.lang)
        if kind is None:
            if carrier and v is not None:
                regions.append((trigger.at + 1, _sequel(trigger, tokens, shape), trigger))
            continue
        trigger.type = kind
        if (
            trigger.rule.id == "request.ask"
            and v is not None
            and any(lemma == "llamar" for lemma, _ in v.lemmas)
            and named(trigger, tokens)
        ):
            trigger.type = "ACCUSE"
        if trigger.rule.kind == "describe":
            turned = described(trigger, tokens)
            if turned is None and tokens[trigger.at].low.startswith("call") and dubbed(trigger, tokens, shape):
                turned = "ACCUSE"
            if turned is None and trigger.verb is not None and any(lemma in SLURS for lemma, _ in trigger.verb.lemmas):
                turned = "ACCUSE"
            if trigger.rule.id == "accuse.cite" and turned != "ACCUSE":
                continue
            if turned is None:
                continue
            trigger.type = turned
            regions.append((trigger.at + 1, _sequel(trigger, tokens, shape), trigger))
        kept.append(trigger)
        act = refused(trigger, shape, tokens) if v is None and trigger.type == "REJECT" and lex.lang == "es" else None
        if act is not None:
            regions.append((act.start, next((o.start for o in shape.verbs if o.at > act.at and o.finite), len(tokens)), trigger))
        if carrier and v is not None:
            regions.append((trigger.at + 1, _sequel(trigger, tokens, shape), trigger))
    return [t for t in kept if not (t.rule.kind == "order" and t.softened)]


_PROMISING = frozenset(["promise", "pledge", "prometer", "commit", "undertake", "jurar"])
_MENACE = words("menace")
_REPLIES = frozenset(["reply", "response", "retaliation", "respuesta"])
_READY = words("ready")
_STATING = frozenset(["insist", "suggest", "insistir", "sugerir"])


def _mood(trigger: Trigger, tokens: list[Token], shape: Shape, lex_lang: str) -> str | None:
    v = trigger.verb
    rule = trigger.rule
    if v is None:
        before = [t.low for t in tokens[max(0, trigger.start - 4) : trigger.start]]
        if rule.type in ("CONSULT", "AGREE") and upcoming(trigger, tokens):
            return None
        if imagined(trigger, shape) or (before[-1:] == ["de"] and before[-2:-1] and before[-2] in _RATES):
            return None
        if any(
            w
            in (
                "no",
                "not",
                "without",
                "sin",
                "avoid",
                "evitar",
                "possible",
                "posible",
                "posibles",
                "eventual",
                "potential",
                "future",
                "alleged",
            )
            for w in before[-3:]
        ):
            return None
        over = next((o for o in reversed(shape.verbs) if o.at < trigger.start and trigger.start - o.at < 9), None)
        if (
            over is not None
            and rule.type in ("CONSULT", "AGREE", "COOPERATE", "AID", "SUPPORT", "RETREAT")
            and (over.future or over.latent)
        ):
            same = shape.comma_before[trigger.start] == shape.comma_before[over.at]
            return (COMING.get(rule.type) if over.future or over.plan else None) if same and not over.negated else rule.type
        return rule.type
    if rule.id == "reject.refusal":
        return "REJECT"
    if rumoured(v, rule.type, tokens, shape):
        return None
    if v.start == 0 and tokens[0].low == "asked":
        return None  # "Asked about the strikes, ..."
    if rule.id == "threaten.threaten" and forecast(v, tokens):
        return None
    lemmas = {lemma for lemma, _ in v.lemmas}
    follow = tokens[v.at + 1].low if v.at + 1 < len(tokens) else ""
    after2 = tokens[v.at + 2].low if v.at + 2 < len(tokens) else ""
    if (
        "push" in lemmas
        and rule.type == "REQUEST"
        and (follow[:1].isdigit() or follow in ("more", "back", "ahead", "through", "deeper"))
    ):
        return None
    if "press" in lemmas and follow in ("on", "ahead", "forward", "toward", "towards"):
        return None
    named_agent = follow == "by" and (v.at + 2 in shape.mentioned or v.at + 3 in shape.mentioned)
    if v.passive and lemmas & {"meet", "welcome"} and follow in ("with", "by") and not named_agent:
        return None  # "was met with anger"
    if (
        "demonstrate" in lemmas
        and follow[:1].isalpha()
        and follow not in PREPOSITIONS
        and follow not in ADVERBS
        and follow not in ("and", "on")
    ):
        return None
    if rule.id == "retreat.depart" and lemmas & {"leave"} and left_so(v, tokens):
        return None  # "leaving half a million people without heating"
    if ("try" in lemmas and follow == "to") or ("dismiss" in lemmas and follow == "from"):
        return None
    if (
        rule.id == "support.praise"
        and lemmas & {"defend", "defender"}
        and follow in POSSESSIVES
        and not (v.negated or v.modal or v.infinitive)
    ):
        return "REJECT"  # who defends his own decision turns criticism down
    if rule.kind == "cowed":
        return "REJECT" if v.negated and (v.passive or v.reflexive) else None
    if (rule.id == "request.ask" and lemmas & _STATING and "que" in (follow, after2)) or (follow == "that" and lemmas & _STATING):
        said = below(v, shape)
        if said is not None and not wished(said, tokens, lex_lang):
            return "REJECT" if said.negated and "suggest" not in lemmas and "sugerir" not in lemmas else None
    if rule.kind == "mutual" and "encontrar" in lemmas and v.reflexive and not together(v, tokens):
        return None
    if (
        rule.id == "agree.agree"
        and (lemmas & _PROMISING or {t.low for t in tokens[trigger.start : trigger.end]} & _READY)
        and not v.negated
    ):
        ahead = {t.low for t in tokens[trigger.end : trigger.end + 10]}
        if ahead & _MENACE or ahead & _REPLIES:
            return "THREATEN"
    if (
        v.future
        and rule.type in ("COOPERATE", "AID", "SUPPORT", "CONSULT", "AGREE", "CONCEDE", "RETREAT")
        and conditional(v, tokens)
    ):
        return None
    if any(t.low in ("heat", "volume") for t in tokens[v.at : v.at + 5]):
        return None
    if rule.kind == "respond":
        return "THREATEN" if (v.future or (v.modal and reported(v, shape))) and not v.negated else None
    if rule.kind == "never":
        return "THREATEN" if v.negated and not v.flags & PAST else None
    end = ended(v, tokens, shape)
    if end is not None:
        unreal = end.negated or end.modal or end.latent or (end.infinitive and shape.finite_before[end.start] > 0)
        return None if unreal else ENDED.get(rule.type)
    if (
        not v.modal
        and v.negated
        and not v.future
        and v.flags & PRES
        and not v.flags & PAST
        and lemmas & {"recognise", "recognize", "reconocer"}
    ):
        return None  # a standing position
    if lemmas & {"recognise", "recognize", "reconocer", "acknowledge"} and follow in ("que", "that"):
        return None
    if v.negated and {t.low for t in tokens[v.start : v.at]} & {"never", "nunca", "jamás"} and v.flags & PP:
        return None  # "has never extradited a citizen"
    if lemmas & {"suggest", "sugerir"} and v.at >= len(tokens) - 4 and any(t.text == "," for t in tokens[: v.start]):
        return None  # "..., a diplomat suggested"
    if "plead" in lemmas and {follow, after2} & {"guilty", "not", "innocent"}:
        return None
    if v.negated and rule.id == "agree.plan":
        return None  # "has not confirmed a date"
    if (
        rule.id == "cooperate.resume"
        and not v.negated
        and lemmas & _TRADING
        and v.flags & PRES
        and not v.flags & PAST
        and v.finite
        and not v.future
    ):
        return None  # what a country sells, it sells all the time
    if v.negated and v.future and rule.type in ("AID", "COOPERATE", "SUPPORT", "CONSULT", "RETREAT", "AGREE", "CONCEDE"):
        return "SANCTION" if no_longer(v, tokens) else "REJECT"
    if v.negated and no_longer(v, tokens) and rule.type in ("AID", "COOPERATE", "CONCEDE", "SUPPORT", "AGREE"):
        return "SANCTION"
    if v.negated and lemmas & _RULING_OUT and not v.modal:
        ahead = {t.low for t in tokens[trigger.end : trigger.end + 9]}
        return "THREATEN" if ahead & _FORCE else "AGREE" if ahead & _CONTACT else None
    if v.negated:
        if lemmas & NEGATED_REJECT or rule.type in ("AGREE", "CONCEDE"):
            return "REJECT" if not v.modal or reported(v, shape) else None
        return None
    if v.latent and not v.plan:
        return None
    if v.modal:
        low = {t.low for t in tokens[v.start : v.at + 1]}
        if (
            ("would" in low or (v.flags & 64 and lemmas and shape.finite_before[v.start] > 0))
            and reported(v, shape)
            and not low & {"could", "might", "may"}
        ):
            if tokens[0].low in ("if", "were", "had", "should"):
                return None  # "If elected, he says, his party would ..."
            if rule.type == "SANCTION" and conditional(v, tokens):
                return "THREATEN"
            return COMING.get(rule.type)
        return None
    if (
        v.flags & PP
        and v.passive
        and any(t.low == "until" for t in tokens[max(0, v.start - 9) : v.start])
        and tokens[v.start].low in ("is", "are")
    ):
        return None  # "until the row is settled"
    if v.plan and trigger.type == "CONSULT" and obliged(v, tokens):
        return None
    if v.future or v.plan:
        return COMING.get(rule.type)
    if v.infinitive and trigger.order is None:
        return infinitive(trigger, v, tokens, shape)
    after = tokens[v.at + 2].low if v.at + 2 < len(tokens) else ""
    if lemmas & WARNING and not trigger.words and follow in ("of", "about", "sobre", "de", "del") and after != "que":
        return None
    if (
        v.start
        and v.flags & PRES
        and not v.flags & PAST
        and rule.type in ("COOPERATE", "AID", "SUPPORT")
        and tokens[v.start - 1].low in ("que", "who", "which", "that", "quien")
    ):
        return None  # a habit: "a country that cooperates"
    if (
        v.gerund
        and not _joined(v, tokens)
        and v.start
        and tokens[v.start - 1].low
        in ("from", "of", "on", "avoid", "about", "for", "in", "without", "than", "against", "to", "like", "toward", "towards")
    ):
        return None
    return rule.type


def _told_as_fact(over: Trigger, trigger: Trigger, tokens: list[Token], shape: Shape) -> bool:
    """ "asked Botswana to explain why its soldiers shot three men": a past act in a clause below a request is no part of it."""
    v = trigger.verb
    if v is None or over.type not in _WISHES or not v.finite or not v.flags & PAST or v.modal or v.negated or v.future:
        return False
    return any(tokens[j].low in _FACTIVE and j - 1 not in shape.by_token for j in range(over.end, v.start))


_WISHES = frozenset(["REQUEST", "THREATEN", "AGREE"])
_FACTIVE = RELATIVES | frozenset(["que", "that", "which", "why", "where", "donde", "como", "after", "tras"])


_TRADING = words("trading")


def _joined(v: Verb, tokens: list[Token]) -> bool:
    """ "joined London in blaming the Kremlin": what one joins in is done."""
    return any(t.low in ("join", "joined", "joins", "joining") for t in tokens[max(0, v.start - 8) : v.start])


_RULING_OUT = frozenset(["rule", "descartar", "exclude", "excluir"])
_FORCE = words("force")
_CONTACT = words("contact")
