"""Exact answers of bargaining theory: rows in words to the concept that solves them.

Each row of `closed_forms.csv` names a model and its inputs in a short text. This module reads the text and calls the concept; a
text that it cannot read gives nan, never a guess.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.table import exchange, kalai, mean, nash, offers, package, ratification
from cumbre.table.election import election

__all__ = ["solve_closed_forms"]

Array = npt.NDArray[np.float64]
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
}  # fmt: skip
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


def _formula(text: str, **values: Any) -> Any:
    """Value of an arithmetic text such as `2(1-u1)` or `x^0.5`; only + - * / ^ sqrt exp log and the given names."""
    text = text.strip().replace("^", "**")
    text = re.sub(r"(\d)\s*(?=[A-Za-z(])", r"\1*", re.sub(r"([a-z])(\d)\b", r"\1_\2", text)).replace("_", "")
    functions = {"sqrt": np.sqrt, "exp": np.exp, "log": np.log}

    def walk(node: ast.AST) -> Any:
        match node:
            case ast.Expression(body):
                return walk(body)
            case ast.Constant(value) if isinstance(value, int | float):
                return float(value)
            case ast.Name(name) if name in values:
                return values[name]
            case ast.UnaryOp(ast.USub(), operand):
                return -walk(operand)
            case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](walk(left), walk(right))
            case ast.Call(ast.Name(name), [argument], []) if name in functions:
                return functions[name](walk(argument))
        raise ValueError(f"cannot read {text!r}")

    return walk(ast.parse(text, mode="eval"))


def _settings(text: str) -> dict[str, str]:
    """`a=1;b=(2, 3)` as a mapping; parts without a sign of equality are kept under their own text."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        key, equals, value = part.partition("=")
        found[key.strip() if equals else part.strip()] = value.strip()
    return found


def _vector(text: str) -> Array:
    return np.array([float(v) for v in re.findall(_NUMBER, text)], dtype=np.float64)


def _threat(settings: dict[str, str]) -> tuple[float, float]:
    if "d" in settings:
        d = _vector(settings["d"])
        return float(d[0]), float(d[-1])
    return float(settings.get("d1", "0")), float(settings.get("d2", "0"))


def _curve(text: str, settings: dict[str, str]) -> tuple[Callable[[Any], Any], Callable[[Any], Any], str]:
    """Frontier (u1(t), u2(t)) for t in [0, 1] and what the unknown is called."""
    if "feasible" in text:
        body = text[text.index("feasible") :].split(":", 1)[-1].split(";")[0]
        rows = []
        for part in body.split(","):
            left, _, right = part.partition("<=")
            b1, b2 = (float(_formula(left, u1=a, u2=b)) for a, b in ((1.0, 0.0), (0.0, 1.0)))
            rows.append((b1, b2, float(right)))
        top = min(r / a for a, _, r in rows if a > 0)

        def u2(t: Any) -> Any:
            return np.min([(r - a * t * top) / b for a, b, r in rows if b > 0], axis=0)

        return (lambda t: t * top), u2, "u1"
    match = re.search(r"frontier\s+u2\s*=\s*([^;,]+)", text)
    if match:
        bounds = re.search(rf"u1\s*in\s*\[\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\]", text)
        formula = match[1]
        end = float(bounds[2]) if bounds else _zero(lambda u: float(_formula(formula, u1=u)))
        return (lambda t: t * end), (lambda t: _formula(formula, u1=np.asarray(t) * end)), "u1"
    if "pie" not in settings and "u1" not in settings:
        raise ValueError(f"no frontier in {text!r}")
    pie = float(settings.get("pie", "1"))
    first, second = settings.get("u1", "x"), settings.get("u2", f"{pie}-x").replace("pie", str(pie))
    return (lambda t: _formula(first, x=np.asarray(t) * pie)), (lambda t: _formula(second, x=np.asarray(t) * pie)), "x1"


def _zero(f: Callable[[float], float]) -> float:
    """Smallest doubling bound where a falling frontier reaches 0, then halving."""
    high = 1.0
    while f(high) > 0 and high < 1e6:
        high *= 2
    low = 0.0
    for _ in range(200):
        mid = 0.5 * (low + high)
        low, high = (mid, high) if f(mid) > 0 else (low, mid)
    return 0.5 * (low + high)


