"""The trigger table: which words say that which kind of event happened.

`tables/rules.csv` holds one rule a row, written from the definitions of PLOVER: type, mode, class, the classes of noun that
the object must belong to (empty: none needed), the prepositions of the target, and verbs and event nouns in both languages.
`tables/nouns.csv` holds the noun classes. This module spells them out into look-up tables, once, on first use.

Classes of rules: `do` (an act), `say` (a speech act), `carrier_say` and `carrier_mutual` (a speech act that swallows the verbs
below it: accuse of X-ing, agree to X), `order`, `describe` (call X something hostile), `mutual` (no direction), `protest`,
`nominal` (noun only).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from cumbre.read import morphology as m
from cumbre.read.tokens import fold
from cumbre.read.wordlists import words

__all__ = ["Lexicon", "Phrase", "Rule", "lexicon", "table"]


class Rule(NamedTuple):
    """One row of rules.csv."""

    id: str
    type: str
    mode: str
    kind: str
    objects: frozenset[str]
    preps: frozenset[str]


class Phrase(NamedTuple):
    """A verb or event noun: the words that must follow its head, whether it is reflexive, and its rule."""

    rest: tuple[str, ...]
    reflexive: bool
    rule: Rule


@dataclass
class Lexicon:
    """Look-up tables of one language. Keys are lower-case forms; `folded` also holds them without accents."""

    lang: str
    verbs: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    nominals: dict[str, list[Phrase]] = field(default_factory=dict)
    nouns: dict[str, frozenset[str]] = field(default_factory=dict)
    long_nouns: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)


def table(name: str) -> list[dict[str, str]]:
    """Rows of one of the module's own tables."""
    text = files("cumbre.read").joinpath("tables", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


# Verbs without an event of their own; known so that clauses can be told apart.
_PLAIN_EN = """be have do go say make take come see get give find think tell become leave feel put bring begin keep hold write stand hear
let mean set run pay sit lie lead read grow lose fall build understand draw spend rise drive wear choose seek deal win state add note
reveal confirm show remain continue try want expect help plan decide believe know need appear seem happen include follow explain argue
claim insist stress emphasize emphasise report announce tweet post publish remark point mention indicate suggest hope look intend
prepare consider fail manage serve cause create change turn move face represent involve result mark reach receive provide use work live
die stay play act end start stop last win vote elect require affect cost depend reflect respond react answer reply play aim try
limit complicate benefit influence clarify shape fuel drive force spark trigger prompt lead underline underscore describe cite quote
amount total exceed belong contain own earn increase decrease drop climb grow fall shrink produce sell buy trade open operate carry
enter return travel arrive land fly cross pass join attend gather visit fill calm ease cool strain sour escalate worsen improve
fear worry doubt wonder happen arise die perish"""
_PLAIN_ES = """ser estar haber tener hacer decir ir ver dar saber querer llegar pasar deber poner parecer quedar creer hablar llevar dejar
seguir encontrar venir pensar salir volver tomar conocer vivir sentir tratar mirar contar empezar esperar buscar existir entrar trabajar
escribir perder producir ocurrir entender recordar terminar permitir aparecer conseguir comenzar servir sacar necesitar mantener resultar
leer caer cambiar presentar crear considerar oír acabar afirmar asegurar añadir agregar señalar indicar explicar declarar manifestar
sostener subrayar destacar precisar reiterar expresar anunciar informar confirmar revelar publicar comentar apuntar insistir admitir
reconocer recalcar enfatizar puntualizar detallar responder contestar reaccionar intentar pretender decidir lograr representar suponer
implicar generar provocar causar afectar depender incluir contener alcanzar superar crecer aumentar disminuir bajar subir costar valer
ganar votar elegir celebrar marcar servir durar iniciar continuar permanecer figurar registrar poder querer soler mostrar constituir
ascender descender situar ubicar ocupar dirigir encabezar liderar gobernar estudiar analizar evaluar prever contemplar buscar tildar
morir fallecer perecer resultar temer dudar"""


_COMMON_ES = words("common_es")
# Forms of verbs that news uses as other words.
_NEVER_ES = words("never_es")
_NEVER_EN = frozenset(["people", "second", "last", "water"])


def _forms(lemma: str, lang: str) -> dict[str, int]:
    return m.english_forms(lemma) if lang == "en" else m.spanish_forms(lemma)


def _noun_classes(lang: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in table("nouns.csv"):
        for noun in row[lang].split("|"):
            for form in m.plurals(noun, lang):
                found.setdefault(form, set()).add(row["class"])
    return found


def _peoples(lang: str) -> list[tuple[str, set[str]]]:
    """Plural demonyms are people who can be released or handed over: "ten Venezuelans", "252 venezolanos"."""
    found = []
    for row in table("countries.csv"):
        for name in filter(None, row[f"demonyms_{lang}"].split("|")):
            low = name.lower()
            if " " in low or "." in low or len(low) < 4:
                continue
            if lang == "en" and not low.endswith(("s", "sh", "ch", "se", "men")):
                found.append((low + "s", {"prisoner"}))
            elif lang == "es":
                stem = low.translate(str.maketrans("áéíóú", "aeiou"))
                plural = low + "s" if low[-1] in "aeo" else low + "es" if low[-1] == "í" else stem + "es"
                found.append((plural, {"prisoner"}))
    return found


@lru_cache(maxsize=2)
def lexicon(lang: str) -> Lexicon:
    """The trigger table of one language, spelled out.

    >>> any(p.rule.type == "SANCTION" for p in lexicon("en").phrases["sever"])
    True
    >>> sorted(lexicon("es").nouns["aranceles"])
    ['tariff']
    """
    lex = Lexicon(lang)
    lemmas: dict[str, int] = {}
    for row in table("rules.csv"):
        rule = Rule(
            row["id"], row["type"], row["mode"], row["class"],
            frozenset(filter(None, row["objects"].split("+"))), frozenset(filter(None, row["preps"].split("|"))),
        )  # fmt: skip
        for phrase in filter(None, row[f"verbs_{lang}"].split("|")):
            head, *rest = phrase.split()
            head = head.split(":")[0]
            reflexive = lang == "es" and head.endswith(("arse", "erse", "irse"))
            head = head[:-2] if reflexive else head
            lemmas[head] = 1
            lex.phrases.setdefault(head, []).append(Phrase(tuple(rest), reflexive, rule))
        for phrase in filter(None, row[f"nouns_{lang}"].split("|")):
            for form in _nominal_forms(phrase, lang):
                head, *rest = form.split()
                lex.nominals.setdefault(head, []).append(Phrase(tuple(rest), False, rule))
    for group in (lex.phrases, lex.nominals):
        for phrases in group.values():
            phrases.sort(key=lambda p: (-len(p.rest), not p.reflexive, not p.rule.objects))
    for lemma in [*lemmas, *(_PLAIN_EN if lang == "en" else _PLAIN_ES).split()]:
        for form, flags in _forms(lemma, lang).items():
            if form in (_NEVER_ES if lang == "es" else _NEVER_EN):
                continue
            entries = lex.verbs.setdefault(form, [])
            if (lemma, flags) not in entries:
                entries.append((lemma, flags))
    for noun, classes in [*_noun_classes(lang).items(), *_peoples(lang)]:
        head, *rest = noun.split()
        if rest:
            lex.long_nouns.setdefault(head, []).append((tuple(rest), frozenset(classes)))
        else:
            lex.nouns[head] = lex.nouns.get(head, frozenset()) | frozenset(classes)
    if lang == "es":
        exact = set(lex.verbs) | set(lex.nouns) | set(lex.nominals)
        for form in exact:
            bare = fold(form)
            # Unaccented text keeps its verbs, except where the bare form is a common word or a noun (dé, hacía, previó).
            if bare != form and bare not in exact and len(bare) > 4 and bare not in _COMMON_ES and not bare.endswith("o"):
                lex.folded[bare] = form
    return lex


def _nominal_forms(phrase: str, lang: str) -> set[str]:
    """Singular and plural of the head noun of an event noun such as `threat`, `deal with`, `air strike`."""
    words = phrase.split()
    if lang == "es":
        return {*m.plurals(phrase, "es")}
    stop = next(
        (i for i, w in enumerate(words) if w in ("of", "on", "against", "with", "between", "for", "to", "in", "into", "from")),
        len(words),
    )
    heads = m.plurals(" ".join(words[:stop]), "en")
    return {" ".join([h, *words[stop:]]) for h in heads}
