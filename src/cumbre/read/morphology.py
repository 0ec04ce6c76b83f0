"""Verb forms in English and Spanish, built from lemmas.

The trigger table holds lemmas; this module spells out the third-person and non-finite forms that news uses, each with flags
(past, present, participle, gerund, infinitive, future, conditional, subjunctive). Regular forms follow the rules of spelling,
irregular ones stand in two short tables.
"""

from __future__ import annotations

import re

from cumbre.read.wordlists import words

__all__ = ["COND", "FUT", "GER", "INF", "PAST", "PP", "PRES", "SUBJ", "english_forms", "plurals", "spanish_forms"]

PAST, PRES, PP, GER, INF, FUT, COND, SUBJ = 1, 2, 4, 8, 16, 32, 64, 128

_IRREGULAR_EN = {
    line.split()[0]: (line.split()[1], line.split()[2])
    for line in """
be was been|have had had|do did done|go went gone|say said said|make made made|take took taken|come came come|see saw seen
get got gotten|give gave given|find found found|think thought thought|tell told told|become became become|leave left left
feel felt felt|put put put|bring brought brought|begin began begun|keep kept kept|hold held held|write wrote written
stand stood stood|hear heard heard|let let let|mean meant meant|set set set|meet met met|run ran run|pay paid paid|sit sat sat
speak spoke spoken|lie lay lain|lead led led|read read read|grow grew grown|lose lost lost|fall fell fallen|send sent sent
build built built|understand understood understood|draw drew drawn|break broke broken|spend spent spent|cut cut cut|rise rose risen
drive drove driven|buy bought bought|wear wore worn|choose chose chosen|seek sought sought|throw threw thrown|fight fought fought
catch caught caught|deal dealt dealt|win won won|forget forgot forgotten|lay laid laid|sell sold sold|shoot shot shot
lend lent lent|shut shut shut|hit hit hit|hurt hurt hurt|strike struck struck|beat beat beaten|bind bound bound|bid bid bid|blow blew blown
burn burned burned|fly flew flown|forbid forbade forbidden|freeze froze frozen|hang hanged hanged|rid rid rid|ride rode ridden
ring rang rung|sink sank sunk|shake shook shaken|slash slashed slashed|spread spread spread|steal stole stolen|swear swore sworn
sweep swept swept|tear tore torn|undo undid undone|undertake undertook undertaken|uphold upheld upheld|withdraw withdrew withdrawn
withhold withheld withheld|overthrow overthrew overthrown|overrun overran overrun|retake retook retaken|rebuild rebuilt rebuilt
feed fed fed|flee fled fled|shed shed shed|quit quit quit|slam slammed slammed|overfly overflew overflown|dine dined dined
kneel knelt knelt|bear bore borne|behead beheaded beheaded|know knew known|show showed shown|wage waged waged|arise arose arisen
dig dug dug|wake woke woken|light lit lit|swing swung swung|cling clung clung|cast cast cast|broadcast broadcast broadcast|put put put
""".replace("\n", "|").split("|")
    if line.strip()
}
_DOUBLING = words("doubling")


def english_forms(lemma: str) -> dict[str, int]:
    """Forms of an English verb with their flags.

    >>> sorted(english_forms("impose"))
    ['impose', 'imposed', 'imposes', 'imposing']
    >>> english_forms("ban")["banned"] == PAST | PP
    True
    """
    forms: dict[str, int] = {}

    def add(form: str, flag: int) -> None:
        forms[form] = forms.get(form, 0) | flag

    add(lemma, INF | PRES)
    if lemma == "be":
        for form, flag in (("is", PRES), ("are", PRES), ("was", PAST), ("were", PAST), ("been", PP), ("being", GER)):
            add(form, flag)
        return forms
    if lemma == "have":
        add("has", PRES)
    elif re.search(r"(s|x|z|ch|sh|o)$", lemma):
        add(lemma + "es", PRES)
    elif re.search(r"[^aeiou]y$", lemma):
        add(lemma[:-1] + "ies", PRES)
    else:
        add(lemma + "s", PRES)
    stem = lemma
    if lemma in _DOUBLING or lemma in (
        "sit",
        "set",
        "get",
        "put",
        "run",
        "cut",
        "hit",
        "shut",
        "begin",
        "let",
        "quit",
        "win",
        "forbid",
    ):
        stem = lemma + lemma[-1]
    if re.search(r"[^eoy]e$", lemma):
        ing = lemma[:-1] + "ing"
    elif lemma.endswith("ie"):
        ing = lemma[:-2] + "ying"
    else:
        ing = stem + "ing"
    add(ing, GER)
    if lemma in _IRREGULAR_EN:
        past, participle = _IRREGULAR_EN[lemma]
        add(past, PAST)
        add(participle, PP)
    elif lemma.endswith("e"):
        add(lemma + "d", PAST | PP)
    elif re.search(r"[^aeiou]y$", lemma):
        add(lemma[:-1] + "ied", PAST | PP)
    else:
        add(stem + "ed", PAST | PP)
        if lemma in ("travel", "cancel", "signal", "label", "quarrel", "level", "shell", "counsel", "marshal", "model"):
            add(lemma + "led", PAST | PP)
            add(lemma + "ling", GER)
    return forms


