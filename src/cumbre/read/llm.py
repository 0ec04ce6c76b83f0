"""An optional second reader: any OpenAI-compatible endpoint, one codebook with the coder, every quote checked.

The endpoint sees a few paragraphs at a time and must answer in a JSON schema. An event is kept only where its quote stands
verbatim in those paragraphs and both of its actors stand in the document; the rest is dropped and counted. Replies are cached
by the hash of what was asked. Time-outs, refusals and garbage cost the paragraph, not the run.

Settings come from the environment: CUMBRE_LLM_MODEL, CUMBRE_LLM_KEY, CUMBRE_LLM_PRICE_IN and CUMBRE_LLM_PRICE_OUT (money for a
million tokens), CUMBRE_LLM_CACHE (a folder). The key is sent to the endpoint and written nowhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cumbre.errors import InputError
from cumbre.read.actors import Index, office
from cumbre.read.dates import event_date
from cumbre.read.documents import Document, ProposedEvent
from cumbre.read.tags import intensity, tags
from cumbre.read.tokens import fold, tokenize

if TYPE_CHECKING:
    import httpx

__all__ = ["CODEBOOK", "Reader", "Usage"]

LARGEST_REPLY = 1_000_000
PIECE = 3_000
TRIES = 3

CODEBOOK = """Code the political events that the text states, by PLOVER type:
AGREE agree to, offer or promise cooperation; CONSULT meet, visit, call, negotiate; SUPPORT praise, back, recognise, sign or ratify;
CONCEDE yield in words, ease or lift a restriction; COOPERATE material cooperation, extradition, shared intelligence; AID give material
aid; RETREAT release, withdraw, disarm, cease fire; REQUEST ask, demand, order; ACCUSE accuse, criticise, charge, investigate; REJECT
refuse, deny, veto; THREATEN threaten or warn of harm; PROTEST demonstrate, strike; SANCTION cut or reduce relations, aid, trade, visas,
recall or expel diplomats, impose duties; MOBILIZE deploy or exercise forces; COERCE arrest, deport, seize, ban; ASSAULT use of violence.
Code what is done or said to be done. Leave out what is negated, hypothetical, asked or merely possible. Announced cooperation is AGREE,
an announced and dated hostile measure SANCTION, a conditional one THREATEN.
For each event give: the type; `quote`, copied letter by letter from the text; `source` and `target`, each as it is written in the text,
with its ISO 3166 alpha-3 country and a sector (GOV MIL COP SPY JUD LEG OPP PTY REB CRM CVL BUS MED NGO IGO REL ELI), or null.
"""

_SECTORS = frozenset(
    ["GOV", "MIL", "COP", "SPY", "JUD", "LEG", "OPP", "PTY", "REB", "CRM", "CVL", "BUS", "MED", "NGO", "IGO", "REL", "ELI"]
)
Kind = Literal[
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST",
    "SANCTION",
    "MOBILIZE", "COERCE", "ASSAULT",
]  # fmt: skip


class _Actor(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str = Field(min_length=1, max_length=200)
    country: str = Field(default="", max_length=3)
    sector: str = Field(default="GOV", max_length=3)


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: Kind
    quote: str = Field(min_length=8, max_length=2000)
    source: _Actor | None = None
    target: _Actor | None = None


class _Reply(BaseModel):
    model_config = ConfigDict(extra="ignore")
    events: list[Any] = Field(max_length=200)


def _schema() -> dict[str, Any]:
    actor = {
        "type": ["object", "null"], "additionalProperties": False, "required": ["name", "country", "sector"],
        "properties": {"name": {"type": "string"}, "country": {"type": "string"}, "sector": {"type": "string"}},
    }  # fmt: skip
    kinds = list(Kind.__args__)  # type: ignore[attr-defined]
    event = {
        "type": "object", "additionalProperties": False, "required": ["type", "quote", "source", "target"],
        "properties": {"type": {"type": "string", "enum": kinds}, "quote": {"type": "string"}, "source": actor, "target": actor},
    }  # fmt: skip
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": ["events"],
        "properties": {"events": {"type": "array", "items": event}},
    }
    return {"type": "json_schema", "json_schema": {"name": "events", "strict": True, "schema": body}}


@dataclass
class Usage:
    """Calls, cached replies, tokens, money and what was dropped, by reason."""

    calls: int = 0
    cached: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    def summary(self) -> str:
        """One line for the screen."""
        money = f", cost {self.cost:.4f}" if self.cost is not None else ", cost unknown (set CUMBRE_LLM_PRICE_IN and _OUT)"
        parts = [
            f"endpoint: {self.calls} calls, {self.cached} from cache, {self.tokens_in} + {self.tokens_out} tokens{money}; "
            f"{self.kept} events kept"
        ]
        if self.dropped:
            parts.append("dropped " + ", ".join(f"{n} ({why})" for why, n in sorted(self.dropped.items())))
        if self.failed:
            parts.append(
                f"{self.failed} pieces without an answer: " + ", ".join(f"{n} {why}" for why, n in sorted(self.problems.items()))
            )
        return "; ".join(parts)


def _price(name: str) -> float | None:
    try:
        return float(os.environ[name])
    except (KeyError, ValueError):
        return None


class Reader:
    """Reads documents through an endpoint. `usage` adds up over its life.

    `url` is the base of the API (the part before `/chat/completions`).
    """

    def __init__(
        self, url: str, *, model: str | None = None, cache: Path | None = None, timeout: float = 60.0, pause: float = 1.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        try:
            import httpx
        except ImportError as error:
            raise InputError(
                "--llm needs the package httpx, which is not installed; install the extra: pip install 'cumbre[llm]'"
            ) from error
        if not re.match(r"https?://[^\s/]+", url):
            raise InputError(f"{url!r} is not the address of an endpoint; write it as https://host/v1")
        self.url = url.rstrip("/").removesuffix("/chat/completions")
        self.model = model or os.environ.get("CUMBRE_LLM_MODEL", "default")
        home = os.environ.get("CUMBRE_LLM_CACHE") or os.path.join(
            os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "cumbre", "llm"
        )
        self.cache = cache if cache is not None else Path(home)
        self.pause = pause
        self.usage = Usage()
        key = os.environ.get("CUMBRE_LLM_KEY", "")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        limits = httpx.Timeout(timeout, connect=min(10.0, timeout))
        self._errors: tuple[type[Exception], ...] = (httpx.HTTPError, httpx.InvalidURL)
        self._client = httpx.Client(timeout=limits, headers=headers, transport=transport, follow_redirects=False)
        self._deadline = timeout * 2

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # -- one piece -----------------------------------------------------------------------------------------------------

    def _ask(self, text: str) -> str | None:
        """The reply to one piece, from the cache where it was asked before; None where no usable one came."""
        body = {
            "model": self.model, "temperature": 0, "response_format": _schema(),
            "messages": [{"role": "system", "content": CODEBOOK}, {"role": "user", "content": text}],
        }  # fmt: skip
        name = hashlib.sha256(
            json.dumps([self.url, body], sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()
        path = self.cache / name[:2] / f"{name}.json"
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(stored.get("content"), str):
                self.usage.cached += 1
                return str(stored["content"])
        except (OSError, ValueError, AttributeError):
            pass
        why = ""
        for attempt in range(TRIES):
            if attempt:
                time.sleep(self.pause * 2 ** (attempt - 1))
            self.usage.calls += 1
            content, why, final = self._post(body)
            if content is not None and _parse(content) is not None:
                self._store(path, content)
                return content
            if content is not None:
                why = "garbage reply"
            if final:
                break
        self.usage.failed += 1
        self.usage.problems[why] += 1
        return None

    def _post(self, body: dict[str, Any]) -> tuple[str | None, str, bool]:
        """Content, the reason where there is none, and whether asking again is of no use."""
        started = time.monotonic()
        try:
            with self._client.stream("POST", f"{self.url}/chat/completions", json=body) as response:
                raw = b""
                for part in response.iter_bytes():
                    raw += part
                    if len(raw) > LARGEST_REPLY:
                        return None, "reply too long", True
                    if time.monotonic() - started > self._deadline:
                        return None, "time-out", False
                status = response.status_code
        except self._errors as error:
            return None, "time-out" if "imeout" in type(error).__name__ else "no connection", False
        if status == 429 or status >= 500:
            return None, f"status {status}", False
        if status != 200:
            return None, f"status {status}", True
        try:
            reply = json.loads(raw)
            content = reply["choices"][0]["message"]["content"]
            usage = reply.get("usage") or {}
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            return None, "garbage reply", False
        self._count(usage)
        return (content, "", False) if isinstance(content, str) else (None, "empty reply", False)

    def _count(self, usage: Any) -> None:
        if not isinstance(usage, dict):
            return
        counts = [usage.get(key) for key in ("prompt_tokens", "completion_tokens")]
        given = [n if isinstance(n, int) and 0 <= n < 10**9 else 0 for n in counts]
        self.usage.tokens_in += given[0]
        self.usage.tokens_out += given[1]
        prices = _price("CUMBRE_LLM_PRICE_IN"), _price("CUMBRE_LLM_PRICE_OUT")
        if None not in prices:
            self.usage.cost = (self.usage.tokens_in * prices[0] + self.usage.tokens_out * prices[1]) / 1e6  # type: ignore[operator]

    def _store(self, path: Path, content: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"content": content}, stream)
            os.replace(name, path)
        except OSError:
            self.usage.problems["cache not writable"] += 1

    # -- a document ----------------------------------------------------------------------------------------------------

    def read(self, document: Document, index: Index, progress: Callable[[float, str], None] | None = None) -> Document:
        """The document with the endpoint's events added to those it has."""
        found = []
        pieces = list(_pieces(document.text))
        for k, (start, text) in enumerate(pieces):
            if progress is not None:
                progress(k / len(pieces), f"{document.name}: piece {k + 1} of {len(pieces)}")
            content = self._ask(text)
            reply = _parse(content) if content is not None else None
            for item in reply.events if reply else []:
                event = self._event(item, start, text, document, index)
                if event is not None:
                    found.append(event)
        self.usage.kept += len(found)
        return replace(document, events=(*document.events, *found))

    def _event(self, item: Any, start: int, text: str, document: Document, index: Index) -> ProposedEvent | None:
        try:
            event = _Event.model_validate(item)
        except ValidationError:
            self.usage.dropped["not in the schema"] += 1
            return None
        at = text.find(event.quote)
        if at < 0:
            self.usage.dropped["quote not in the text"] += 1
            return None
        sides: list[tuple[str | None, tuple[int, int] | None]] = []
        for actor in (event.source, event.target):
            found = _resolve(actor, start + at, event.quote, document, index)
            if found is None:
                self.usage.dropped["actor not in the text"] += 1
                return None
            sides.append(found)
        if sides[0][0] is None and sides[1][0] is None:
            self.usage.dropped["no actor"] += 1
            return None
        first, last = start + at, start + at + len(event.quote)
        day, granularity, span = event_date(event.quote, 0, document.date, document.lang)
        key = f"{document.id}:{first}:llm:{event.type}:{sides[0][0]}:{sides[1][0]}"
        return ProposedEvent(
            id="e" + hashlib.sha256(key.encode()).hexdigest()[:10], type=event.type, mode="", source=sides[0][0], target=sides[1][0],
            quote=event.quote, start=first, end=last, document=document.id, lang=document.lang, date=day, granularity=granularity,
            date_span=None if span is None else (span[0] + first, span[1] + first), intensity=intensity(event.type), confidence=0.5,
            issues=tags(event.quote, document.lang), trigger=(first, last), source_span=sides[0][1], target_span=sides[1][1],
            rule="endpoint",
            coder=f"endpoint {self.model}",
        )  # fmt: skip


