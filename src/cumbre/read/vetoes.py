"""What an act is not: words that look like an event and are none, once their sides are known."""

from __future__ import annotations

from itertools import pairwise

from cumbre.read.arguments import Arguments
from cumbre.read.clauses import Verb
from cumbre.read.mention import STATE, TO_WHOM, Mention
from cumbre.read.screens import abstract, far, idle
from cumbre.read.tokens import Token
from cumbre.read.trigger import WARNING, Trigger
from cumbre.read.wordlists import words

__all__ = ["bare", "vetoed"]

_LOOSE = words("loose")
_HOME_TAX = words("home_tax")
_HARM = words("harm")
_ANALYSTS = words("analysts")
_POLLS = words("polls")
_VEHICLES = words("vehicles")
_LISTENERS = words("listeners")
_ADVISERS = frozenset(["BUS", "CVL", "NGO", "MED"])
_WARNING = WARNING | {"avisar"}
_DOERS = frozenset(["AGREE", "COOPERATE", "AID", "SUPPORT", "CONCEDE", "THREATEN", "REQUEST"])


def _only_told(trigger: Trigger, kind: str, source: Mention | None, tokens: list[Token]) -> bool:
    """What analysts warn of and what polls show is no act; nor is a warning without anyone who could act on it."""
    v = trigger.verb
    if v is None:
        return False
    beside = {t.low for t in tokens[max(0, v.start - 1) : v.start] + tokens[v.at + 1 : v.at + 3]}
    if beside & _ANALYSTS and kind not in ("COERCE", "ASSAULT", "SANCTION"):
        return True
    if kind == "THREATEN" and source is None and any(lemma in _WARNING for lemma, _ in v.lemmas):
        return True
    crowd = source is not None and source.sector == "CVL" and kind in ("ACCUSE", "REJECT", "SUPPORT", "REQUEST", "AGREE")
    return crowd and any(t.low in _POLLS for t in tokens)


def _of_a_thing(v: Verb, tokens: list[Token], arguments: Arguments) -> bool:
    """The verb, or the one above it, stands in a relative clause, and no actor is its subject."""
    head = v
    if v.infinitive:
        head = next((o for o in reversed(arguments.shape.verbs) if o.at < v.start and o.finite), v)
    if head.passive or not head.finite or not head.start:
        return False
    before = tokens[head.start - 1].low
    return before in ("that", "which", "que") and (head.start - 2) not in arguments.shape.by_token


def _to_whom(trigger: Trigger, tokens: list[Token]) -> bool:
    """ "al embajador de Teherán, a cuyos agentes atribuye dos ataques": the accused stands before a relative."""
    low = [t.low for t in tokens[max(0, trigger.start - 5) : trigger.start]]
    return any(w == "a" and n in TO_WHOM for w, n in pairwise(low)) or low[-2:] == ["al", "que"]


def _remote(trigger: Trigger, target: Mention, tokens: list[Token], mentions: list[Mention]) -> bool:
    """ "received aid from X" names no guest; "received the director of X", "hosted his counterparts from X" do."""
    if target.prep not in ("from", "de", "of", "in", "by", "por", "en"):
        return False
    between = {t.low for t in tokens[trigger.end : target.prep_at]}
    guest = any(trigger.end <= m.start < target.start and m.kind == "role" for m in mentions)
    return not (guest or (target.prep == "de" and between & {"a", "al"}))


