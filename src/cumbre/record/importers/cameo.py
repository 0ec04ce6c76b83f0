"""CAMEO codes to the sixteen PLOVER kinds, and the four quad classes of those kinds.

CAMEO: Gerner, Schrodt, Yilmaz and Abu-Jabr 2002, *Conflict and Mediation Event Observations*; PLOVER: Open Event Data Alliance,
*PLOVER codebook* (2016, types of 2021). PLOVER joins Appeal (02) and Demand (10) to REQUEST, Investigate (09) and Disapprove
(11) to ACCUSE, the three roots of violence (18, 19, 20) to ASSAULT, and divides Yield (08) into what is conceded in words or
law and what is given back on the ground. Plain statements (most of root 01) are no PLOVER event.
"""

from __future__ import annotations

from cumbre.record.schema import Kind

__all__ = ["HEADS", "MATERIAL", "QUAD_OF", "kind_of_cameo", "mode_of_cameo"]

HEADS: dict[str, Kind] = {
    "016": Kind.REJECT, "018": Kind.SUPPORT, "019": Kind.AGREE, "02": Kind.REQUEST, "03": Kind.AGREE, "04": Kind.CONSULT,
    "05": Kind.SUPPORT, "057": Kind.AGREE, "06": Kind.COOPERATE, "07": Kind.AID, "08": Kind.CONCEDE, "084": Kind.RETREAT,
    "085": Kind.RETREAT, "086": Kind.RETREAT, "087": Kind.RETREAT, "09": Kind.ACCUSE, "10": Kind.REQUEST, "11": Kind.ACCUSE,
    "12": Kind.REJECT, "13": Kind.THREATEN, "14": Kind.PROTEST, "15": Kind.MOBILIZE, "16": Kind.SANCTION, "17": Kind.COERCE,
    "172": Kind.SANCTION, "18": Kind.ASSAULT, "19": Kind.ASSAULT, "20": Kind.ASSAULT,
}  # fmt: skip
"""Kind by the head of a code; the longest head that fits decides."""

QUAD_OF: dict[Kind, str] = {
    Kind.AGREE: "VC", Kind.CONSULT: "VC", Kind.SUPPORT: "VC", Kind.CONCEDE: "VC",
    Kind.COOPERATE: "MC", Kind.AID: "MC", Kind.RETREAT: "MC",
    Kind.REQUEST: "VK", Kind.ACCUSE: "VK", Kind.REJECT: "VK", Kind.THREATEN: "VK",
    Kind.PROTEST: "MK", Kind.SANCTION: "MK", Kind.MOBILIZE: "MK", Kind.COERCE: "MK", Kind.ASSAULT: "MK",
}  # fmt: skip
"""Verbal or material (V, M) cooperation or conflict (C, K) of each kind, as in the PLOVER codebook."""

MATERIAL = frozenset(kind for kind, quad in QUAD_OF.items() if quad[0] == "M")


def kind_of_cameo(code: str) -> Kind | None:
    """The PLOVER kind of a CAMEO code, by its longest known head; None for plain statements and unknown codes.

    Visits (042, 043) stay CONSULT; signing a formal agreement (057) is AGREE, and administrative sanctions (172) are SANCTION:
    in both the codebook's newer reading is followed.

    >>> str(kind_of_cameo("0871")), str(kind_of_cameo("057")), kind_of_cameo("010")
    ('RETREAT', 'AGREE', None)
    """
    digits = code.strip()
    if len(digits) in (1, 3) and digits[:1] != "0" and digits[:2] not in HEADS:
        digits = "0" + digits  # spreadsheets drop the leading zero
    for length in range(min(len(digits), 3), 1, -1):
        if digits[:length] in HEADS:
            return HEADS[digits[:length]]
    return None


def mode_of_cameo(code: str) -> str:
    """`verbal` for roots 01-05 and 09-13, `material` for 06-08 and 14-20.

    >>> mode_of_cameo("0333"), mode_of_cameo("190")
    ('verbal', 'material')
    """
    return "verbal" if code.strip()[:2] in {"01", "02", "03", "04", "05", "09", "10", "11", "12", "13"} else "material"
