"""What stands between the network and the pages: host, token, origin, size of bodies, and the headers of every answer."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cumbre.errors import UsageError

__all__ = ["BODY", "Guard", "is_loopback", "require_token"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY = 4_000_000
"""Bytes that a request may carry."""

COOKIE = "cumbre_token"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
)


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_token(host: str, token: str | None) -> None:
    """Raises UsageError where others could reach the workbench without a token, or where the token is too short to be one."""
    if not is_loopback(host) and not token:
        raise UsageError(
            f"--host {host} opens the workbench to others; give them a secret with --token, or leave --host at 127.0.0.1"
        )
    if token is not None and not re.fullmatch(r"[A-Za-z0-9._~-]*", token):
        raise UsageError("--token holds signs that an address cannot carry; use letters, digits, dots, dashes and underscores")
    if token is not None and len(token) < 12:
        raise UsageError(
            "--token is shorter than 12 signs; give a longer one, e.g. from `python -c 'import secrets; print(secrets.token_urlsafe())'`"
        )


class _TooMuch(Exception):
    """A body went on past its limit without having said so."""


class Guard:
    """ASGI middleware: nothing reaches the application that is not from this machine's own pages or holds the token."""

    def __init__(self, app: App, *, host: str = "127.0.0.1", token: str | None = None, body: int = BODY) -> None:
        self.app, self.token, self.body = app, token, body
        self.hosts = {"127.0.0.1", "localhost", "::1"} if is_loopback(host) else None
        if self.hosts is not None:
            self.hosts.add(host.strip("[]"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on with the headers of every answer."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}

        async def answer(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                if seen > self.body:
                    message = {**message, "status": 413}
                own = {name.encode() for name, _ in HEADERS}
                kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in own]
                kept += [(name.encode(), value.encode()) for name, value in HEADERS]
                if not any(name.lower() == b"cache-control" for name, _ in kept):
                    kept.append((b"cache-control", b"no-store"))
                message = {**message, "headers": kept}
            await send(message)

        seen = 0
        refused = self._refused(scope, headers)
        if refused:
            await _say(answer, *refused)
            return
        if self.token and (moved := self._take_token(scope)):
            await _move(answer, moved, self.token)
            return
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.body:
            await _say(answer, 413, f"This is more than {self.body // 1_000_000} MB; give less at once.")
            return

        async def counted() -> MutableMapping[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.body:
                raise _TooMuch
            return message

        try:
            await self.app(scope, counted, answer)
        except _TooMuch:
            await _say(answer, 413, f"This is more than {self.body // 1_000_000} MB; give less at once.")

    def _refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if self.hosts is not None and _name(host) not in self.hosts:
            return 421, "This workbench answers to its own address only."
        if self.token and not self._holds_token(scope, headers):
            return 401, "This workbench needs its token: open the address with ?token=... once."
        site = headers.get("sec-fetch-site", "")
        if scope["method"] in ("GET", "HEAD"):
            # a page of another origin may link here, but not load parts of this one or start its work
            if site in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
                return 403, "This page may be opened, but not read by another page."
            return None
        if scope["method"] != "POST":
            return 405, "Not offered."
        if site and site != "same-origin":
            return 403, "A change must come from the workbench's own page."
        sender = headers.get("origin") or headers.get("referer") or ""
        if not sender or sender == "null" or urlsplit(sender).netloc.lower() != host.lower():
            return 403, "A change must come from the workbench's own page."
        return None

    def _holds_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        jar = SimpleCookie()
        try:
            jar.load(headers.get("cookie", ""))
        except Exception:  # a cookie of another program on this host may be malformed
            return False
        given = [jar[COOKIE].value] if COOKIE in jar else []
        if headers.get("authorization", "").startswith("Bearer "):
            given.append(headers["authorization"].removeprefix("Bearer "))
        if scope["method"] == "GET":
            given += [value for name, value in parse_qsl(scope["query_string"].decode("latin-1")) if name == "token"]
        assert self.token is not None
        return any(hmac.compare_digest(value.encode(), self.token.encode()) for value in given)

    def _take_token(self, scope: Scope) -> str | None:
        """The address without its token, where it holds one."""
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if scope["method"] != "GET" or not any(name == "token" for name, _ in pairs):
            return None
        rest = urlencode([(name, value) for name, value in pairs if name != "token"])
        # two slashes at the start would name another host
        return "/" + str(scope["path"]).lstrip("/\\") + (f"?{rest}" if rest else "")


def _name(host: str) -> str:
    """Host name without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


async def _say(send: Send, status: int, words: str) -> None:
    body = words.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _move(send: Send, place: str, token: str) -> None:
    cookie = f"{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/"
    headers = [
        (b"location", place.encode("latin-1", "replace")),
        (b"set-cookie", cookie.encode("latin-1", "replace")),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