def vetoed(
    trigger: Trigger,
    kind: str,
    source: Mention | None,
    target: Mention | None,
    tokens: list[Token],
    mentions: list[Mention],
    arguments: Arguments,
) -> bool:
    """Whether the sentence uses the word of a trigger for something else than an act."""
    rule = trigger.rule
    if far(trigger, source, target) or abstract(trigger, tokens):
        return True
    if source is None and kind in _DOERS and trigger.verb is not None and _of_a_thing(trigger.verb, tokens, arguments):
        return True  # "a declaration that commits both to open trade"
    if kind == "AGREE" and {t.low for t in tokens[trigger.at + 1 : trigger.at + 5]} & {"recompensa", "reward", "bounty"}:
        return True  # a price on a head is no offer
    if _only_told(trigger, kind, source, tokens):
        return True
    if kind == "CONSULT" and not trigger.nominal and {t.low for t in tokens[trigger.at + 1 : trigger.end + 2]} & _LISTENERS:
        return True  # "speaking to reporters"
    if rule.id == "consult.visit" and source is not None and source.sector in ("MED", "CVL", "BUS"):
        return True
    if (
        rule.id == "consult.visit"
        and source is not None
        and {t.low for t in tokens[max(0, source.start - 1) : source.end]} & _VEHICLES
    ):
        return True
    if rule.id == "request.must" and (source is None or target is None or source.code in (None, target.code)):
        return True
    if rule.id == "accuse.said" and (source is None or (source.code is None and source.kind != "pron") or target is None):
        return True
    if rule.id == "reject.refusal" and (
        source is None or source.code is None or source.sector not in STATE or source.kind == "attr"
    ):
        return True
    if rule.id == "cooperate.resume" and source is None and trigger.verb is not None and not trigger.verb.passive:
        return True  # "the dam supplies ..."
    if (
        kind == "MOBILIZE"
        and trigger.verb is not None
        and trigger.verb.reduced
        and not trigger.verb.finite
        and (target is None or source is None)
    ):
        return True  # "the soldiers stationed at ..."
    if trigger.verb is not None and not trigger.verb.passive and idle(trigger, source, target, tokens):
        return True
    if (
        kind == "ACCUSE"
        and trigger.verb is not None
        and any(lemma in ("atribuir", "attribute") for lemma, _ in trigger.verb.lemmas)
    ) and (
        target is None
        or (target.start < trigger.at and not _to_whom(trigger, tokens))
        or (trigger.verb is not None and trigger.verb.passive)
    ):
        return True  # "put the delays down to the drought"
    if kind == "PROTEST" and trigger.nominal and trigger.at and tokens[trigger.at - 1].low in ("in", "en"):
        main = next((o for o in arguments.shape.verbs if o.finite), None)
        lead = arguments.subject(main) if main is not None else None
        if lead is None or lead.sector in STATE:
            return True  # "in protest at": why a state did what the verb says
    if (
        kind == "CONCEDE"
        and source is not None
        and target is not None
        and source.code == target.code
        and target.sector in ("MIL", "SPY", "COP")
    ):
        return True  # a government that lets its own services act
    if rule.id == "retreat.depart" and (
        source is None or source.sector not in ("MIL", "REB") or {t.low for t in tokens[trigger.at : trigger.at + 9]} & _HARM
    ):
        return True
    if (
        rule.id == "threaten.threaten"
        and trigger.verb is not None
        and source is not None
        and source.sector in _ADVISERS
        and any(lemma in _WARNING for lemma, _ in trigger.verb.lemmas)
    ):
        return True  # traders who warn of a cost threaten nobody
    if rule.id == "sanction.suspend_member" and (target is None or target.sector in ("COP", "CVL", "MED")):
        return True
    if rule.id == "consult.visit" and not trigger.nominal and (target is None or target.start < trigger.at or source is None):
        return True
    if (
        rule.id == "consult.visit"
        and target is not None
        and target.sector not in ("GOV", "IGO", "MIL", "REB", "VAT")
        and target.kind != "place"
    ):
        return True
    if rule.id == "coerce.ban" and source is None:
        return True
    if rule.id == "request.order" and target is None:
        return True
    if (
        rule.id == "consult.host"
        and target is not None
        and tokens[target.end - 1].low in ("base", "bases", "troops", "tropas", "forces")
    ):
        return True  # a country that hosts a base
    if rule.id == "consult.host" and (target is None or _remote(trigger, target, tokens, mentions)):
        return True
    if rule.id == "consult.host" and target is not None and target.kind == "role" and tokens[target.end - 1].low in _LOOSE:
        return True  # "received 299 migrants"
    if rule.id in ("sanction.impose", "concede.ease") and target is None and tokens[trigger.obj].low in _HOME_TAX:
        return True
    return (  # "because the border is shut"
        rule.id == "sanction.stop"
        and source is None
        and trigger.verb is not None
        and trigger.verb.passive
        and tokens[trigger.verb.start].low in ("is", "are")
        and trigger.verb.at - trigger.verb.start == 1
    )


def bare(trigger: Trigger, kind: str, source: Mention | None, target: Mention | None) -> bool:
    """Whether too little is known of the sides: an event noun or a participle without an author, a pair of nobody with nobody."""
    rule, v = trigger.rule, trigger.verb
    a, b = (source.actor if source else None), (target.actor if target else None)
    known = source is not None and source.kind in ("pair", "role", "pron")
    paired = (
        source is not None
        and source.kind == "pair"
        and (not trigger.nominal or source.prep in ("between", "entre"))
        and (kind in ("RETREAT", "CONSULT", "AGREE", "COOPERATE", "ASSAULT") or rule.id in ("support.sign", "support.relations"))
    )
    crowd = kind == "PROTEST" and source is not None and source.kind == "role"
    if a is None and b is None and (paired or crowd):
        pass
    elif a is None and b is None and source is not None and target is not None and not trigger.nominal and source is not target:
        armed = {source.sector, target.sector} & {"REB", "CRM", "OPP"}
        if (rule.kind not in ("carrier_say", "say") and kind not in ("ASSAULT", "COERCE") and not armed) or "pair" in (
            source.kind,
            target.kind,
        ):
            return True
    elif (
        a is None
        and b is None
        and not (
            known
            and kind in ("RETREAT", "CONSULT", "AGREE")
            and not trigger.nominal
            and source is not None
            and source.kind == "pair"
        )
    ):
        return True
    if (
        trigger.nominal
        and trigger.light is None
        and (a is None or b is None)
        and kind not in ("ASSAULT", "PROTEST", "CONSULT", "THREATEN")
    ):
        return True
    between = source is not None and source.prep in ("between", "entre")
    if trigger.nominal and kind in ("CONSULT", "AGREE", "SUPPORT", "COOPERATE") and (a is None or b is None) and not between:
        return True
    if trigger.nominal and kind == "THREATEN" and (a is None or b is None):
        return True
    if trigger.nominal and a is None and target is not None and target.prep in ("in", "en", "at", "near"):
        return True
    if v is not None and v.gerund and a is None and kind in ("SANCTION", "CONCEDE"):
        return True  # "halting deliveries": what came of it
    return bool(v is not None and v.reduced and not v.finite and a is None and kind != "ASSAULT")
