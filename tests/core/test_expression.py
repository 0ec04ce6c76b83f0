"""The language of questions: it agrees with Python where it overlaps, and refuses the rest with a caret."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from cumbre.errors import ExpressionError
from cumbre.expression import evaluate, parse, parse_assignment, paths
from cumbre.worlds import Worlds

AS_OF = date(2026, 2, 6)


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    """Four worlds made by hand, every number known."""
    start = Worlds.start("t", AS_OF, draws=4, seed=1)
    relation = xr.Dataset(
        {
            "event_day": (("draw", "slot"), np.array([[1, 5, -1], [10, -1, 3], [-1, -1, -1], [2, 3, 4]], np.int16)),
            "index": (("draw", "pair", "week"), np.arange(8, dtype=np.float32).reshape(4, 1, 2)),
        },
        coords={
            "slot_source": ("slot", ["USA", "USA", "COL"]), "slot_target": ("slot", ["COL", "COL", "USA"]),
            "slot_kind": ("slot", ["SANCTION", "SANCTION", "CONSULT"]), "pair": ["COL-USA"], "week_day": ("week", [0, 7]),
        },
        attrs={"horizon": 100},
    )  # fmt: skip
    table = xr.Dataset(
        {
            "value": (("draw", "issue", "step"), np.array([[[10, 25, 10]], [[10, 0, 0]], [[10, 15, 0]], [[10, 0, 0]]], np.float32)),
            "value_day": (("draw", "issue", "step"), np.array([[[0, 5, 9]], [[0, -1, -1]], [[0, 30, -1]], [[0, -1, -1]]], np.int16)),
            "settled": (("draw", "issue", "step"), np.array([[[0, 1, 0]], [[0, 0, 0]], [[0, 1, 0]], [[0, 0, 0]]], np.int8)),
        },
        coords={"issue": ["us_tariff"]}, attrs={"horizon": 100},
    )  # fmt: skip
    home = xr.Dataset(
        {"approval": (("draw", "week"), np.array([[30, 37], [40, 40], [50, 43], [20, 27]], np.float32)),
         "shift": (("draw", "bloc"), np.array([[0.1], [-0.2], [0.0], [1.0]], np.float32))},
        coords={"week_day": ("week", [0, 7]), "bloc": ["left"]},
    )  # fmt: skip
    ballot = xr.Dataset(
        {
            "share1": (("draw", "candidate"), np.array([[40, 35], [51, 30], [20, 45], [33, 33]], np.float32)),
            "share2": (("draw", "candidate"), np.array([[52, 48], [np.nan, np.nan], [45, 55], [50.5, 49.5]], np.float32)),
            "rank1": (("draw", "candidate"), np.array([[1, 2], [1, 2], [2, 1], [1, 2]], np.int8)),
            "in_runoff": (("draw", "candidate"), np.array([[1, 1], [0, 0], [1, 1], [1, 1]], np.int8)),
            "runoff_held": ("draw", np.array([1, 0, 1, 1], np.int8)), "winner": ("draw", np.array([0, 0, 1, 0], np.int16)),
            "margin2": ("draw", np.array([4, np.nan, 10, 1], np.float32)), "turnout1": ("draw", np.full(4, 54, np.float32)),
            "primary_winner": (("draw", "primary"), np.array([[1], [1], [-1], [0]], np.int16)),
            "primary_share": (("draw", "primary", "candidate"), np.full((4, 1, 2), 50, np.float32)),
            "primary_votes": (("draw", "primary", "candidate"), np.full((4, 1, 2), 1e6, np.float32)),
            "primary_votes_total": (("draw", "primary"), np.full((4, 1), 2e6, np.float32)),
        },
        coords={"candidate": ["ana", "ben"], "candidate_bloc": ("candidate", ["left", "right"]), "primary": ["p1"]},
    )  # fmt: skip
    return start.add("relation", relation).add("table", table).add("home", home).add("ballot", ballot)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ballot.winner == 'ana'", [1, 1, 0, 1]),
        ("ballot.winner_bloc != 'left'", [0, 0, 1, 0]),
        ("ballot.winner in ['ana', 'ben']", [1, 1, 1, 1]),
        ("ballot.winner not in ('ben',)", [1, 1, 0, 1]),
        ("ballot.share1['ana'] > 33", [1, 1, 0, 0]),
        ("33 <= ballot.share1['ana'] <= 45", [1, 0, 0, 1]),
        ("ballot.share2['ana'] > 50", [1, 0, 0, 1]),
        ("not ballot.runoff_held", [0, 1, 0, 0]),
        ("ballot.runoff_held and ballot.margin2 < 5", [1, 0, 0, 1]),
        ("ballot.in_runoff['ana'] or ballot.rank1['ana'] == 1", [1, 1, 1, 1]),
        ("abs(ballot.share1['ana'] - ballot.share1['ben']) <= 5", [1, 0, 0, 1]),
        ("max(ballot.share1['ana'], ballot.share1['ben']) - min(ballot.share1['ana'], 40) > 10", [0, 1, 1, 0]),
        ("round(ballot.turnout1) == 54", [1, 1, 1, 1]),
        ("ballot.primary['p1'].winner == 'ben'", [1, 1, 0, 0]),
        ("ballot.primary['p1'].votes_total > 1.9e6 and ballot.primary['p1'].share['ana'] == 50", [1, 1, 1, 1]),
        ("ballot.primary['p1'].votes['ben'] < 1", [0, 0, 0, 0]),
        ("table.value['us_tariff', '2026-02-11'] > 10", [1, 0, 0, 0]),
        ("table.value['us_tariff', '2026-02-15'] > 10", [0, 0, 0, 0]),
        ("table.settled['us_tariff', '2026-03-08']", [0, 0, 1, 0]),
        ("relation.events['USA','COL','SANCTION','2026-02-06','2026-02-12'] >= 1", [1, 0, 0, 1]),
        ("relation.events['USA','COL','sanction','2026-02-06','2026-02-12'] == 2", [1, 0, 0, 1]),
        ("relation.events['*','*','*','2026-02-09','2026-02-10'] >= 1", [0, 1, 0, 1]),
        ("relation.index['USA','COL','2026-02-06'] == 2", [0, 1, 0, 0]),
        ("home.approval['2026-02-08'] == 32", [1, 0, 0, 0]),
        ("home.shift['left'] > 0", [1, 0, 0, 1]),
    ],
)
def test_every_name_of_the_language(worlds: Worlds, text: str, expected: list[int]) -> None:
    assert worlds.mask(text).astype(int).tolist() == expected


@pytest.mark.parametrize(
    ("text", "words", "position"),
    [
        ("ballot.winner = 'ana'", "a single '=' does not compare", 14),
        ("balot.winner == 'ana'", "did you mean 'ballot'", 0),
        ("ballot.winner == 'anna'", "did you mean 'ana'", None),
        ("ballot.share1['x'] > 1", "unknown candidate 'x'", 14),
        ("ballot.share1 > 1", "needs [candidate]", 7),
        ("ballot.share1[1] > 1", "put ids and dates in quotes", 14),
        ("table.value['us_tarif', '2026-03-01'] > 1", "did you mean 'us_tariff'", 12),
        ("table.value['us_tariff', '2026-02-30'] > 1", "'2026-02-30' is not a date", 12),
        ("table.value['us_tariff', '2025-02-01'] > 1", "is before 2026-02-06", 12),
        ("table.value['us_tariff', '2027-02-01'] > 1", "after the horizon", 12),
        ("table.value['us_tariff'] > 1", "needs [issue, date]", 12),
        ("relation.events['USA','COL','SANCTIONS','2026-02-07','2026-03-01'] > 0", "did you mean 'SANCTION'", 16),
        ("relation.events['USA','PER','SANCTION','2026-02-07','2026-03-01'] > 0", "unknown side 'PER'", 16),
        ("relation.events['USA','COL','SANCTION','2026-03-07','2026-03-01'] > 0", "before it starts", 16),
        ("__import__('os').system('true')", "unknown function '__import__'", 0),
        ("ballot.winner.__class__ == 'x'", "something after the value", None),
        ("(lambda: 1)()", "unexpected ':'", 7),
        ("1 if 2 else 3", "unexpected 'if'", 2),
        ("ballot.winner == 'ana", "close the quotation mark", 17),
        ("ballot.share1['ana'] and ballot.runoff_held", "needs a condition on each side", 21),
        ("ballot.winner > 3", "needs numbers", None),
        ("ballot.share1['ana'] == 'ana'", "compared with a text", None),
        ("ballot.margin2", "a value, not a condition", None),
        ("2 ** 1000 > 1", "too large", None),
        ("abs(1, 2) > 0", "does not take 2 values", None),
        ("(" * 200 + "1" + ")" * 200 + " > 0", "nested too deeply", None),
        ("", "the expression is empty", 0),
    ],
)  # fmt: skip
def test_faults_point_at_themselves(worlds: Worlds, text: str, words: str, position: int | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        worlds.mask(text)
    assert words in str(caught.value)
    if position is not None:
        assert caught.value.position == position
        assert str(caught.value).splitlines()[-1] == "  " + " " * position + "^"


class _Nothing:
    draws = 1

    def resolve(self, path: object) -> float:
        return 3.0


@given(
    st.recursive(
        st.integers(0, 9).map(str),
        lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        max_leaves=20,
    )
)
def test_arithmetic_agrees_with_python(text: str) -> None:
    import ast

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            left, right = value(node.left), value(node.right)
            return {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}[type(node.op)]
        assert isinstance(node, ast.Constant)
        return float(str(node.value))

    assert float(evaluate(parse(text), _Nothing())) == value(ast.parse(text, mode="eval").body)


@given(st.text(max_size=60))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert paths(tree) is not None


def test_precedence_is_that_of_python() -> None:
    for text in ("1 + 2 * 3", "-2 ** 2", "2 ** 3 ** 2", "7 // 2 % 2", "10 - 3 - 2", "2 * -3"):
        expected = {"1 + 2 * 3": 7, "-2 ** 2": -4, "2 ** 3 ** 2": 512, "7 // 2 % 2": 1, "10 - 3 - 2": 5, "2 * -3": -6}[text]
        assert float(evaluate(parse(text), _Nothing())) == expected
    assert bool(evaluate(parse("not 1 > 2 and 2 > 1 or 1 > 2"), _Nothing()))


def test_assignments_hold_a_path_and_a_literal() -> None:
    path, value = parse_assignment("table.value['us_tariff', '2026-03-01'] = -2.5")
    assert path.parts == ("table", "value", ("us_tariff", "2026-03-01"))
    assert value == -2.5
    for text, words in (
        ("x == 3", "expected '='"),
        ("3 = x", "starts with a name"),
        ("x = y", "number or a text"),
        ("x = 1 2", "one value"),
    ):
        with pytest.raises(ExpressionError, match=words):
            parse_assignment(text)