def _split(text: str, model: str) -> dict[str, float]:
    settings = _settings(text)
    d = _threat(settings)
    u1, u2, unknown = _curve(text, settings)
    if model in ("kalai_smorodinsky", "egalitarian"):
        if model == "egalitarian":
            ideal = (d[0] + 1.0, d[1] + 1.0)
        elif "ideal" in settings:
            point = _vector(settings["ideal"])
            ideal = (float(point[0]), float(point[1]))
        else:
            grid = np.linspace(0, 1, 200001)
            a, b = np.asarray(u1(grid)), np.asarray(u2(grid)) + 0 * grid
            ok = (a >= d[0]) & (b >= d[1])
            ideal = (float(a[ok].max()), float(b[ok].max()))
        t, a1, a2 = kalai.kalai_on_curve(u1, lambda t: u2(t) + 0 * t, d, ideal)
    else:
        t, a1, a2 = nash.nash_on_curve(u1, lambda t: u2(t) + 0 * t, d, float(settings.get("alpha", "0.5")))
    pie = float(settings.get("pie", "1"))
    return {"u1": a1, "u2": a2, "x1": t * pie if unknown == "x1" else a1, "x2": pie - t * pie}


def _offers(text: str, model: str) -> dict[str, float]:
    k = _settings(text)
    numbers = {name: float(value) for name, value in k.items() if re.fullmatch(_NUMBER, value)}
    if model == "alternating_offers_breakdown" or "p" in numbers:
        x = float(offers.breakdown_share(numbers["p"], numbers.get("b1", 0.0), numbers.get("b2", 0.0)))
    elif "exp(" in text:
        if re.search(r"dt\s*-+>\s*0", text):
            x = float(offers.patience_power(numbers["r1"], numbers["r2"]))
        else:
            x = float(offers.rubinstein_share(*(np.exp(-numbers[f"r{i}"] * numbers["dt"]) for i in (1, 2))))
    else:
        e1, e2 = numbers.get("delta1", numbers.get("delta", 0.0)), numbers.get("delta2", numbers.get("delta", 0.0))
        out = [next((numbers[n] for n in (f"outside{i}", f"out{i}", f"o{i}", f"w{i}") if n in numbers), 0.0) for i in (1, 2)]
        rounds = next((numbers[n] for n in ("T", "rounds", "deadline") if n in numbers), None)
        flip = "player2 first" in text
        if flip:
            e1, e2, out = e2, e1, out[::-1]
        if rounds is not None:
            x = float(offers.deadline_share(e1, e2, int(rounds)))
        elif any(out):
            x = float(offers.outside_option_share(e1, e2, *out))
        else:
            x = float(offers.rubinstein_share(e1, e2))
        if flip:
            x = 1 - x
    return {"x1": x * numbers.get("pie", 1.0), "x2": (1 - x) * numbers.get("pie", 1.0)}


def _exchange(text: str) -> dict[str, float]:
    actors = re.findall(r"pos\s*\(([^)]*)\)\s*sal\s*\(([^)]*)\)(?:\s*cap\s*(" + _NUMBER + "))?", text)
    x, s = (np.stack([_vector(a[i]) for a in actors], axis=-1)[None] for i in (0, 1))
    c = np.array([[float(a[2] or 1.0) for a in actors]])
    before, after, trades = exchange.exchange(x, s, c, rounds=1)
    found = {f"initial outcome issue{k + 1}": float(v) for k, v in enumerate(before[0])}
    found |= {f"outcome issue{k + 1} after equal-gain exchange": float(v) for k, v in enumerate(after[0])}
    if trades[0]:
        first = trades[0][0]
        found["equal gain of each actor"] = float(first.gains[first.giver_p])
        for actor, gain in enumerate(first.gains):
            found |= {f"gain of A{actor + 1}": float(gain), f"externality of A{actor + 1}": float(gain)}
    return found


def _election(text: str) -> dict[str, float]:
    options = {name: float(v) for name, v in re.findall(rf"\b([a-z])\s*=\s*({_NUMBER})", text.split(";")[0])}
    actors = re.findall(rf"at\s+({_NUMBER})\s*\(w\s*=\s*({_NUMBER})\)", text)
    x, w = np.array([float(a[0]) for a in actors]), np.array([float(a[1]) for a in actors])
    votes = 2.0 if re.search(r"(quadratic|square[d]?) victory", text) else 1.0
    power = 2 if "quadratic utility" in text else 1
    _, p = election(x, w, np.array(list(options.values())), power=power, votes=votes, markov="markov" in text.lower())
    return {f"P({name})": float(v) for name, v in zip(options, p, strict=True)}


