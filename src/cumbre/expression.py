"""The language of questions and conditions: a small, safe subset of Python with a parser of its own.

Comparison (chained too), `and` / `or` / `not`, arithmetic, `abs` `min` `max` `round`, membership, numbers, texts, lists, and
paths such as `ballot.share1['cepeda']`. Nothing is ever handed to the interpreter. A value is an array over worlds, or a literal.
The grammar is in `cumbre.syntax`; here a tree gets its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cumbre.errors import ExpressionError
from cumbre.syntax import Node, Path, parse, parse_assignment, paths

__all__ = [
    "Labels",
    "Path",
    "Resolver",
    "evaluate",
    "evaluate_condition",
    "evaluate_number",
    "parse",
    "parse_assignment",
    "paths",
]


@dataclass(frozen=True)
class Labels:
    """A name in every world: `codes` of shape (draw,) into `names`; -1 means none."""

    codes: npt.NDArray[np.integer[Any]]
    names: tuple[str, ...]


class Resolver(Protocol):
    """What gives paths their values."""

    def resolve(self, path: Path) -> Any:
        """The value of a path in every world."""
        ...


def _error(node: Node, what: str, mend: str) -> ExpressionError:
    return ExpressionError(what, node.text, node.position, mend)


def _number(value: Any, node: Node) -> Any:
    if isinstance(value, Labels | str | list):
        raise _error(node, f"{node.op!r} needs numbers", "compare names with == or `in`")
    return np.asarray(value, dtype=np.float64) if isinstance(value, np.ndarray) else float(value)


def _truth(value: Any, node: Node) -> Any:
    if isinstance(value, bool | np.bool_) or (isinstance(value, np.ndarray) and value.dtype == np.bool_):
        return value
    raise _error(node, f"{node.op!r} needs a condition on each side", "compare the value with something, e.g. > 0")


def _same(left: Any, right: Any, node: Node) -> Any:
    if isinstance(right, Labels) and not isinstance(left, Labels):
        left, right = right, left
    if isinstance(left, Labels):
        if isinstance(right, Labels):
            names = {name: i for i, name in enumerate(left.names)}
            table = np.array([names.get(name, -2) for name in right.names] + [-1])
            return left.codes == table[right.codes]
        if not isinstance(right, str):
            raise _error(node, "a name is compared with a number", "put the id in quotes")
        if right not in left.names:
            near = get_close_matches(right, left.names, n=1)
            mend = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(left.names[:12])}"
            raise _error(node, f"unknown id {right!r}", mend)
        return left.codes == left.names.index(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, str) or isinstance(right, str):
        raise _error(node, "a number is compared with a text", "write the number without quotes")
    return np.equal(left, right)


_COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
_ARITHMETIC = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "//": np.floor_divide, "%": np.mod, "**": np.power,
}  # fmt: skip


def _call(node: Node, names: Resolver) -> Any:
    function, *arguments = node.operands
    values = [_number(evaluate(argument, names), node) for argument in arguments]
    match function:
        case "abs" if len(values) == 1:
            return np.abs(values[0])
        case "round" if len(values) == 1:
            return np.round(values[0])
        case "round" if len(values) == 2 and not isinstance(values[1], np.ndarray):
            return np.round(values[0], int(values[1]))
        case "min" | "max" if len(values) >= 2:
            reduce = np.minimum if function == "min" else np.maximum
            result = values[0]
            for value in values[1:]:
                result = reduce(result, value)
            return result
    need = {
        "abs": "one value",
        "round": "a value and, if wanted, a number of digits",
        "min": "two values or more",
        "max": "two values or more",
    }
    raise _error(node, f"{function} does not take {len(values)} values here", f"give it {need[function]}")


def evaluate(tree: Node, names: Resolver) -> Any:
    """Value of a syntax tree: an array over worlds (float or bool), `Labels`, or a literal."""
    op, operands = tree.op, tree.operands
    if op == "literal":
        return operands[0]
    if op == "path":
        try:
            return names.resolve(operands[0])
        except ExpressionError as error:
            raise ExpressionError(error.what, tree.text, error.position, error.mend) from None
    if op == "list":
        return [evaluate(item, names) for item in operands]
    if op == "call":
        return _call(tree, names)
    if op == "not":
        return np.logical_not(_truth(evaluate(operands[0], names), tree))
    if op == "neg":
        return -_number(evaluate(operands[0], names), tree)
    left, right = evaluate(operands[0], names), evaluate(operands[1], names)
    if op in ("and", "or"):
        join = np.logical_and if op == "and" else np.logical_or
        return join(_truth(left, tree), _truth(right, tree))
    if op in ("in", "not in"):
        if not isinstance(right, list):
            raise _error(tree, f"{op!r} needs a list on its right", "write e.g. ballot.winner in ['a', 'b']")
        found: Any = False
        for item in right:
            found = np.logical_or(found, _same(left, item, tree))
        return np.logical_not(found) if op == "not in" else found
    if op == "==":
        return _same(left, right, tree)
    if op == "!=":
        return np.logical_not(_same(left, right, tree))
    left, right = _number(left, tree), _number(right, tree)
    if op in _COMPARE:
        with np.errstate(invalid="ignore"):
            return _COMPARE[op](left, right)
    if op == "**" and not isinstance(right, np.ndarray) and abs(right) > 16:
        raise _error(tree, f"the power {right:g} is too large", "use a power of at most 16")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _ARITHMETIC[op](left, right)


def evaluate_condition(tree: Node, names: Any) -> npt.NDArray[np.bool_]:
    """A condition in every world, shape (draw,). Raises ExpressionError where the expression is no condition."""
    value = evaluate(tree, names)
    if isinstance(value, Labels | str | list) or np.asarray(value).dtype != np.bool_:
        raise _error(tree, "this is a value, not a condition", "compare it with something, e.g. > 50 or == 'id'")
    return np.array(np.broadcast_to(value, (names.draws,)), dtype=np.bool_)


def evaluate_number(tree: Node, names: Any) -> npt.NDArray[np.float64]:
    """A number in every world, shape (draw,); a condition counts 1 or 0."""
    value = evaluate(tree, names)
    if isinstance(value, Labels | str | list):
        raise _error(tree, "this is a name, not a number", "compare it with an id to get a chance")
    return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), (names.draws,)))
