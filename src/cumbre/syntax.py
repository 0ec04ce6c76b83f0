"""Text to a syntax tree: the tokens and the grammar of the language of questions.

Grammar, loosest first::

    or_   := and_ ('or' and_)*
    and_  := not_ ('and' not_)*
    not_  := 'not' not_ | cmp
    cmp   := sum (('==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not' 'in') sum)*
    sum   := term (('+' | '-') term)*
    term  := unary (('*' | '/' | '//' | '%') unary)*
    unary := ('-' | '+') unary | power
    power := atom ('**' unary)?
    atom  := number | text | True | False | '(' or_ (',' or_)* ')' | '[' ... ']' | call | path
    path  := name ('.' name | '[' literal (',' literal)* ']')*
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

from cumbre.errors import ExpressionError

__all__ = ["Node", "Path", "Token", "parse", "parse_assignment", "paths"]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>'[^'\n]*'|\"[^\"\n]*\")|(?P<op>==|!=|<=|>=|\*\*|//|[-+*/%<>()\[\],.=]))"
)
_FUNCTIONS = ("abs", "min", "max", "round")
_DEEPEST = 60
_LONGEST = 5000


class Token(NamedTuple):
    """A word of an expression and where it starts."""

    kind: str
    text: str
    position: int


class Path(NamedTuple):
    """A dotted name with indices, e.g. ballot.share1['cepeda']: names and index tuples in order, and where each starts."""

    parts: tuple[str | tuple[Any, ...], ...]
    positions: tuple[int, ...]
    text: str


class Node(NamedTuple):
    """A node of the syntax tree: operator, operands, and where it starts."""

    op: str
    operands: tuple[Any, ...]
    position: int
    text: str


def _tokens(text: str) -> list[Token]:
    if len(text) > _LONGEST:
        raise ExpressionError("the expression is too long", text[:60], 0, f"use at most {_LONGEST} characters")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            rest = len(text) - len(text[at:].lstrip())
            if rest >= len(text):
                break
            sign = text[rest]
            mend = "close the quotation mark" if sign in "'\"" else "remove it; see the question language"
            raise ExpressionError(f"unexpected {sign!r}", text, rest, mend)
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def fail(self, what: str, mend: str, position: int | None = None) -> ExpressionError:
        return ExpressionError(what, self.text, self.now.position if position is None else position, mend)

    def take(self, *texts: str) -> Token | None:
        token = self.now
        if token.kind in ("op", "name") and token.text in texts:
            self.at += 1
            return token
        return None

    def need(self, text: str, mend: str) -> Token:
        token = self.take(text)
        if token is None:
            shown = repr(self.now.text) if self.now.text else "the end"
            raise self.fail(f"expected {text!r} but found {shown}", mend)
        return token

    def node(self, op: str, *operands: Any, position: int) -> Node:
        return Node(op, operands, position, self.text)

    def whole(self) -> Node:
        if self.now.kind == "end":
            raise self.fail("the expression is empty", "write a condition, e.g. ballot.winner == 'id'")
        tree = self.either()
        if self.now.kind != "end":
            if self.now.text == "=":
                raise self.fail("a single '=' does not compare", "write == to compare")
            raise self.fail(f"unexpected {self.now.text!r}", "join conditions with `and` or `or`")
        return tree

    def either(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.fail("the expression is nested too deeply", f"use at most {_DEEPEST} levels of parentheses")
        left = self.both()
        while token := self.take("or"):
            left = self.node("or", left, self.both(), position=token.position)
        self.depth -= 1
        return left

    def both(self) -> Node:
        left = self.negation()
        while token := self.take("and"):
            left = self.node("and", left, self.negation(), position=token.position)
        return left

    def negation(self) -> Node:
        count, first = 0, self.now.position
        while self.take("not"):
            count += 1
        inner = self.comparison()
        return self.node("not", inner, position=first) if count % 2 else inner

    def comparison(self) -> Node:
        left = self.sum()
        links: list[Node] = []
        while True:
            token = self.take("==", "!=", "<", "<=", ">", ">=", "in")
            if token is None and self.now.text == "not" and self.tokens[self.at + 1].text == "in":
                token = Token("op", "not in", self.now.position)
                self.at += 2
            if token is None:
                break
            right = self.sum()
            links.append(self.node(token.text, left, right, position=token.position))
            left = right
        if not links:
            return left
        tree = links[0]
        for link in links[1:]:
            tree = self.node("and", tree, link, position=link.position)
        return tree

    def sum(self) -> Node:
        left = self.term()
        while token := self.take("+", "-"):
            left = self.node(token.text, left, self.term(), position=token.position)
        return left

    def term(self) -> Node:
        left = self.unary()
        while token := self.take("*", "/", "//", "%"):
            left = self.node(token.text, left, self.unary(), position=token.position)
        return left

    def unary(self) -> Node:
        sign, first = 1, self.now.position
        found = False
        while token := self.take("-", "+"):
            found, sign = True, -sign if token.text == "-" else sign
        inner = self.power()
        return self.node("neg", inner, position=first) if found and sign < 0 else inner

    def power(self) -> Node:
        base = self.atom()
        if token := self.take("**"):
            return self.node("**", base, self.unary(), position=token.position)
        return base

    def sequence(self, closing: str) -> tuple[list[Node], bool]:
        items: list[Node] = []
        comma = False
        while self.now.text != closing or self.now.kind != "op":
            items.append(self.either())
            if not self.take(","):
                break
            comma = True
        self.need(closing, "close it")
        return items, comma

    def atom(self) -> Node:
        token = self.now
        self.at += 1
        if token.kind == "number":
            return self.node("literal", float(token.text), position=token.position)
        if token.kind == "text":
            return self.node("literal", token.text[1:-1], position=token.position)
        if token.text == "(":
            items, comma = self.sequence(")")
            if not items:
                raise self.fail("the parentheses are empty", "put a condition or a list of values inside", token.position)
            return self.node("list", *items, position=token.position) if comma else items[0]
        if token.text == "[":
            return self.node("list", *self.sequence("]")[0], position=token.position)
        if token.kind == "name" and token.text in ("True", "False"):
            return self.node("literal", token.text == "True", position=token.position)
        if token.kind == "name" and token.text in ("and", "or", "not", "in"):
            raise self.fail(f"unexpected {token.text!r}", "put a value or condition before it", token.position)
        if token.kind == "name" and self.now.text == "(":
            if token.text not in _FUNCTIONS:
                near = get_close_matches(token.text, _FUNCTIONS, n=1)
                mend = f"did you mean {near[0]!r}?" if near else f"only {', '.join(_FUNCTIONS)} can be called"
                raise self.fail(f"unknown function {token.text!r}", mend, token.position)
            self.at += 1
            items, _ = self.sequence(")")
            if not items:
                raise self.fail(f"{token.text} is called without a value", "put a value inside", token.position)
            return self.node("call", token.text, *items, position=token.position)
        if token.kind == "name":
            return self.node("path", self.path(token), position=token.position)
        self.at -= 1
        shown = repr(token.text) if token.text else "the end of the expression"
        raise self.fail(f"expected a value but found {shown}", "write a number, a text in quotes or a name")

    def path(self, head: Token) -> Path:
        parts: list[str | tuple[Any, ...]] = [head.text]
        positions = [head.position]
        while token := self.take(".", "["):
            if token.text == ".":
                if self.now.kind != "name":
                    raise self.fail("expected a name after '.'", "write e.g. ballot.winner")
                parts.append(self.now.text)
                positions.append(self.now.position)
                self.at += 1
                continue
            arguments: list[Any] = []
            positions.append(self.now.position)
            while True:
                sign = -1.0 if self.take("-") else 1.0
                if self.now.kind not in ("text", "number"):
                    raise self.fail("expected a text in quotes", "write the id in quotes, e.g. ['cepeda']")
                arguments.append(self.now.text[1:-1] if self.now.kind == "text" else sign * float(self.now.text))
                self.at += 1
                if not self.take(","):
                    break
            self.need("]", "close the bracket")
            parts.append(tuple(arguments))
        end = self.tokens[self.at - 1]
        return Path(tuple(parts), tuple(positions), self.text[head.position : end.position + len(end.text)])


@lru_cache(maxsize=20_000)
def parse(text: str) -> Node:
    """The syntax tree of an expression. Raises ExpressionError with the position of the fault.

    >>> parse("1 + 2 < 4").op
    '<'
    """
    return _Parser(text).whole()


def parse_assignment(text: str) -> tuple[Path, float | str]:
    """An intervention `path = literal`.

    >>> parse_assignment("position['USA', 'us_tariff'].mode = 15")[1]
    15.0
    """
    parser = _Parser(text)
    head = parser.now
    if head.kind != "name":
        raise parser.fail("an intervention starts with a name", "write e.g. table.value['us_tariff', '2026-03-01'] = 25")
    parser.at += 1
    path = parser.path(head)
    parser.need("=", "write path = value")
    sign = -1.0 if parser.take("-") else 1.0
    token = parser.now
    if token.kind not in ("number", "text"):
        raise parser.fail("expected a number or a text in quotes", "write the new value after '='")
    parser.at += 1
    if parser.now.kind != "end":
        raise parser.fail(f"unexpected {parser.now.text!r}", "give one value; repeat --do for a second change")
    return path, sign * float(token.text) if token.kind == "number" else token.text[1:-1]


def paths(tree: Node) -> list[Path]:
    """Every path in a syntax tree."""
    if tree.op == "path":
        return [tree.operands[0]]
    return [path for operand in tree.operands if isinstance(operand, Node) for path in paths(operand)]
