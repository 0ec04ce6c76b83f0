"""What exchange of issues is worth as a forecast, beside the weighted mean it starts from.

`python benchmarks/table_exchange.py --data DIR`: DIR holds `deu/` (decided issues, traded inside a dossier) and `bilateral/` (two parties
dividing goods). The difference in MAE has a 90 % bootstrap range over dossiers. This is the evidence behind the weight of "exchange"
among the concepts drawn per world.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from cumbre.backtest.table import _filled, issue_inputs, rows_of
from cumbre.table.allocation import divide
from cumbre.table.exchange import exchange


def decided(data: Path, rounds: tuple[int, ...] = (1, 3, 5, 10)) -> pd.DataFrame:
    """MAE in per cent of the scale over issues of dossiers with at least two issues, by number of trades allowed."""
    issues, groups = issue_inputs(data)
    rows = []
    for dossier, members in issues.groupby(issues["dossier_id"].astype(str)):
        known = [r for r in rows_of(members) if len(groups.get(str(r.issue_id), ())) >= 3]
        if len(known) < 2:
            continue
        actors = sorted({a for r in known for a in groups[str(r.issue_id)]["actor"]})
        x, c = np.full((1, len(known), len(actors)), 0.5), np.zeros((1, len(actors)))
        s = np.zeros_like(x)
        for k, r in enumerate(known):
            g = groups[str(r.issue_id)]
            at = [actors.index(a) for a in g["actor"]]
            x[0, k, at] = (g["position"] - r.scale_low) / (r.scale_high - r.scale_low)
            s[0, k, at], c[0, at] = _filled(g["salience"]), _filled(g["capability"])
        for n in rounds:
            before, after, _ = exchange(x, s, c, n, record=False)
            for k, r in enumerate(known):
                truth = (r.outcome - r.scale_low) / (r.scale_high - r.scale_low)
                if np.isfinite(truth):
                    rows.append((dossier, n, 100 * abs(before[0, k] - truth), 100 * abs(after[0, k] - truth)))
    found = pd.DataFrame(rows, columns=["dossier", "rounds", "mean", "exchange"])
    out = []
    rng = np.random.default_rng(1)
    for n, g in found.groupby("rounds"):
        gap = (g["exchange"] - g["mean"]).groupby(g["dossier"])
        total, size = gap.sum().to_numpy(), gap.size().to_numpy()
        picks = rng.integers(0, len(total), (4000, len(total)))
        low, high = np.quantile(total[picks].sum(1) / size[picks].sum(1), [0.05, 0.95])
        out.append((n, len(g), g["mean"].mean(), g["exchange"].mean(), low, high))
    return pd.DataFrame(out, columns=["rounds", "issues", "MAE weighted mean", "MAE exchange", "gap low", "gap high"])


def divided(data: Path) -> pd.DataFrame:
    """Mean error of both sides' shares of their own maximum, over episodes that ended in a deal."""
    rows = []
    for _, g in pd.read_csv(data / "episodes.csv").groupby("episode_id", sort=False):
        q, a, b = (g[name].fillna(0).to_numpy(float) for name in ("quantity", "value_a", "value_b"))
        top = np.array([q @ a, q @ b])
        if not g["agreed"].iloc[0] or g["got_a"].isna().any() or (top <= 0).any():
            continue
        x = np.broadcast_to([1.0, 0.0], (1, len(q), 2))
        s = np.maximum(np.stack([q * a / top[0], q * b / top[1]], -1), 1e-6)[None]
        before, after, _ = exchange(x, s, np.ones((1, 2)), 5, record=False)
        fair = divide(q.astype(int), a, b)
        truth = np.array([(g["got_a"] * a).sum(), (g["got_b"] * b).sum()]) / top
        said = {"weighted mean": before[0], "exchange": after[0]}
        shares = {name: np.array([(z * q) @ a, ((1 - z) * q) @ b]) / top for name, z in said.items()}
        shares["Kalai-Smorodinsky"] = np.array([fair.share_a, fair.share_b])
        rows.append(
            {"source": str(g["source"].iloc[0]).split("-")[0], **{n: np.abs(v - truth).mean() for n, v in shares.items()}}
        )
    frame = pd.DataFrame(rows).groupby("source")
    return frame.mean().assign(episodes=frame.size()).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of bargaining data with deu/ and bilateral/")
    args = parser.parse_args()
    pd.set_option("display.width", 200, "display.max_columns", 20, "display.float_format", "{:,.4g}".format)
    print("decided issues, traded inside a dossier\n", decided(args.data / "deu").to_string(index=False))
    print("\ntwo parties dividing goods: error of shares\n", divided(args.data / "bilateral").to_string(index=False))


if __name__ == "__main__":
    main()