def _answers(model: str, text: str, published: Callable[[], pd.DataFrame]) -> dict[str, float]:
    k = _settings(text)
    match model:
        case "asymmetric_nash" | "nash" | "kalai_smorodinsky" | "egalitarian":
            return _split(text, model)
        case "alternating_offers" | "alternating_offers_breakdown" | "outside_option":
            return _offers(text, model)
        case "compromise" | "weighted_median":
            rows = published()
            x, w = rows["position"].to_numpy(float), (rows["capability"] * rows["salience"]).to_numpy(float)
            return {"x": float((mean.weighted_mean if model == "compromise" else mean.weighted_median)(x, w))}
        case "nash_multi_issue":
            a, b = _vector(k["w1"])[None], _vector(k["w2"])[None]
            _, u = package.logroll(a, b, np.array([_threat(k)]), float(k.get("alpha", "0.5")))
            return {"u1": float(u[0, 0]), "u2": float(u[0, 1])}
        case "nash_side_payments":
            surplus = float(next(v for name, v in k.items() if re.search(r"\bS$", name)))
            d, alpha = _threat(k), float(k.get("alpha", "0.5"))
            u1 = float(nash.side_payment_split(surplus, *d, alpha))
            return {"u1": u1, "u2": surplus - u1}
        case "two_level_TIOLI":
            low, high = _vector(re.search(r"U\[([^\]]*)\]", text)[1])[:2]  # type: ignore[index]
            failure = re.search(rf"({_NUMBER})\s+if\s+ratification\s+fails", text)
            offer, chance = ratification.offer_under_ratification(float(low), float(high), -float(failure[1]) if failure else 0.0)
            return {"offer x": offer, "x": offer, "P(ratify)": chance}
        case "winset_overlap":
            a, b = (_vector(v) for v in re.findall(r"N\(([^)]*)\)", text))
            return {"P(ZOPA)": float(ratification.overlap_chance(a[0], a[1], b[0], b[1]))}
        case "chatterjee_samuelson":
            return {"P(trade)": ratification.private_trade_chance()}
        case "nash_with_winset":
            low = max([0.0, *(float(v) for v in re.findall(rf">=\s*({_NUMBER})", text))])
            high = min([float(k.get("pie", "1")), *(float(v) for v in re.findall(rf"<=\s*({_NUMBER})", text))])
            start = re.search(rf"nash\s+x1\s*=\s*({_NUMBER})", text)
            x, agreed = ratification.constrained_split(float(start[1]) if start else 0.5, low, high)
            return {"x1": float(x), "agreement": float(agreed)}
        case "audience_costs":
            found = {n: float(v) for n, v in re.findall(rf"\b([pc])\s*=\s*({_NUMBER})", text)}
            return {"minimum audience cost a*": float(ratification.audience_cost_needed(found["p"], found["c"]))}
        case "exchange_equal_gain":
            return _exchange(text)
        case "conditional_pce" | "pce":
            return _election(text)
    return {}


def solve_closed_forms(data: Path, example: pd.DataFrame) -> pd.DataFrame:
    """Answers to `closed_forms.csv` under `data`, columns case_id, model, quantity, value, tolerance, off.

    `example` is the published car-emission table (position, salience, capability), which two rows name without repeating it.
    """
    rows = pd.read_csv(data / "closed_forms.csv", dtype={"case_id": str, "model": str, "inputs": str, "quantity": str})
    answers: list[float] = []
    last: dict[str, str] = {}
    for row in list[Any](rows.itertuples()):
        text = str(row.inputs)
        text = last.get(row.case_id, text) if text.strip() == "same" else text
        last.setdefault(str(row.case_id), text)
        try:
            answers.append(_answers(str(row.model), text, lambda: example).get(str(row.quantity), float("nan")))
        except (ValueError, KeyError, IndexError, TypeError, SyntaxError, StopIteration):
            answers.append(float("nan"))
    found = rows[["case_id", "model", "quantity"]].assign(value=answers)
    if {"value", "tolerance"} <= set(rows.columns):
        found = found.assign(tolerance=rows["tolerance"], off=(found["value"] - rows["value"]).abs())
    return found
