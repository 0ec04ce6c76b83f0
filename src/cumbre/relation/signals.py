"""How much a public act before the talks should move beliefs about the one who did it: the default rule for signals.csv.

A person writes the rows of signals.csv and may write any strength; this is what the scaffold proposes and the documentation
explains. Words are cheap: anyone can say them, so they say little (Crawford and Sobel 1982, doi:10.2307/1913390). What costs the
sender, by sunk costs (a flight accepted, an extradition) or tied hands (a public commitment), separates types and says more (Fearon
1997, doi:10.1177/0022002797041001004; Spence 1973, doi:10.2307/1882010). The sizes are judged, the order is from the literature.
"""

from __future__ import annotations

from dataclasses import dataclass

from cumbre.record.importers.cameo import MATERIAL
from cumbre.record.schema import Kind

__all__ = ["Strength", "signal_strength"]

COSTLY_SHIFT = 0.15
"""Shift of a belief by the costliest act, as a share of the issue's scale (judged: three such acts move a belief by about half)."""
CHEAP_SHARE = 1 / 3
"""What words weigh against deeds of the same intensity (judged; cheap talk is above 0 only where interests overlap)."""
COSTLY_WIDTH = 0.7
"""Width of a belief after the costliest act, against its width before (judged)."""


@dataclass(frozen=True)
class Strength:
    """A row's default: `shift` as a share of the scale, signed like the intensity (towards agreement is positive); `sd_factor`."""

    shift: float
    sd_factor: float
    basis: str


def signal_strength(kind: Kind | str, intensity: float) -> Strength:
    """The default strength of an act of this kind and intensity (-10 .. 10).

    shift = sign(i) 0.15 min(|i| / 6, 1) c, sd_factor = 1 - 0.3 min(|i| / 6, 1) c, with c = 1 for deeds and 1/3 for words.

    Raises ValueError where the kind is unknown or the intensity off the scale.

    Examples
    --------
    >>> s = signal_strength("COOPERATE", 6); round(s.shift, 3), round(s.sd_factor, 3)
    (0.15, 0.7)
    >>> round(signal_strength("THREATEN", -6).shift, 3)
    -0.05
    """
    kind = Kind(kind)
    if not -10 <= intensity <= 10:
        raise ValueError(f"intensity {intensity:g} is off the scale -10 to 10")
    deed = kind in MATERIAL
    size = min(abs(intensity) / 6, 1.0) * (1.0 if deed else CHEAP_SHARE)
    sign = (intensity > 0) - (intensity < 0)
    words = "a costly act" if deed else "words, which are cheap"
    return Strength(
        sign * COSTLY_SHIFT * size, 1 - (1 - COSTLY_WIDTH) * size, f"{words}; default rule of docs/relation.md, size judged"
    )
