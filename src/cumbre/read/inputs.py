"""Sources to stored texts: plain text, HTML, PDF, folders, standard input.

Nothing is fetched and nothing in a page is executed. Sizes are bounded: a page over 20 MB is no article, a PDF over 50 MB or 500
pages no report. Pages nested deeper than any real page skip the extraction library and are stripped of tags in one pass.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cumbre.errors import InputError
from cumbre.read.dates import find_dateline
from cumbre.read.documents import Document, digest
from cumbre.read.tokens import language
from cumbre.read.wordlists import words

__all__ = ["gather"]

LARGEST_TEXT = 20_000_000
LARGEST_PDF = 50_000_000
MOST_PAGES = 500
MOST_FILES = 5_000
DEEPEST = 400
_KINDS = {".txt", ".md", ".text", ".html", ".htm", ".xhtml", ".pdf"}
# Marks that change how a text looks but not what it says: direction, zero width, soft hyphen, byte order.
_INVISIBLE = re.compile("[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^<>]{0,20000}?(/?)>")
_VOID = words("void")
_DROP = re.compile(r"<(script|style|noscript|template|svg)\b[^<>]{0,20000}>", re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|tr|td|table|section|article|header|footer|blockquote|br|title)\b[^<>]{0,20000}>", re.IGNORECASE
)


def _missing(package: str, what: str) -> InputError:
    return InputError(
        f"{what} needs the package {package}, which is not installed; install the extra: pip install 'cumbre[read]'"
    )


def _decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Text of bytes; a note where the encoding had to be guessed."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(name, errors="replace"), ()
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        declared = re.search(rb"charset=[\"']?([\w-]{3,20})", raw[:3000])
        for name in (declared.group(1).decode() if declared else "", "cp1252"):
            if name and name.lower() not in ("utf-8", "utf8"):
                try:
                    return raw.decode(name), (f"not UTF-8; read as {name}",)
                except (LookupError, UnicodeDecodeError):
                    continue
        return raw.decode("utf-8", errors="replace"), ("not valid UTF-8; broken bytes were replaced",)


def _clean(text: str) -> str:
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _depth(page: str) -> int:
    """Deepest nesting of tags, stopping at the bound."""
    deep = most = 0
    for m in _TAG.finditer(page):
        if m.group(3) or m.group(2).lower() in _VOID:
            continue
        deep = max(0, deep - 1) if m.group(1) else deep + 1
        most = max(most, deep)
        if most > DEEPEST:
            break
    return most


def _strip(page: str) -> str:
    """Visible text of a page in one pass, without a parser."""
    parts, at = [], 0
    low = page.lower()
    while True:
        m = _DROP.search(page, at)
        if m is None:
            parts.append(page[at:])
            break
        parts.append(page[at : m.start()])
        end = low.find(f"</{m.group(1).lower()}", m.end())
        if end < 0:
            break
        close = page.find(">", end)
        at = close + 1 if close >= 0 else len(page)
    body = _BLOCK.sub("\n\n", "".join(parts))
    body = re.sub(r"<[^<>]{0,20000}>", " ", body)
    body = html.unescape(body)
    body = re.sub(r"[ \t]{2,}", " ", body)
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", body).strip()


def _html(page: str) -> dict[str, Any]:
    if len(page) > 3_000_000 or _depth(page) > DEEPEST or (len(page) > 100_000 and page.count("<") > 60_000):
        title = re.search(r"<title[^<>]{0,500}>([^<]{0,500})", page[:200_000], re.IGNORECASE)
        return {
            "text": _strip(page),
            "title": html.unescape(title.group(1)).strip() if title else "",
            "notes": ("tags stripped in one pass",),
        }
    try:
        import trafilatura
    except ImportError as error:
        raise _missing("trafilatura", "Reading HTML") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False, include_tables=False)
        except Exception:  # the library must not take the run down with one bad page
            found = None
    row: dict[str, Any] = {}
    if found is not None:
        data = found if isinstance(found, dict) else found.as_dict()
        row = {key: data.get(key) or "" for key in ("text", "title", "sitename", "date", "url")}
    stripped = _strip(page)
    if len(row.get("text", "")) < min(200, len(stripped) // 4):
        row["text"] = stripped
    return row


def _pdf(raw: bytes, name: str) -> dict[str, Any]:
    try:
        import pypdf
        from pypdf.errors import PdfReadError, PyPdfError
    except ImportError as error:
        raise _missing("pypdf", "Reading PDF") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            reader = pypdf.PdfReader(io.BytesIO(raw), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise InputError(f"{name}: the PDF is locked with a password; save it without one and try again")
            if len(reader.pages) > MOST_PAGES:
                raise InputError(f"{name}: {len(reader.pages)} pages are more than {MOST_PAGES}; give the pages that matter")
            total, parts = 0, []
            for page in reader.pages:
                parts.append(page.extract_text() or "")
                total += len(parts[-1])
                if total > LARGEST_TEXT:
                    raise InputError(
                        f"{name}: the PDF holds more than {LARGEST_TEXT // 1_000_000} MB of text; give the pages that matter"
                    )
            meta = reader.metadata
            title = str(meta.title) if meta and meta.title else ""
        except InputError:
            raise
        except (
            PyPdfError,
            PdfReadError,
            ValueError,
            KeyError,
            TypeError,
            RecursionError,
            OSError,
            AttributeError,
            IndexError,
            OverflowError,
            ArithmeticError,
            NotImplementedError,
            ImportError,
        ) as error:
            raise InputError(
                f"{name}: is not a PDF that can be read ({type(error).__name__}); export it again, or save it as text"
            ) from error
    # Words hyphenated at a line end are joined, lines of one paragraph too.
    text = re.sub(r"(?<=[a-záéíóúñ])-\n(?=[a-záéíóúñ])", "", "\n\n".join(parts))
    return {"text": re.sub(r"(?<![.!?:\n])\n(?!\n)", " ", text), "title": title}


def _document(raw: bytes, name: str, suffix: str, lang: str | None, date: dt.date | None) -> Document:
    row: dict[str, Any]
    notes: tuple[str, ...] = ()
    if raw.startswith(b"%PDF") or suffix == ".pdf":
        if len(raw) > LARGEST_PDF:
            raise InputError(
                f"{name}: {len(raw) / 1e6:.0f} MB are too much for a PDF to read; the limit is {LARGEST_PDF // 1_000_000} MB"
            )
        row = _pdf(raw, name)
    else:
        if raw.startswith((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ")):
            raise InputError(
                f"{name}: is an archive, and archives are not opened; unpack it and give the texts, HTML or PDF files"
            )
        if raw.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x7fELF", b"MZ")):
            raise InputError(f"{name}: is not a text; give plain text, HTML or PDF")
        if len(raw) > LARGEST_TEXT:
            raise InputError(
                f"{name}: {len(raw) / 1e6:.0f} MB are too much for an article; the limit is {LARGEST_TEXT // 1_000_000} MB"
            )
        text, notes = _decode(raw)
        looks = text[:2000].lstrip().lower()
        if suffix in (".html", ".htm", ".xhtml") or looks.startswith(("<!doctype html", "<html")) or "<body" in looks:
            row = _html(text)
        else:
            row = {"text": text}
    text = _clean(str(row.get("text", "")))
    title = _clean(str(row.get("title", "") or ""))
    if title and title not in text[:1000]:
        text = f"{title}\n\n{text}"
    if not text.strip():
        raise InputError(f"{name}: holds no text; a scanned PDF or an empty page needs to be turned into text first")
    if not title:
        first = text.strip().splitlines()[0].strip()
        title = first if len(first) <= 150 and not first.endswith(".") else ""
    chosen = lang or language(text)
    found, basis = None, "unknown"
    shown = str(row.get("date") or "")[:10]
    if shown:
        try:
            found, basis = dt.date.fromisoformat(shown), "metadata"
        except ValueError:
            found = None
    if found is None:
        found = find_dateline(text, chosen)
        basis = "dateline" if found else "unknown"
    if found is None and date is not None:
        found, basis = date, "given"
    notes = (*notes, *row.get("notes", ()))
    return Document(
        digest(text), text, chosen, name=name, title=title, outlet=_clean(str(row.get("sitename", "") or "")), url=str(row.get("url",
        "") or ""),
        date=found, date_basis=basis, notes=notes,
    )  # fmt: skip


def _files(folder: Path) -> list[Path]:
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in _KINDS and not p.name.startswith("."))
    if not found:
        raise InputError(f"{folder}: holds no text, HTML or PDF file; give a folder with articles")
    if len(found) > MOST_FILES:
        raise InputError(f"{folder}: {len(found)} files are more than {MOST_FILES}; give smaller folders one by one")
    return found


def _load(path: Path, lang: str | None, date: dt.date | None) -> Document:
    limit = max(LARGEST_PDF, LARGEST_TEXT)
    try:
        if path.stat().st_size > limit:
            raise InputError(
                f"{path}: {path.stat().st_size / 1e6:.0f} MB are too much for an article; the limit is {limit // 1_000_000} MB"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the name and the permissions") from error
    return _document(raw, str(path), path.suffix.lower(), lang, date)


def gather(
    sources: Iterable[str | Path] | str | Path,
    *,
    lang: str | None = None,
    date: dt.date | None = None,
    stdin: bytes | None = None,
) -> list[Document]:
    """Documents of the sources, in order: files, the files of folders by name, `-` for standard input.

    A document given twice is read once. Raises InputError where a source is missing, too large, locked or no text.
    """
    if lang not in (None, "en", "es"):
        raise InputError(f"language {lang!r} is not known; write en or es")
    listed: Sequence[str | Path] = [sources] if isinstance(sources, (str, Path)) else list(sources)
    if not listed:
        raise InputError("no source was given; name files or folders, or - for standard input")
    found: dict[str, Document] = {}
    for source in listed:
        if str(source) == "-":
            raw = stdin if stdin is not None else sys.stdin.buffer.read(LARGEST_PDF + 1)
            document = _document(raw, "standard input", "", lang, date)
            found.setdefault(document.id, document)
            continue
        if re.match(r"https?://", str(source)):
            raise InputError(f"{source}: pages are not fetched; save the page as HTML and give the file")
        path = Path(source)
        if path.is_dir():
            for each in _files(path):
                document = _load(each, lang, date)
                found.setdefault(document.id, document)
        else:
            document = _load(path, lang, date)
            found.setdefault(document.id, document)
    return list(found.values())