# Strong preterites: stem, and whether the third person plural drops the i (dijeron).
_PRETERITE = {
    "tener": "tuv", "estar": "estuv", "andar": "anduv", "poder": "pud", "poner": "pus", "saber": "sup", "caber": "cup", "querer": "quis",
    "venir": "vin", "hacer": "hic", "decir": "dij", "traer": "traj", "haber": "hub",
}  # fmt: skip
_FUTURE = {
    "tener": "tendr", "poder": "podr", "poner": "pondr", "saber": "sabr", "querer": "querr", "venir": "vendr", "hacer": "har",
    "decir": "dir", "haber": "habr", "salir": "saldr", "caber": "cabr", "valer": "valdr",
}  # fmt: skip
_PRESENT = {
    "tener": ("tiene", "tienen"), "poder": ("puede", "pueden"), "querer": ("quiere", "quieren"), "venir": ("viene", "vienen"),
    "decir": ("dice", "dicen"), "haber": ("ha", "han"), "ser": ("es", "son"), "estar": ("está", "están"), "ir": ("va", "van"),
    "dar": ("da", "dan"), "ver": ("ve", "ven"), "oír": ("oye", "oyen"),
}  # fmt: skip
_SUBJUNCTIVE = {
    "tener": "teng", "poner": "pong", "venir": "veng", "hacer": "hag", "decir": "dig", "salir": "salg", "traer": "traig", "caer": "caig",
    "poder": "pued", "querer": "quier", "saber": "sep", "haber": "hay", "ser": "se", "ir": "vay", "estar": "est", "dar": "d", "ver": "ve",
    "oír": "oig",
}  # fmt: skip
_PARTICIPLE = {
    "hacer": "hecho", "decir": "dicho", "poner": "puesto", "ver": "visto", "abrir": "abierto", "romper": "roto", "volver": "vuelto",
    "morir": "muerto", "escribir": "escrito", "cubrir": "cubierto", "resolver": "resuelto", "suscribir": "suscrito", "ser": "sido",
    "ir": "ido",
    "freír": "frito", "prever": "previsto", "inscribir": "inscrito", "proscribir": "proscrito", "satisfacer": "satisfecho",
}  # fmt: skip
_STEMS = {
    "e>ie": "advertir herir negar denegar sugerir recomendar requerir desmentir desplegar replegar comenzar empezar cerrar acertar sentar "
    "pensar defender extender encender perder entender atender convertir preferir referir mentir transferir diferir adherir interferir "
    "confesar apretar regar plegar querer invertir revertir conferir injerir subvertir consentir disentir "
    "gobernar reiterar_ quebrar manifestar calentar ascender descender",
    "o>ue": "acordar rogar probar aprobar reforzar mover demostrar encontrar mostrar recordar volver devolver resolver poder contar forzar "
    "volar rodar apostar costar colgar soltar morir dormir comprobar reprobar almorzar remover promover renovar condoler disolver llover",
    "e>i": "pedir despedir exigir_ impedir repetir seguir perseguir conseguir elegir corregir servir medir rendir competir expedir "
    "conceder_ investir vestir proseguir embestir reñir ceñir",
}
_CHANGE = {verb: change for change, verbs in _STEMS.items() for verb in verbs.split() if not verb.endswith("_")}


def _base(lemma: str) -> str:
    for prefix in (
        "contra",
        "super",
        "inter",
        "ante",
        "pre",
        "re",
        "des",
        "dis",
        "im",
        "ex",
        "sos",
        "pos",
        "op",
        "o",
        "em",
        "ben",
        "mal",
        "man",
        "con",
        "de",
        "ob",
        "abs",
        "pro",
        "su",
        "a",
    ):
        rest = lemma.removeprefix(prefix)
        if rest != lemma and (rest in _PRETERITE or rest in _PARTICIPLE or rest in _FUTURE):
            return rest
    return lemma


