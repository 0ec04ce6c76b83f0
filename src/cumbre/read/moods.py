"""What tense, mood, negation and carriers make of a trigger.

Announced cooperation is AGREE, announced force is THREATEN, a refusal to do something friendly is REJECT; what a carrier says
("accused X of attacking Y") and what is only possible is dropped.
"""

from __future__ import annotations

from cumbre.read.aspects import ENDED, below, conditional, ended, no_longer, refused, together, wished
from cumbre.read.clauses import ADVERBS, RELATIVES, Shape, Verb, apposed
from cumbre.read.judging import SLURS, described, dubbed, named
from cumbre.read.lexicon import Lexicon, Rule
from cumbre.read.mention import PREPOSITIONS
from cumbre.read.morphology import PAST, PP, PRES
from cumbre.read.tokens import Token
from cumbre.read.trigger import CAUSATIVES, REPORTING, SPEAKING, Trigger
from cumbre.read.wordlists import words

__all__ = ["denials", "moods", "refusals"]


NEGATED_REJECT = words("negated_reject")


REAL_GOVERNORS = words("real_governors")


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


def _resolved(v: Verb, tokens: list[Token], shape: Shape) -> bool:
    """ "la decisión de Alemania de suspender la exportación": what has been decided is done."""
    if tokens[v.start - 1].low != "de":
        return False
    for j in range(v.start - 2, max(-1, v.start - 9), -1):
        if j in shape.by_token or tokens[j].text in (",", ";"):
            return False
        if tokens[j].low == "decisión":
            return j > 0 and tokens[j - 1].low in ("la", "su")
    return False


_RATES = words("rates")

_DENIAL_RULE = Rule("reject.denial", "REJECT", "", "carrier_say", frozenset(), frozenset(("with", "con")))


def denials(tokens: list[Token], shape: Shape, used: set[int]) -> list[Trigger]:
    """ "said that he is not tied to the cartel": a speaker denies something of himself."""
    found = []
    for v in shape.verbs:
        if (
            not v.negated
            or not v.finite
            or v.modal
            or v.future
            or not any(lemma in ("be", "ser", "estar", "tener", "have") for lemma, _ in v.lemmas)
        ):
            continue
        said = next((o for o in reversed(shape.verbs) if o.at < v.start and o.finite), None)
        if (
            said is None
            or said.at in used
            or v.start - said.at > 4
            or not any(lemma in SPEAKING or lemma in _SAYS for lemma, _ in said.lemmas)
        ):
            continue
        between = {t.low for t in tokens[said.at + 1 : v.start]}
        if between <= _SELF:
            found.append(Trigger(_DENIAL_RULE, "REJECT", said.start, v.at + 1, said.at, said))
    return found


_REFUSAL_RULE = Rule("reject.refusal", "REJECT", "", "do", frozenset(), frozenset(("with", "con", "to", "a")))


def refusals(tokens: list[Token], shape: Shape, used: set[int]) -> list[Trigger]:
    """ "Mexico will not pay for the wall": a state that says what it will not do."""
    found = []
    for v in shape.verbs:
        reported = v.modal and tokens[v.start].low in ("would", "wouldn't") and _reported(v, shape)
        plain = v.negated and ((v.future and not v.modal) or reported) and v.finite and not v.passive and v.at not in used
        if plain and not any(lemma in _HAPPENING for lemma, _ in v.lemmas) and shape.hypothetical_from[v.at] < 0:
            found.append(Trigger(_REFUSAL_RULE, "REJECT", v.start, v.at + 1, v.at, v))
    return found


_HAPPENING = words("happening")


_SAYS = words("says")


_SELF = words("self")


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


_COMING = {
    "COOPERATE": "AGREE", "AID": "AGREE", "SUPPORT": "AGREE", "CONSULT": "AGREE", "AGREE": "AGREE", "CONCEDE": "CONCEDE",
    "RETREAT": "CONCEDE",
    "SANCTION": "SANCTION", "MOBILIZE": "MOBILIZE", "COERCE": "THREATEN", "ASSAULT": "THREATEN", "REJECT": "REJECT", "REQUEST": "REQUEST",
    "THREATEN": "THREATEN", "ACCUSE": "THREATEN",
}  # fmt: skip


