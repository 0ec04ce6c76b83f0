"""The page of the first seconds: shown before the libraries are loaded, and replaced by the case as soon as it has a number."""

from __future__ import annotations

from html import escape

from cumbre.workbench.address import State

__all__ = ["starting_page"]

_WORDS = {
    "en": ("Loading the case", "The case is being read and its first worlds are drawn. The page follows by itself."),
    "es": ("Cargando el caso", "Se lee el caso y se sortean sus primeros mundos. La página sigue sola."),
}
_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Cumbre</title>
<meta name="htmx-config" content='{{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true}}'>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/brief.css">
<link rel="stylesheet" href="/static/workbench.css">
<script src="/static/htmx.min.js" defer></script>
<noscript><meta http-equiv="refresh" content="1"></noscript>
</head>
<body class="bench starting">
<header class="top"><div class="mast"><p class="brand"><a href="/?{query}">Cumbre</a></p></div></header>
<div class="plain-frame"><main id="main"><h1>{title}</h1>
<div class="pending" hx-get="/starting" hx-trigger="load, every 300ms" hx-swap="none"><p role="status">{said}</p>
<progress aria-label="{title}"></progress></div></main></div>
</body>
</html>
"""


def starting_page(state: State) -> str:
    """The page in the state's language; it asks for news and loads its own address again when the case is there."""
    title, said = _WORDS[state.lang]
    return _PAGE.format(lang=state.lang, title=title, said=said, query=escape(state.query()))
