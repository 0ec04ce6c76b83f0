"""One trigger to one coded event: its sides, and the type that they and the words beside them make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from cumbre.read.arguments import Arguments
from cumbre.read.clauses import Verb
from cumbre.read.completing import complete
from cumbre.read.lexicon import lexicon
from cumbre.read.mention import Mention
from cumbre.read.plausible import plausible
from cumbre.read.screens import abstract, far, idle, sued
from cumbre.read.tokens import Token
from cumbre.read.trigger import Trigger
from cumbre.read.wordlists import words

__all__ = ["Coded", "code_event", "wronged"]

_CROWD = words("crowd")

_STATE = frozenset(("GOV", "IGO", "MIL", "COP"))


@dataclass(frozen=True)
class Coded:
    """One event of a sentence; all offsets are in the stored text. `features` feed the confidence model."""

    type: str
    mode: str
    source: str | None
    target: str | None
    rule: str
    trigger: tuple[int, int]
    source_span: tuple[int, int] | None
    target_span: tuple[int, int] | None
    source_row: str = ""
    target_row: str = ""
    inferred: tuple[str, ...] = ()
    also_sources: tuple[str, ...] = ()
    also_targets: tuple[str, ...] = ()
    mutual: bool = False
    features: tuple[float, ...] = ()
    nominal: bool = False
    future: bool = False


_LOOSE = words("loose")

_TALKS = frozenset(("talks", "negotiations", "dialogue", "diálogos", "diálogo", "negociaciones", "mesa", "conversaciones"))

_HOME_TAX = words("home_tax")

_BLOCKING = words("blocking") | {"cut", "cortar", "interrumpir", "colapsar"}

_THINGS = words("things")

_HARM = words("harm")

_HOME_TYPES = words("home_types")


def _span(m: Mention | None, tokens: list[Token]) -> tuple[int, int] | None:
    return None if m is None else (tokens[m.start].start, tokens[m.end - 1].end)


def _others(m: Mention | None, mentions: list[Mention], skip: str | None) -> tuple[str, ...]:
    if m is None:
        return ()
    found = (o.actor for o in mentions if o is not m and o.group == m.group and o.kind in ("actor", "attr", "role"))
    return tuple(dict.fromkeys(a for a in found if a is not None and a != m.actor and a != skip))


def _locals(source: Mention | None, target: Mention | None, mentions: list[Mention], tokens: list[Token]) -> Mention | None:
    """Protesters without a country are the people of the place where they march."""
    for m in mentions:
        named = tokens[m.start].text[:1].isupper() and tokens[m.end - 1].text[:1].isupper()
        if (
            m.code
            and (
                m.kind == "place"
                or ((named or m.kind == "attr") and m.prep in ("in", "en", "across", "through", "por", "throughout"))
            )
            and m is not target
        ):
            return replace(source or m, code=m.code, sector="CVL", kind="actor", inferred=True)
    return None


def _at_home(
    kind: str, source: Mention | None, target: Mention | None, tokens: list[Token]
) -> tuple[Mention | None, Mention | None]:
    """A role without a country beside an actor of a country belongs to it: "the police arrested ten students"."""
    if target is not None and target.kind == "role" and target.code is None and source is not None and source.code is not None:
        word = tokens[target.end - 1].low
        if (
            (word not in _LOOSE or (kind == "COERCE" and source.sector == "COP" and word in _ANYONE))
            and target.sector not in ("BUS", "MED", "NGO")
            and source.sector != "IGO"
            and kind in _HOME_TYPES
            and (word not in _THINGS or (kind == "ASSAULT" and source.sector in ("REB", "CRM")))
            and (source.sector != target.sector or source.sector == "GOV")
            and (kind != "REJECT" or target.sector in ("GOV", "LEG", "JUD", "REB", "OPP"))
        ):
            target = replace(target, code=source.code, inferred=True)
    elif (
        source is not None
        and source.kind == "role"
        and source.code is None
        and target is not None
        and target.code is not None
        and target.sector != "IGO"
        and not (kind in ("PROTEST", "ASSAULT") and any(t.low in _MISSIONS for t in tokens[target.start : target.end]))
        and (
            source.sector in ("COP", "JUD", "LEG", "OPP", "PTY", "REB", "MIL", "CRM")
            or (kind in ("PROTEST", "ASSAULT") and source.sector == "CVL")
        )
        and kind in ("COERCE", "ACCUSE", "REJECT", "ASSAULT", "PROTEST", "REQUEST")
    ):
        source = replace(source, code=target.code, inferred=True)
    return source, target


_ANYONE = frozenset(["people", "man", "men", "woman", "women", "personas", "hombre", "hombres", "mujer", "mujeres"])


def _reversed(trigger: Trigger, target: Mention | None) -> bool:
    """A government that annuls its own decision, without another side behind the verb."""
    lemmas = {lemma for lemma, _ in trigger.verb.lemmas} if trigger.verb is not None else set()
    return bool(lemmas & _REVERSING) and (target is None or target.start < trigger.at)


def _telephoned(trigger: Trigger, target: Mention | None, tokens: list[Token]) -> bool:
    """ "llamó al presidente ruso" is a telephone call, "llamó a los colombianos a votar" an appeal."""
    if (
        trigger.rule.id != "request.ask"
        or trigger.type != "REQUEST"
        or target is None
        or not target.person
        or trigger.verb is None
    ):
        return False
    if not any(lemma == "llamar" for lemma, _ in trigger.verb.lemmas) or not 0 <= target.start - trigger.end <= 1:
        return False
    return target.end >= len(tokens) or tokens[target.end].low not in ("a", "al", "que")


def _joint(trigger: Trigger, tokens: list[Token]) -> bool:
    """Exercises held together are cooperation: "joint drills", "maniobras conjuntas"."""
    return any(t.low in _JOINT for t in tokens[max(0, trigger.start - 2) : trigger.end + 3])


_ANALYSTS = frozenset(
    ["analysts", "analyst", "experts", "expert", "economists", "economist", "observers", "researchers", "scholars", "academics", "polls",
     "surveys", "analistas", "analista", "expertos", "experto", "economistas", "economista", "observadores", "politólogos", "académicos",
     "encuestas", "sondeos", "politólogo"]
)  # fmt: skip


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


_POLLS = frozenset(["poll", "polls", "pollster", "survey", "encuesta", "encuestas", "sondeo", "sondeos"])

_GROUND = frozenset(["the", "la", "el", "northern", "southern", "eastern", "western"])

_VEHICLES = frozenset(
    ["plane", "planes", "aircraft", "ship", "ships", "convoy", "trucks", "flight", "flights", "avión", "aviones", "buque", "buques", "barco",
     "barcos", "convoy", "camiones", "vuelo", "vuelos"]
)  # fmt: skip

_LISTENERS = frozenset(
    [
        "reporters",
        "journalists",
        "press",
        "supporters",
        "audience",
        "periodistas",
        "prensa",
        "medios",
        "seguidores",
        "simpatizantes",
    ]
)

_ADVISERS = frozenset(["BUS", "CVL", "NGO", "MED"])

_WARNING = frozenset(["warn", "caution", "advertir", "alertar", "avisar"])

_FORCES = frozenset(
    [
        "tank",
        "tanks",
        "tanque",
        "tanques",
        "troops",
        "tropas",
        "soldiers",
        "soldados",
        "forces",
        "fuerzas",
        "artillery",
        "artillería",
    ]
)

_LEAVING = frozenset(["withdraw", "retirar", "pull", "exit", "abandonar", "leave", "salir"])

_REVERSING = frozenset(["anular", "revocar", "annul", "nullify", "overturn", "quash", "reverse", "rescind", "revertir", "undo"])

_MISSIONS = frozenset(
    ["embassy", "consulate", "embajada", "consulado", "ambassador", "embajador", "consul", "cónsul", "legation", "legación"]
)

_JOINT = frozenset(
    [
        "joint",
        "jointly",
        "combined",
        "conjunto",
        "conjuntos",
        "conjunta",
        "conjuntas",
        "conjuntamente",
        "combinados",
        "combinadas",
    ]
)


_DOERS = frozenset(["AGREE", "COOPERATE", "AID", "SUPPORT", "CONCEDE", "THREATEN", "REQUEST"])


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
    return any(w == "a" and n in _WHOM for w, n in pairwise(low)) or low[-2:] == ["al", "que"]


_WHOM = frozenset(["quien", "quienes", "cuyo", "cuya", "cuyos", "cuyas"])


def _remote(trigger: Trigger, target: Mention, tokens: list[Token], mentions: list[Mention]) -> bool:
    """ "received aid from X" names no guest; "received the director of X", "hosted his counterparts from X" do."""
    if target.prep not in ("from", "de", "of", "in", "by", "por", "en"):
        return False
    between = {t.low for t in tokens[trigger.end : target.prep_at]}
    guest = any(trigger.end <= m.start < target.start and m.kind == "role" for m in mentions)
    return not (guest or (target.prep == "de" and between & {"a", "al"}))


_MARCHING = ("demonstrat", "protest", "march", "manifest", "crowd")


def _own_measure(trigger: Trigger, tokens: list[Token], arguments: Arguments) -> Mention | None:
    """ "the government bowed to protests against its budget": who is protested against is the subject."""
    after = [t.low for t in tokens[trigger.end : trigger.end + 2]]
    main = next((o for o in arguments.shape.verbs if o.finite), None)
    if len(after) < 2 or after[0] not in ("against", "over", "contra", "por") or after[1] not in _ITS or main is None:
        return None
    lead = arguments.subject(main)
    return lead if lead is not None and lead.code is not None and lead.sector == "GOV" else None


_ITS = frozenset(["its", "his", "her", "their", "su", "sus"])


def code_event(trigger: Trigger, arguments: Arguments, tokens: list[Token], mentions: list[Mention]) -> Coded | None:
    """The event that a trigger stands for, with its sides; None where the sentence uses the word for something else."""
    source, target = arguments.sides(trigger)
    kind, mode, rule = trigger.type, trigger.rule.mode, trigger.rule
    if far(trigger, source, target) or abstract(trigger, tokens):
        return None
    if source is None and kind in _DOERS and trigger.verb is not None and _of_a_thing(trigger.verb, tokens, arguments):
        return None  # "a declaration that commits both to open trade"
    if _only_told(trigger, kind, source, tokens):
        return None
    if kind == "CONSULT" and not trigger.nominal and {t.low for t in tokens[trigger.at + 1 : trigger.end + 2]} & _LISTENERS:
        return None  # "speaking to reporters"
    if rule.id == "consult.visit" and source is not None and source.sector in ("MED", "CVL", "BUS"):
        return None
    if (
        rule.id == "consult.visit"
        and source is not None
        and {t.low for t in tokens[max(0, source.start - 1) : source.end]} & _VEHICLES
    ):
        return None
    if kind == "RETREAT" and rule.id in ("retreat.leave", "retreat.withdraw") and target is not None and target.sector == "IGO":
        kind, mode = "SANCTION", "discontinue"  # "pulled out of ECOWAS"
    if (
        kind == "REQUEST"
        and trigger.verb is not None
        and target is not None
        and target.sector in ("MIL", "COP")
        and source is not None
    ):
        after = [t.low for t in tokens[target.end : target.end + 2]]
        if (
            after[:1] in (["to"], ["into"], ["hacia"], ["a"])
            and after[1:]
            and after[1] in _GROUND
            and target.code in (None, source.code)
        ):
            kind, mode = "MOBILIZE", ""  # "ordered extra soldiers to the border"
            target = None
    if rule.id == "request.must" and (source is None or target is None or source.code in (None, target.code)):
        return None
    if rule.id == "accuse.said" and (source is None or (source.code is None and source.kind != "pron") or target is None):
        return None
    if rule.id == "reject.refusal" and (
        source is None or source.code is None or source.sector not in _STATE or source.kind == "attr"
    ):
        return None
    if rule.id == "cooperate.resume" and source is None and trigger.verb is not None and not trigger.verb.passive:
        return None  # "the dam supplies ..."
    if (
        kind == "MOBILIZE"
        and trigger.verb is not None
        and trigger.verb.reduced
        and not trigger.verb.finite
        and (target is None or source is None)
    ):
        return None  # "the soldiers stationed at ..."
    leaving = trigger.verb is not None and any(lemma in _LEAVING for lemma, _ in trigger.verb.lemmas)
    force = source is not None and source.sector in ("MIL", "REB")
    if rule.id == "sanction.stop" and force and leaving and tokens[trigger.obj].low not in _TALKS:
        kind, mode = "RETREAT", "withdraw"
    if trigger.verb is not None and not trigger.verb.passive and idle(trigger, source, target, tokens):
        return None
    if sued(trigger, target, tokens):
        kind = "ACCUSE"
    if rule.id == "sanction.stop" and leaving and not trigger.nominal and tokens[trigger.obj].low in _FORCES:
        kind, mode = "RETREAT", "withdraw"
        if target is None or target.kind == "role":
            target = arguments.partner(source) if source is not None else None
    if (
        kind == "ACCUSE"
        and trigger.verb is not None
        and any(lemma in ("atribuir", "attribute") for lemma, _ in trigger.verb.lemmas)
    ) and (
        target is None
        or (target.start < trigger.at and not _to_whom(trigger, tokens))
        or (trigger.verb is not None and trigger.verb.passive)
    ):
        return None  # "put the delays down to the drought"
    if kind == "PROTEST" and trigger.nominal and trigger.at and tokens[trigger.at - 1].low in ("in", "en"):
        main = next((o for o in arguments.shape.verbs if o.finite), None)
        lead = arguments.subject(main) if main is not None else None
        if lead is None or lead.sector in _STATE:
            return None  # "in protest at": why a state did what the verb says
    if (
        kind == "CONCEDE"
        and source is not None
        and target is not None
        and source.code == target.code
        and target.sector in ("MIL", "SPY", "COP")
    ):
        return None  # a government that lets its own services act
    if rule.id == "retreat.depart" and (
        source is None or source.sector not in ("MIL", "REB") or {t.low for t in tokens[trigger.at : trigger.at + 9]} & _HARM
    ):
        return None
    if (
        kind == "REQUEST"
        and trigger.verb is not None
        and source is not None
        and source.sector == "CVL"
        and (trigger.verb.infinitive or (trigger.verb.gerund and tokens[source.end - 1].low.startswith(_MARCHING)))
    ):
        kind = "PROTEST"  # "took to the streets to demand"
    if rule.id == "threaten.threaten" and trigger.verb is not None and source is not None and source.sector in _ADVISERS:
        if any(lemma in _WARNING for lemma, _ in trigger.verb.lemmas):
            return None  # traders who warn of a cost threaten nobody
    if rule.id == "sanction.suspend_member" and (target is None or target.sector in ("COP", "CVL", "MED")):
        return None
    if rule.kind == "drill" or (kind == "MOBILIZE" and source is not None and _joint(trigger, tokens)):
        partner = arguments.partner(source) if source is not None else None
        if partner is not None or (target is not None and target.prep in ("with", "con")):
            kind, mode, target = "COOPERATE", "", partner or target
    if rule.id == "consult.visit" and not trigger.nominal and (target is None or target.start < trigger.at or source is None):
        return None
    if (
        rule.id == "consult.visit"
        and target is not None
        and target.sector not in ("GOV", "IGO", "MIL", "REB", "VAT")
        and target.kind != "place"
    ):
        return None
    if rule.id == "coerce.ban" and source is None:
        return None
    if rule.id == "request.order" and target is None:
        return None
    if _telephoned(trigger, target, tokens):
        kind, mode = "CONSULT", "phone"
    if rule.id == "reject.block" and source is not None and source.sector == "GOV" and _reversed(trigger, target):
        kind, mode = "CONCEDE", ""
    if (
        rule.id == "consult.host"
        and target is not None
        and tokens[target.end - 1].low in ("base", "bases", "troops", "tropas", "forces")
    ):
        return None  # a country that hosts a base
    if rule.id == "consult.host" and (target is None or _remote(trigger, target, tokens, mentions)):
        return None
    if rule.id == "consult.host" and target is not None and target.kind == "role" and tokens[target.end - 1].low in _LOOSE:
        return None  # "received 299 migrants"
    if rule.id in ("sanction.impose", "concede.ease") and target is None and tokens[trigger.obj].low in _HOME_TAX:
        return None
    if (
        source is not None
        and source.sector in ("CVL", "BUS")
        and trigger.verb is not None
        and not lexicon(arguments.lang).nouns.get(tokens[trigger.obj].low, frozenset()) & {"supply", "trade"}
        and any(lemma in _BLOCKING for lemma, _ in trigger.verb.lemmas)
    ) and rule.id in ("sanction.stop", "reject.block", "assault.capture_town", "coerce.seize"):
        kind, mode = "PROTEST", "obstruct"
    if kind == "PROTEST" and rule.kind == "protest" and (source is None or source.code is None):
        source = _locals(source, target, mentions, tokens) or source
    if rule.id == "sanction.stop" and source is None and trigger.verb is not None and trigger.verb.passive:
        if tokens[trigger.verb.start].low in ("is", "are") and trigger.verb.at - trigger.verb.start == 1:
            return None  # "because the border is shut"
    if kind == "ASSAULT" and source is not None and source.sector in ("LEG", "JUD") and not trigger.nominal:
        kind, mode = "REJECT", ""  # lawmakers who topple a government vote it out
    if kind == "PROTEST" and trigger.nominal and source is None and target is None:
        target = _own_measure(trigger, tokens, arguments)
        source = replace(target, sector="CVL", kind="actor", inferred=True, group=-1) if target is not None else None
    v = trigger.verb
    if (
        (rule.id == "coerce.repress" or (rule.id == "coerce.ban" and trigger.words > 1))
        and source is not None
        and source.code
        and (target is None or (target.code is None and target.kind == "role" and target.sector == "CVL"))
    ):
        target = replace(source, sector="CVL", kind="actor", inferred=True, group=-1)
    broken = rule.id == "sanction.stop" and any(t.low in _TALKS for t in tokens[trigger.start : trigger.end])
    if broken and target is None and source is not None and source.code and source.sector in ("REB", "CRM"):
        target = replace(source, sector="GOV", kind="actor", inferred=True, group=-1)
    if broken and target is None and source is not None and source.code and source.sector == "GOV":
        foe = next((m for m in mentions if m.code == source.code and m.sector in ("REB", "CRM")), None)
        target = replace(foe, kind="actor", inferred=True) if foe is not None else None
    if (
        kind == "PROTEST"
        and source is not None
        and source.sector in _STATE
        and rule.kind != "protest_actor"
        and source.kind != "attr"
    ):
        if trigger.verb is None or any(lemma in ("protest", "protestar") for lemma, _ in trigger.verb.lemmas):
            kind, mode = "ACCUSE", "disapprove"  # a state that protests
    source, target = complete(trigger, kind, source, target, tokens, arguments)
    source, target = _at_home(kind, source, target, tokens)
    source, target = plausible(trigger, kind, source, target, tokens, arguments)
    if kind == "PROTEST" and source is not None and tokens[source.end - 1].low in _THINGS and rule.kind == "protest_actor":
        kind, mode = "COERCE", ""  # ships that surround a boat do not demonstrate
    if kind == "PROTEST" and source is not None:
        if source.sector in _STATE:
            if rule.kind == "protest_actor" or source.kind == "attr":
                return None
            lemmas = {lemma for lemma, _ in trigger.verb.lemmas} if trigger.verb else set()
            if lemmas & {"call", "convocar"}:
                kind, mode = "REQUEST", ""
        elif rule.kind == "protest_actor" and source.sector not in _CROWD:
            return None
    elif rule.kind == "protest_actor" and source is None:
        return None
    if target is not None and target.kind in ("pron",) and target.code is None:
        target = None
    if (
        source is not None
        and target is not None
        and source is not target
        and source.actor == target.actor
        and source.start == target.start
    ):
        target = None
    a, b = (source.actor if source else None), (target.actor if target else None)
    known = source is not None and source.kind in ("pair", "role", "pron")
    paired = (
        source is not None
        and source.kind == "pair"
        and not trigger.nominal
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
            return None
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
        return None
    if (
        trigger.nominal
        and trigger.light is None
        and (a is None or b is None)
        and kind not in ("ASSAULT", "PROTEST", "CONSULT", "THREATEN")
    ):
        return None
    between = source is not None and source.prep in ("between", "entre")
    if trigger.nominal and kind in ("CONSULT", "AGREE", "SUPPORT", "COOPERATE") and (a is None or b is None) and not between:
        return None
    if trigger.nominal and kind == "THREATEN" and (a is None or b is None):
        return None
    if trigger.nominal and a is None and target is not None and target.prep in ("in", "en", "at", "near"):
        return None
    if v is not None and v.gerund and a is None and kind in ("SANCTION", "CONCEDE"):
        return None  # "halting deliveries": what came of it
    if v is not None and v.reduced and not v.finite and a is None and kind != "ASSAULT":
        return None
    if source is not None and source.kind == "place" and kind != "PROTEST":
        a = None
    landed = trigger.verb is not None and any(
        lemma in ("land", "desembarcar", "disembark", "arrive", "llegar") for lemma, _ in trigger.verb.lemmas
    )
    if rule.id == "consult.visit" and landed and source is not None and source.sector in ("MIL", "COP") and not source.person:
        kind, mode = "MOBILIZE", ""
    if rule.id == "assault.fire" and b is None:
        kind, mode = "MOBILIZE", ""  # a missile fired at nobody is a show of force
    if (
        (
            kind == "REJECT"
            and trigger.verb is not None
            and target is not None
            and target.sector in ("CVL", "MED", "BUS", "PTY", "OPP")
        )
        and any(lemma in ("vetar", "veto") for lemma, _ in trigger.verb.lemmas)
        and trigger.obj < 0
    ):
        kind = "COERCE"
    if kind != rule.type:
        mode = ""
    inferred = tuple(side for side, m in (("source", source), ("target", target)) if m is not None and m.inferred)
    features = (
        1.0, float(trigger.nominal), float(trigger.words > 0), float(trigger.obj >= 0), float(a is not None), float(b is not None),
        float(bool(inferred)), float(kind != rule.type), float(trigger.verb is not None and trigger.verb.passive),
        float(trigger.verb is not None and (trigger.verb.infinitive or trigger.verb.gerund)),
        float(source is not None and source.kind == "attr"), float(target is not None and target.kind in ("attr", "place")),
        min(len(tokens), 60) / 60.0, min(len(mentions), 8) / 8.0,
        float(target is not None and target.start < trigger.at and not (trigger.verb is not None and trigger.verb.passive)),
        float(trigger.light is not None),
    )  # fmt: skip
    return Coded(
        kind, mode, a, b, rule.id, (tokens[trigger.start].start, tokens[min(trigger.end, len(tokens)) - 1].end),
        _span(source, tokens), _span(target, tokens), source.row if source else "", target.row if target else "", inferred,
        _others(source, mentions, b), _others(target, mentions, a), rule.kind in ("mutual", "carrier_mutual"), features, trigger.nominal,
        kind != rule.type or (trigger.verb is not None and trigger.verb.future),
    )  # fmt: skip


def wronged(trigger: Trigger, sides: tuple[str, str], tokens: list[Token]) -> Coded:
    """The event behind a grievance; both sides come from the sentence around it."""
    features = (
        1.0,
        1.0,
        float(trigger.words > 0),
        float(trigger.obj >= 0),
        1.0,
        1.0,
        1.0,
        *(0.0,) * 5,
        min(len(tokens), 60) / 60.0,
        0.25,
        0.0,
        0.0,
    )
    where = (tokens[trigger.start].start, tokens[min(trigger.end, len(tokens)) - 1].end)
    return Coded(
        trigger.type, trigger.rule.mode, *sides, trigger.rule.id, where, None, None, inferred=("source", "target"), features=features,
        nominal=True,
    )  # fmt: skip