_OWN = frozenset(["its", "his", "her", "their", "su", "sus"])
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
        if rule.type in ("CONSULT", "AGREE") and _upcoming(trigger, tokens):
            return None
        if _imagined(trigger, shape) or (before[-1:] == ["de"] and before[-2:-1] and before[-2] in _RATES):
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
            return (_COMING.get(rule.type) if over.future or over.plan else None) if same and not over.negated else rule.type
        return rule.type
    if rule.id == "reject.refusal":
        return "REJECT"
    if _rumoured(v, rule.type, tokens, shape):
        return None
    if v.start == 0 and tokens[0].low == "asked":
        return None  # "Asked about the strikes, ..."
    if rule.id == "threaten.threaten" and _forecast(v, tokens):
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
    if rule.id == "retreat.depart" and lemmas & {"leave"} and _left_so(v, tokens):
        return None  # "leaving half a million people without heating"
    if ("try" in lemmas and follow == "to") or ("dismiss" in lemmas and follow == "from"):
        return None
    if (
        rule.id == "support.praise"
        and lemmas & {"defend", "defender"}
        and follow in _OWN
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
        return "THREATEN" if (v.future or (v.modal and _reported(v, shape))) and not v.negated else None
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
            return "REJECT" if not v.modal or _reported(v, shape) else None
        return None
    if v.latent and not v.plan:
        return None
    if v.modal:
        low = {t.low for t in tokens[v.start : v.at + 1]}
        if (
            ("would" in low or (v.flags & 64 and lemmas and shape.finite_before[v.start] > 0))
            and _reported(v, shape)
            and not low & {"could", "might", "may"}
        ):
            if tokens[0].low in ("if", "were", "had", "should"):
                return None  # "If elected, he says, his party would ..."
            if rule.type == "SANCTION" and conditional(v, tokens):
                return "THREATEN"
            return _COMING.get(rule.type)
        return None
    if (
        v.flags & PP
        and v.passive
        and any(t.low == "until" for t in tokens[max(0, v.start - 9) : v.start])
        and tokens[v.start].low in ("is", "are")
    ):
        return None  # "until the row is settled"
    if v.plan and trigger.type == "CONSULT" and _obliged(v, tokens):
        return None
    if v.future or v.plan:
        return _COMING.get(rule.type)
    if v.infinitive and trigger.order is None:
        return _infinitive(trigger, v, tokens, shape)
    after = tokens[v.at + 2].low if v.at + 2 < len(tokens) else ""
    if lemmas & _WARN and not trigger.words and follow in ("of", "about", "sobre", "de", "del") and after != "que":
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


_RUMOURS = words("rumours")


def _rumoured(v: Verb, kind: str, tokens: list[Token], shape: Shape) -> bool:
    """ "over claims that London had funded the campaign": what is only rumoured."""
    for j in range(v.start - 1, max(1, v.start - 9), -1):
        if tokens[j].low in ("that", "que") and (tokens[j - 1].low in _RUMOURS or tokens[j - 2].low in _RUMOURS):
            return True
        if tokens[j].text in (",", ";") or (j in shape.by_token and shape.by_token[j].finite):
            return False
    return False


def _forecast(v: Verb, tokens: list[Token]) -> bool:
    """ "the mission could run out of money, the UN warned": what might come of things, told before the verb."""
    last = v.at + 2 >= len(tokens) or tokens[v.at + 1].text in (".", "”", '"')
    return (
        last
        and any(lemma in _WARN for lemma, _ in v.lemmas)
        and any(t.low in ("could", "may", "might", "risks") for t in tokens[: v.start])
    )


def _told_as_fact(over: Trigger, trigger: Trigger, tokens: list[Token], shape: Shape) -> bool:
    """ "asked Botswana to explain why its soldiers shot three men": a past act in a clause below a request is no part of it."""
    v = trigger.verb
    if v is None or over.type not in _WISHES or not v.finite or not v.flags & PAST or v.modal or v.negated or v.future:
        return False
    return any(tokens[j].low in _FACTIVE and j - 1 not in shape.by_token for j in range(over.end, v.start))


_WISHES = frozenset(["REQUEST", "THREATEN", "AGREE"])
_FACTIVE = RELATIVES | frozenset(["que", "that", "which", "why", "where", "donde", "como", "after", "tras"])


def _imagined(trigger: Trigger, shape: Shape) -> bool:
    """ "Any attack on Taiwan would ...", "una invasión tendría": the subject of a conditional has not happened."""
    last = max((k for k in range(trigger.start) if shape.tokens[k].low in _OPENING), default=-1)
    if any(o.finite and last < o.at < trigger.start for o in shape.verbs):
        return False
    after = next((o for o in shape.verbs if o.at >= trigger.end and (o.finite or o.modal)), None)
    stop = after.start if after is not None else len(shape.tokens)
    if any(t.low in ("would", "could", "might") for t in shape.tokens[trigger.end : min(stop, trigger.end + 12)]):
        return True
    low = {t.low for t in shape.tokens[after.start : after.at + 1]} if after is not None else set()
    return after is not None and after.modal and not low & {"may", "must", "can", "should"}


def _left_so(v: Verb, tokens: list[Token]) -> bool:
    """What an act leaves behind: figures, people, "without", "dead"."""
    near = {t.low for t in tokens[v.at + 1 : v.at + 9]}
    return v.gerund or bool(near & {"without", "dead", "homeless", "injured", "wounded", "stranded", "open"})


def _upcoming(trigger: Trigger, tokens: list[Token]) -> bool:
    """ "ahead of the summit", "a diez días de la cumbre": what has not been held yet."""
    low = [t.low for t in tokens[max(0, trigger.start - 6) : trigger.start]]
    text = " ".join(low)
    return any(w in text for w in _AHEAD) or (
        "a" in low and text.endswith(("días de la", "días del", "semanas de la", "horas de la", "horas del"))
    )


_OPENING = frozenset(["that", "que", ",", ";", "after", "when", "cuando", "but", "pero", "because", "porque"])
_AHEAD = (
    "ahead of",
    "before the",
    "before a",
    "prior to",
    "antes de la",
    "antes del",
    "de cara a",
    "en vísperas de",
    "on the eve of",
    "víspera de",
)


_TRADING = words("trading")


_WARN = frozenset(["warn", "caution", "advertir", "alertar"])


def _joined(v: Verb, tokens: list[Token]) -> bool:
    """ "joined London in blaming the Kremlin": what one joins in is done."""
    return any(t.low in ("join", "joined", "joins", "joining") for t in tokens[max(0, v.start - 8) : v.start])


def _reported(v: Verb, shape: Shape) -> bool:
    return any(o.at < v.start and any(lemma in REPORTING for lemma, _ in o.lemmas) for o in shape.verbs)


def _cause(v: Verb, shape: Shape) -> Verb | None:
    """The verb that makes another act: "prompted the ministry to recall its envoy"."""
    for o in reversed(shape.verbs):
        if o.at < v.start:
            real = (
                any(lemma in CAUSATIVES for lemma, _ in o.lemmas)
                and v.start - o.at < 9
                and not o.modal
                and not o.future
                and not o.negated
            )
            return o if real else None
    return None


_RULING_OUT = frozenset(["rule", "descartar", "exclude", "excluir"])
_FORCE = words("force")
_CONTACT = words("contact")
_MOTION = words("motion")


def _obliged(v: Verb, tokens: list[Token]) -> bool:
    before = tokens[max(0, v.start - 4) : v.start]
    return any(t.low.startswith(_OBLIGING) for t in before)


_CROWDS = words("crowds")
_OBLIGING = (
    "oblig",
    "force",
    "forz",
    "compel",
    "order",
    "reluct",
    "refus",
    "neg",
    "unwilling",
    "willing",
    "dispuest",
    "ready",
    "duty",
)
_ALLOWED = words("allowed")
_MEANS = words("means")


def _ranked(v: Verb, tokens: list[Token]) -> bool:
    """ "became the first EU member to ban two ministers": what the first or latest has done."""
    low = [t.low for t in tokens[max(0, v.start - 6) : v.start]]
    return (
        tokens[v.start].low == "to"
        and bool({"first", "latest"} & set(low))
        and "the" in low
        and not {"be", "would", "will", "could"} & set(low)
    )


def _infinitive(trigger: Trigger, v: Verb, tokens: list[Token], shape: Shape) -> str | None:
    before = tokens[v.start - 1].low if v.start else ""
    if before in ("and", "or", "y", "e", "o"):
        first = next((o for o in reversed(shape.verbs) if o.at < v.start and o.infinitive), None)
        if first is not None:
            return _infinitive(trigger, first, tokens, shape)
    if before in ("tras", "al", "after") or (
        before == "de" and v.start > 1 and tokens[v.start - 2].low in ("después", "luego", "decisión", "antes")
    ):
        return trigger.type if tokens[v.start - 2].low != "antes" else None
    cause = _cause(v, shape)
    if cause is not None or _ranked(v, tokens):
        return trigger.type
    if v.infinitive and _resolved(v, tokens, shape):
        return trigger.type
    governor = next((o for o in reversed(shape.verbs) if o.at < v.start and v.start - o.at <= 4), None)
    if (
        governor is not None
        and any(lemma in REAL_GOVERNORS for lemma, _ in governor.lemmas)
        and not governor.modal
        and not governor.negated
    ):
        if governor.future:
            return _COMING.get(trigger.rule.type)
        return trigger.type
    motion = next((o for o in reversed(shape.verbs) if o.at < v.start and o.finite), None)
    if (
        trigger.type in ("REQUEST", "ACCUSE")
        and motion is not None
        and any(lemma in _MOTION for lemma, _ in motion.lemmas)
        and not motion.modal
    ):
        return trigger.type
    if before in ("decision", "move", "decisión", "effort"):
        return trigger.type
    main = next((o for o in reversed(shape.verbs) if o.at < v.start and o.finite), None)
    if main is not None and not (main.modal or main.future or main.negated or main.latent) and v.start - main.at <= 14:
        if any(lemma in _MEANS for lemma, _ in main.lemmas) and not trigger.softened:
            return trigger.type
        if trigger.type == "PROTEST" and (before in ("para", "a") or tokens[v.start].low == "to"):
            return trigger.type
    if v.start > 1 and ((before in ("para", "de", "a") and tokens[v.start - 2].low in _ALLOWED) or before in _ALLOWED):
        return None  # "permission to visit"
    if trigger.type == "REQUEST" and any(t.low in _CROWDS for t in tokens[: v.start]) and tokens[v.start].low in ("to", "para"):
        return trigger.type  # "tens of thousands filled the square to call for his resignation"
    if trigger.type == "CONSULT" and _obliged(v, tokens):
        return None  # "to force it to negotiate", "is under no obligation to talk"
    if trigger.type == "CONSULT" and main is not None and main.future and v.start - main.at <= 14:
        return _COMING["CONSULT"]
    if (trigger.type == "CONSULT" and trigger.rule.id != "consult.mediate") or trigger.rule.id == "support.sign":
        return trigger.type
    return None