def _parse(content: str) -> _Reply | None:
    """The reply as events; code fences and words around the JSON are forgiven, anything else is garbage."""
    text = content.strip()
    if not text.startswith("{"):
        first, last = text.find("{"), text.rfind("}")
        if first < 0 or last < first:
            return None
        text = text[first : last + 1]
    try:
        return _Reply.model_validate(json.loads(text))
    except (ValueError, ValidationError, RecursionError):
        return None


def _pieces(text: str) -> list[tuple[int, str]]:
    """Paragraphs put together up to PIECE characters, with their offsets."""
    found: list[tuple[int, str]] = []
    start = 0
    for m in re.finditer(r"\n\s*\n|\Z", text):
        if m.end() - start >= PIECE or m.start() == len(text) or m.end() == len(text):
            while m.end() - start > 2 * PIECE:
                cut = text.rfind(" ", start + PIECE, start + 2 * PIECE)
                cut = cut if cut > start else start + 2 * PIECE
                found.append((start, text[start:cut]))
                start = cut
            if text[start : m.end()].strip():
                found.append((start, text[start : m.end()]))
            start = m.end()
    return found


def _resolve(
    actor: _Actor | None, at: int, quote: str, document: Document, index: Index
) -> tuple[str | None, tuple[int, int] | None] | None:
    """Code and place of an actor; None where its name stands nowhere in the document. The alias table beats the endpoint's code."""
    if actor is None:
        return None, None
    inside = quote.find(actor.name)
    where = at + inside if inside >= 0 else document.text.find(actor.name)
    if where < 0:
        return None
    span = (where, where + len(actor.name))
    keys = [t.key for t in tokenize(actor.name)]
    for k, key in enumerate(keys):
        for rest, rows in index.get(key, ()):
            if tuple(keys[k + 1 : k + 1 + len(rest)]) == rest:
                people = tuple(r for r in rows if r.kind == "person")
                row = rows[0]
                if row.kind in ("role", "media", "place") or row.code in ("NGO", "MED"):
                    break
                code, sector = (row.code, row.sector)
                if people:
                    found, sector = office(people, document.date)
                    code = found.code
                if row.kind.startswith(("demonym", "state", "capital")) and actor.sector in _SECTORS:
                    sector = actor.sector
                return f"{code} {sector}", span
    country = actor.country.upper()
    if re.fullmatch(r"[A-Z]{3}", country) and actor.sector.upper() in _SECTORS and fold(actor.name).strip():
        return f"{country} {actor.sector.upper()}", span
    return None, None