def _irregular(table: dict[str, str], lemma: str) -> str | None:
    if lemma in table:
        return table[lemma]
    base = _base(lemma)
    return lemma[: len(lemma) - len(base)] + table[base] if base != lemma and base in table else None


def _diphthong(stem: str, change: str) -> str:
    old, new = change.split(">")
    at = stem.rfind(old)
    return stem if at < 0 else stem[:at] + new + stem[at + 1 :]


def _spell(stem: str, ending: str, kind: str) -> str:
    """Keep the sound of the stem before e/i or a/o."""
    if kind == "ar" and ending[0] in "eé":
        for old, new in (("c", "qu"), ("g", "gu"), ("z", "c")):
            if stem.endswith(old):
                return stem[: -len(old)] + new + ending
    if kind != "ar" and ending[0] in "aoáó":
        for old, new in (("gu", "g"), ("g", "j"), ("c", "zc" if stem[-2:-1] in "aeiou" else "z")):
            if stem.endswith(old):
                return stem[: -len(old)] + new + ending
    return stem + ending


def spanish_forms(lemma: str) -> dict[str, int]:
    """Third-person, participle, gerund and infinitive forms of a Spanish verb, with their flags.

    >>> f = spanish_forms("negar")
    >>> [f.get(x) for x in ("negó", "niega", "negará", "niegue")] == [PAST, PRES, FUT, SUBJ]
    True
    >>> "impuso" in spanish_forms("imponer") and "rompieron" in spanish_forms("romper")
    True
    """
    forms: dict[str, int] = {}

    def add(form: str, flag: int) -> None:
        forms[form] = forms.get(form, 0) | flag

    lemma = lemma.removesuffix("se") if lemma.endswith(("arse", "erse", "irse")) else lemma
    kind, stem = lemma[-2:].replace("í", "i"), lemma[:-2]
    add(lemma, INF)
    for clitic in ("lo", "la", "los", "las", "le", "les", "se"):
        add(lemma + clitic, INF)
    change = _CHANGE.get(lemma) or next((c for v, c in _CHANGE.items() if lemma.endswith(v) and len(v) > 5), "")
    strong = _diphthong(stem, change) if change else stem
    uir = lemma.endswith("uir") and not lemma.endswith(("guir", "quir"))
    vowel = kind != "ar" and stem and stem[-1] in "aeo"  # leer, caer, oír: leyó, cayendo
    weak = stem
    if kind == "ir" and change in ("e>i", "e>ie"):
        weak = _diphthong(stem, "e>i")
    elif kind == "ir" and change == "o>ue":
        weak = _diphthong(stem, "o>u")
    # Present
    if lemma in _PRESENT or _base(lemma) in _PRESENT:
        base = lemma if lemma in _PRESENT else _base(lemma)
        for form in _PRESENT[base]:
            add(lemma[: len(lemma) - len(base)] + form, PRES)
    else:
        theme = "a" if kind == "ar" else "e"
        present = stem + "y" if uir else strong
        if lemma.endswith("uar") or lemma in (
            "enviar",
            "desviar",
            "ampliar",
            "confiar",
            "desafiar",
            "espiar",
            "fiar",
            "enfriar",
            "variar",
        ):
            present = stem[:-1] + {"u": "ú", "i": "í"}[stem[-1]]
        for ending in (theme, theme + "n"):
            add(present + ending, PRES)
    if kind in ("ar", "er", "ir") and lemma not in ("ser", "ir", "haber"):
        add(stem + {"ar": "amos", "er": "emos", "ir": "imos"}[kind], PRES)  # "no aceptamos", for quoted speech
    # Preterite and imperfect subjunctive
    if lemma in ("ser", "ir"):
        for form in ("fue", "fueron"):
            add(form, PAST)
    elif lemma == "dar":
        for form in ("dio", "dieron"):
            add(form, PAST)
    elif lemma in ("ver", "prever"):
        add(lemma.replace("ver", "vio") if lemma == "ver" else "previó", PAST)
        add(lemma.replace("ver", "vieron"), PAST)
    else:
        root = _irregular(_PRETERITE, lemma)
        if root is None and lemma.endswith("ducir"):
            root = stem[:-1] + "j"
        if root is not None:
            add(("hizo" if root == "hic" else root[:-3] + "hizo" if root.endswith("hic") else root + "o"), PAST)
            plural = root + ("eron" if root.endswith("j") else "ieron")
            add(plural, PAST)
        elif kind == "ar":
            add(stem + "ó", PAST)
            plural = stem + "aron"
            add(plural, PAST)
        elif uir or vowel:
            add(stem + "yó", PAST)
            plural = stem + "yeron"
            add(plural, PAST)
        else:
            add(weak + "ió", PAST)
            plural = weak + "ieron"
            add(plural, PAST)
        for ending in ("ra", "ran", "se", "sen"):
            add(plural[:-3] + ending, SUBJ)
    # Imperfect
    imperfect = {"ser": ("era", "eran"), "ir": ("iba", "iban")}.get(lemma)
    if imperfect is None:
        imperfect = (stem + "aba", stem + "aban") if kind == "ar" else (stem + "ía", stem + "ían")
    for form in imperfect:
        add(form, PAST)
    # Future and conditional
    root = _irregular(_FUTURE, lemma) or lemma.replace("í", "i")
    for ending in ("á", "án"):
        add(root + ending, FUT)
    for ending in ("ía", "ían"):
        add(root + ending, COND)
    # Present subjunctive
    sub = _irregular(_SUBJUNCTIVE, lemma)
    if sub is None and lemma.endswith("ducir"):
        sub = stem[:-1] + "zc"
    if sub is None and uir:
        sub = stem + "y"
    if kind == "ar" and sub is None:
        for ending in ("e", "en"):
            add(_spell(strong, ending, "ar"), SUBJ)
    elif lemma in ("dar", "estar"):
        for form in ("dé", "den") if lemma == "dar" else ("esté", "estén"):
            add(form, SUBJ)
    else:
        root = sub if sub is not None else (weak if change == "e>i" else strong)
        for ending in ("a", "an"):
            add(_spell(root, ending, kind) if sub is None else root + ending, SUBJ)
    # Participle and gerund
    participle = _irregular(_PARTICIPLE, lemma)
    if participle is None:
        participle = stem + ("ado" if kind == "ar" else "ído" if vowel else "ido")
    for ending in ("o", "a", "os", "as"):
        add(participle[:-1] + ending, PP)
    gerund = stem + "ando" if kind == "ar" else stem + "yendo" if uir or vowel or lemma == "ir" else weak + "iendo"
    gerund = {"ir": "yendo", "decir": "diciendo", "poder": "pudiendo", "venir": "viniendo"}.get(lemma, gerund)
    add(gerund, GER)
    for clitic in ("lo", "la", "los", "las", "le", "les", "se"):
        add(gerund.replace("ando", "ándo").replace("endo", "éndo") + clitic, GER)
    return forms


