"""The calibration page of the ballot as files: built from the shipped figures, or from figures measured just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from markupsafe import Markup

from cumbre import priors
from cumbre.brief.catalogue import LANGUAGES
from cumbre.brief.charts.chart import Chart
from cumbre.brief.render import asset, environment
from cumbre.brief.sections.calibration import calibration_sections, headline_of
from cumbre.brief.sections.measured import Measured, fitted
from cumbre.brief.sections.method import passport_list
from cumbre.brief.words import Words
from cumbre.errors import UsageError

__all__ = ["calibration_pages", "file_names", "write_calibration"]


def file_names(first: str, languages: Sequence[str]) -> dict[str, str]:
    """File of each language beside `first`, the file of the first of them.

    >>> file_names("calibration.html", ("en", "es"))
    {'en': 'calibration.html', 'es': 'calibration.es.html'}
    """
    stem = Path(first)
    return {lang: first if k == 0 else f"{stem.stem}.{lang}{stem.suffix}" for k, lang in enumerate(languages)}


def _rivals() -> Mapping[str, Any]:
    try:
        return priors.load("ballot_rivals")
    except UsageError:
        return {}


def calibration_pages(
    names: Mapping[str, str], *, content: Mapping[str, Any] | None = None, homes: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The page in every language of `names` (language to file name).

    content   what `cumbre.priors.refit_ballot.refit` returns; the shipped prior by default
    homes     language to the page to lead back to
    """
    content = content or priors.load("ballot")
    out = {}
    for lang in names:
        m = Measured(Words(lang), content, _rivals())
        headline, reason = headline_of(m)
        out[lang] = environment().get_template("calibration.html.j2").render(
            w=m, t=m.t, s=m.s, lang=lang, pages=names, home=(homes or {}).get(lang, ""), headline=headline, reason=reason,
            sections=calibration_sections(m), numerals=[str(k) for k in range(1, 11)], is_chart=lambda b: isinstance(b, Chart),
            passports=lambda m=m: passport_list(m, list(m.numbers.figures.values())), style=Markup(asset("brief.css")),
            fitted=fitted(content), version=metadata.version("cumbre"),
        )  # fmt: skip
    return out


def write_calibration(page: Path, content: Mapping[str, Any] | None = None) -> list[Path]:
    """Write the page to `page` and its other languages beside it."""
    names = file_names(page.name, LANGUAGES)
    written = []
    for lang, text in calibration_pages(names, content=content).items():
        path = page.parent / names[lang]
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
