"""What the table learns from a case before any draw: arrays on 0-1 scales, groups of issues, bounds, base rates.

Everything here is deterministic. Axes: issue (K, case order), row (R, position rows), actor (A, actors with positions),
group (G, pairs of sides that bargain over some issues), side (2, the two sides of a group).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["Fitted", "Group", "Judged"]

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """Numbers that no data set gives; each is a prior with its reason, shown in the passports.

    model_weights   bilateral mix of concepts; from how well each predicts human splits, and from DEU for the rest; exchange of issues
                    is worth no more there than the mean it starts from, so it shares the weight of the compromise
    deal_odds       log-odds by which a deal raises the chance that an issue of its group changes
    pressure_odds   log-odds by one sd of the decider's distance from the status quo
    slope_sd        spread of the breakdown slope: people dividing goods are not states
    votes_worth     weight of audiences against the state's own interest in a leader's utility
    audience_cost   extra weight on a leader's own stated position, for a wholly visible concession in public; a third in private
    term_drag       speed of the talks after the home country's first round, when the successor is known
    lapse           chance that a deal made by the person and not by the state lapses at the change of government
    relation_odds   log-odds of a deal by one point of drift of the cooperation-conflict index
    second_speed    how fast a value that has changed changes again, against its base rate
    announced_odds  log-odds of a deal where one was announced by the as-of date
    red_line_holds  chance that a coded red line is one
    actor_share, source_share   share of a position's error that an actor has on all issues, and that a source has throughout
    salience_sd, capability_sigma   spread of salience (0-1) and of log capability
    winset_noise    sd of a win-set's bound, share of the scale
    reversion_cap   largest share of the changes without a deal that take a reversion value
    tolerance       loss of utility that an audience lets pass in public for a wholly visible issue; twice that behind closed doors
    """

    model_weights: tuple[tuple[str, float], ...] = (
        ("kalai_smorodinsky", 0.35), ("nash", 0.30), ("compromise", 0.10), ("election", 0.15), ("challenge", 0.05),
        ("exchange", 0.05),
    )  # fmt: skip
    deal_odds: float = 1.5
    pressure_odds: float = 0.5
    slope_sd: float = 3.0
    votes_worth: float = 0.3
    audience_cost: float = 0.3
    term_drag: float = 0.6
    lapse: float = 0.5
    relation_odds: float = 0.15
    second_speed: float = 0.6
    announced_odds: float = 2.5
    red_line_holds: float = 0.9
    actor_share: float = 0.30
    source_share: float = 0.15
    salience_sd: float = 0.12
    capability_sigma: float = 0.35
    winset_noise: float = 0.07
    reversion_cap: float = 0.9
    tolerance: float = 0.04


@dataclass(frozen=True)
class Group:
    """Two sides that bargain over some issues, and how likely a deal between them is within 180 days."""

    name: str
    sides: tuple[str, str]
    issues: Ints
    rate: float
    principal: bool


@dataclass(frozen=True)
class Fitted:
    """The table of a case as arrays; see the module for the axes. Positions and bounds are on 0-1 of each issue's scale."""

    issue_ids: tuple[str, ...]
    kinds: tuple[str, ...]
    low: Array
    span: Array
    step: Array  # (K,) smallest move as a share of the scale
    status_quo: Array  # (K,) 0-1
    base_rate: Array  # (K, 3) low, mode, high of change within 180 days
    visibility: Array
    outlives: Bools
    deadline: Array  # (K,) day, or horizon
    delivery_days: Array  # (K, 3)
    delivery_chance: Array  # (K, 3)
    reversions: tuple[tuple[tuple[float, float], ...], ...]  # an issue: (value 0-1, chance)
    ratifiers: tuple[
        tuple[int, str, str, float, tuple[float, float, float], bool], ...
    ]  # issue, actor, side, threshold, support, veto
    needs: tuple[tuple[int, int, float, float], ...]  # issue, needed issue, at_least, at_most (0-1)
    links: Array  # (K, K)
    parts_of: tuple[tuple[int, int], ...]  # issue, the issue that contains it
    # position rows
    row_issue: Ints
    row_actor: Ints
    row_low: Array
    row_mode: Array
    row_high: Array
    row_salience: Array
    row_capability: Array
    row_red: Array  # nan = none
    row_red_above: Bools  # nothing above the red line (else nothing below)
    row_source: Ints
    row_ask: Array  # +1, -1: along which way the actor asks for more
    row_decides: Bools
    row_side: tuple[str, ...]
    actor_ids: tuple[str, ...]
    source_ids: tuple[str, ...]
    # groups
    groups: tuple[Group, ...]
    group_of: Ints  # (K,)
    single_decider: Bools  # (K,)
    side_weight: Array  # (K, 2, R) weight of each row in the ideal point of the group's sides
    side_own: Array  # (K, 2) salience of each side's state on the issue
    side_personal: Array  # (K, 2) extra salience where the leader gains in person
    side_audience: Array  # (K, 2) mean ideal point of the audiences, nan = none
    side_audience_salience: Array  # (K, 2)
    side_mode: Array  # (K, 2) stated position
    winset_low: Array  # (K, 2)
    winset_high: Array  # (K, 2)
    power: Array  # (G,) bargaining power of the first side
    outside: Array  # (G, 2) outside option of each side, share of its cost of failure
    public: bool
    announced: bool
    horizon: int
    first_round: int  # day, or -1
    term_end: int  # day, or -1
    mediators: tuple[tuple[int, float, float, float, float, bool], ...]  # group, engages, information, money, guarantee, agenda
    mediated: Bools  # (M, K)
    spoilers: tuple[tuple[int, float, bool, float, int, float], ...]  # watched, above, upwards, chance, moved, to
    imposed: tuple[tuple[int, int, float], ...]  # issue, day, value 0-1
    principals: tuple[str, str]
    slope: float  # breakdown slope, shipped
    kernel_sd: float
    judged: Judged = field(default_factory=Judged)
    # calibrated on the reference design
    change_shift: Array = field(default_factory=lambda: np.zeros(0))  # (K,)
    deal_shift: Array = field(default_factory=lambda: np.zeros(0))  # (G,)
    mean_nash: Array = field(default_factory=lambda: np.zeros(0))  # (G,)
    pressure_mean: Array = field(default_factory=lambda: np.zeros(0))  # (K,)
    pressure_sd: Array = field(default_factory=lambda: np.zeros(0))  # (K,)
    reached: Array = field(default_factory=lambda: np.zeros(0))  # (K,) chance of change on the reference design after calibration
    model: str = ""  # one concept for all worlds, or empty: the mix

    @property
    def target(self) -> Array:
        """(K,) mean of the base rate within min(180, horizon) days."""
        low, mode, high = self.base_rate.T
        mean = (low + 4 * mode + high) / 6
        return np.asarray(1 - (1 - mean) ** (min(180, self.horizon) / 180))