def plurals(noun: str, lang: str) -> tuple[str, ...]:
    """A noun (or noun phrase whose head comes first in Spanish and last in English) and its plural.

    >>> plurals("embassy", "en"), plurals("sanción", "es"), plurals("orden de captura", "es")
    (('embassy', 'embassies'), ('sanción', 'sanciones'), ('orden de captura', 'órdenes de captura', 'ordenes de captura'))
    """
    words = noun.split()
    if lang == "en":
        last = words[-1]
        if last.endswith("s") and not last.endswith("ss"):
            return (noun,)
        if re.search(r"(s|x|ch|sh)$", last):
            last += "es"
        elif re.search(r"[^aeiou]y$", last):
            last = last[:-1] + "ies"
        elif last.endswith("man"):
            last = last[:-3] + "men"
        else:
            last += "s"
        return (noun, " ".join([*words[:-1], last]))
    head, rest = words[0], words[1:]
    if head.endswith("s"):
        return (noun,)
    if head == "orden":
        return (noun, " ".join(["órdenes", *rest]), " ".join(["ordenes", *rest]))
    if head.endswith("ción") or head.endswith("sión"):
        head = head[:-3] + "iones" if head.endswith("ión") else head
    elif head.endswith(("án", "én", "ín", "ón", "ún")):
        head = head[:-2] + {"á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u"}[head[-2]] + "nes"
    elif head.endswith("z"):
        head = head[:-1] + "ces"
    elif head[-1] in "aeiouáéó":
        head += "s"
    else:
        head += "es"
    if rest and rest[0] not in ("de", "del", "al", "a", "en", "contra", "entre", "con", "como"):
        rest = [plurals(rest[0], "es")[-1], *rest[1:]]
    return (noun, " ".join([head, *rest]))
