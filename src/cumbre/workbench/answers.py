"""Finished pages as bytes: made once, packed once, and not sent again to a browser that has them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import Response

from cumbre.workbench.memory import Memory

__all__ = ["Answers"]

KEPT_BYTES = 16_000_000
_UNFINISHED = (b'class="pending"', b'class="more"', b'class="problem"', b'class="cancelled"', b'hx-get="/case/filters')


@dataclass
class _Answer:
    body: bytes
    media: str
    tag: str
    packed: bytes = field(default=b"")

    @property
    def size(self) -> int:
        return len(self.body) + len(self.body) // 5


class Answers:
    """Pages by address and by what they rest on."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._kept = Memory(most, lambda answer: answer.size)

    def get(self, key: Hashable, request: Request) -> Response | None:
        """A kept page, or 304 where the browser holds it."""
        known: _Answer | None = self._kept.get(key)
        return None if known is None else _respond(known, request)

    def put(self, key: Hashable, answer: Response, request: Request) -> Response:
        """The answer; kept where it is a whole page that waits for nothing more."""
        body = bytes(answer.body)
        if answer.status_code != 200 or "hx-push-url" in answer.headers or any(sign in body for sign in _UNFINISHED):
            return answer
        kept = _Answer(body, answer.headers["content-type"], f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')
        self._kept.put(key, kept)
        return _respond(kept, request)


def _respond(answer: _Answer, request: Request) -> Response:
    # the browser asks each time, so that a page is never older than what it rests on
    headers = {"etag": answer.tag, "cache-control": "private, no-cache", "vary": "Accept-Encoding, Accept-Language, Cookie"}
    if answer.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(answer.body, media_type=answer.media, headers=headers)
    if not answer.packed:
        answer.packed = gzip.compress(answer.body, 5, mtime=0)
    return Response(answer.packed, media_type=answer.media, headers={**headers, "content-encoding": "gzip"})
