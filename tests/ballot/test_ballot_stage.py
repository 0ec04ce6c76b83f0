"""The ballot of a case: what must hold in every world, and what each row of the case does."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from ballot_rows import AS_OF, SHARES, election, make_case, poll, primary_case, usual_polls  # type: ignore[import-not-found]

from cumbre import ballot, priors
from cumbre.ballot.learning import BallotPrior
from cumbre.errors import InputError
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.worlds import BLOCK, Worlds

DRAWS = BLOCK


def run(case: Case, draws: int = DRAWS, seed: int = 7, first: int = 0, home: xr.Dataset | None = None) -> xr.Dataset:
    worlds = Worlds.start(case.id, case.as_of, draws=draws, seed=seed, first=first)
    if home is not None:
        worlds = worlds.add("home", home)
    return ballot.simulate(case, worlds)["ballot"]


def change(change_id: str, kind: str, candidate: str = "", **more: Any) -> s.FieldChange:
    return s.FieldChange(id=change_id, date=more.pop("date", dt.date(2031, 2, 20)), candidate=candidate, change=kind, **more)


@pytest.fixture(scope="module")
def plain() -> xr.Dataset:
    return run(make_case())


@pytest.fixture(scope="module")
def cards() -> xr.Dataset:
    return run(primary_case())


def test_shares_add_to_100_in_every_world(plain: xr.Dataset, cards: xr.Dataset) -> None:
    for b in (plain, cards):
        share = b["share1"].to_numpy()
        np.testing.assert_allclose(share.sum(axis=1), 100, atol=1e-3)
        assert share.min() >= 0
        assert share.max() <= 100
        held = b["runoff_held"].to_numpy() == 1
        second = b["share2"].to_numpy()
        np.testing.assert_allclose(second[held].sum(axis=1), 100, atol=1e-3)
        assert np.isnan(second[~held]).all()
        assert 0 < held.mean() < 1


def test_one_winner_a_world_and_it_is_the_one_the_shares_name(plain: xr.Dataset) -> None:
    names = plain["candidate"].to_numpy()
    winner = plain["winner"].to_numpy()
    chance = [(winner == i).mean() for i in range(len(names))]
    assert sum(chance) == pytest.approx(1)
    assert chance[list(names).index("blank")] == 0
    held = plain["runoff_held"].to_numpy() == 1
    second = plain["share2"].to_numpy()[:, names != "blank"]
    assert np.array_equal(second[held].argmax(axis=1), winner[held])
    top = np.sort(second[held], axis=1)
    np.testing.assert_allclose(top[:, -1] - top[:, -2], plain["margin2"].to_numpy()[held], atol=1e-3)
    first = plain["rank1"].to_numpy().argmin(axis=1)
    assert np.array_equal(first[~held], winner[~held])
    assert (plain["share1"].to_numpy()[np.arange(DRAWS), first][~held] > 50).all()
    assert (plain["share1"].to_numpy()[held].max(axis=1) <= 50 + 1e-4).all()


def test_finalists_are_the_first_two(plain: xr.Dataset) -> None:
    held = plain["runoff_held"].to_numpy() == 1
    two = plain["rank1"].to_numpy() <= 2
    assert np.array_equal(plain["in_runoff"].to_numpy()[held] == 1, two[held])
    assert plain["in_runoff"].to_numpy()[~held].sum() == 0


def test_the_forecast_centres_on_the_polls_and_is_wider_than_sampling(plain: xr.Dataset) -> None:
    ana = plain["share1"].sel(candidate="ana").to_numpy()
    total = sum(SHARES.values())
    assert ana.mean() == pytest.approx(100 * SHARES["ana"] / total, abs=3)
    low, high = np.quantile(ana, [0.05, 0.95])
    assert high - low > 10


def test_the_blank_vote_is_under_its_polls(plain: xr.Dataset) -> None:
    polled = 100 * SHARES["blank"] / sum(SHARES.values())
    assert plain["blank1"].to_numpy().mean() < 0.75 * polled
    np.testing.assert_allclose(plain["blank1"], plain["share1"].sel(candidate="blank"), rtol=1e-5)


def test_any_split_gives_the_same_bytes() -> None:
    case = primary_case()
    whole = run(case, draws=BLOCK + 700)
    parts = [run(case, draws=BLOCK), run(case, draws=700, first=BLOCK)]
    for name in whole.data_vars:
        joined = np.concatenate([p[name].to_numpy() for p in parts])
        assert joined.tobytes() == whole[name].to_numpy().tobytes(), name


def test_order_of_rows_changes_nothing(plain: xr.Dataset) -> None:
    case = make_case()
    turned = case.change(candidates=tuple(reversed(case.candidates)), polls=tuple(reversed(case.polls)))
    again = run(turned)
    for name in ("share1", "winner", "share2", "turnout1"):
        np.testing.assert_array_equal(again[name].to_numpy(), plain[name].to_numpy())


def test_a_poll_of_one_person_changes_next_to_nothing(plain: xr.Dataset) -> None:
    ghost = poll("ghost", 2, {"ana": 5.0, "bea": 90.0, "caro": 5.0}, "H3", n=1)
    again = run(make_case(polls=(*usual_polls(), *ghost)))
    moved = (again["share1"] - plain["share1"]).mean("draw")
    assert float(abs(moved).max()) < 0.6


def test_the_same_poll_in_two_halves(plain: xr.Dataset) -> None:
    rows = [r for r in usual_polls() if r.poll_id != "p5"]
    last = [r for r in usual_polls() if r.poll_id == "p5"]
    halves = [r.model_copy(update={"poll_id": f"{r.poll_id}{h}", "sample_size": 600}) for h in "ab" for r in last]
    again = run(make_case(polls=(*rows, *halves)))
    np.testing.assert_allclose(again["share1"].to_numpy(), plain["share1"].to_numpy(), atol=1e-3)


def test_who_withdraws_has_no_votes_after(plain: xr.Dataset) -> None:
    b = run(make_case(field=(change("out", "withdraws", "bea"),)))
    assert b["share1"].sel(candidate="bea").to_numpy().max() == 0
    assert b["on_ballot"].sel(candidate="bea").to_numpy().max() == 0
    gain = (b["share1"] - plain["share1"]).mean("draw")
    assert float(gain.sel(candidate="dora")) > 2 * float(gain.sel(candidate="ana")) / 34 * 8, (
        "neighbours gain most for their size"
    )
    assert float(gain.sel(candidate="dora")) > 2


def test_a_chance_of_being_barred_is_met_in_that_share_of_worlds() -> None:
    b = run(make_case(field=(change("maybe", "barred", "caro", probability=0.3),)))
    assert 1 - b["on_ballot"].sel(candidate="caro").to_numpy().mean() == pytest.approx(0.3, abs=0.04)


def test_what_is_known_already_is_not_drawn_again() -> None:
    entered = change("in", "enters", "caro", date=dt.date(2031, 1, 1))
    people = tuple(c.model_copy(update={"standing": 0.4}) if c.id == "caro" else c for c in make_case().candidates)
    b = run(make_case(candidates=people, field=(entered,)))
    assert b["on_ballot"].sel(candidate="caro").to_numpy().mean() == pytest.approx(0.4, abs=0.04)


def test_a_dated_event_lets_support_move_at_once() -> None:
    """A jump between the old polls and the last one makes the state follow the last one, for the candidate it names."""
    late = poll("last", 1, {**SHARES, "caro": 22.0, "ana": 28.0}, "H1")
    calm = make_case(polls=(*usual_polls(), *late))
    told = calm.change(field=(change("launch", "enters", "caro", date=AS_OF - dt.timedelta(days=2)),))
    caro = list(ballot.fit(calm).field.ids).index("caro")
    a, b = ballot.fit(calm).expected[caro], ballot.fit(told).expected[caro]
    assert b > a + 0.005
    after = calm.change(field=(change("launch", "enters", "caro", date=AS_OF),))
    wider = [f.support.estimate.variance()[list(f.support.active).index(caro)] for f in (ballot.fit(calm), ballot.fit(after))]
    assert wider[1] > wider[0] + 0.02


def test_endorsement_sends_the_votes_where_it_says() -> None:
    plain_out = run(make_case(field=(change("x", "withdraws", "dora"),)))
    told = run(make_case(field=(change("x", "endorses", "dora", target="caro"),)))
    gain = (told["share1"] - plain_out["share1"]).mean("draw")
    assert float(gain.sel(candidate="caro")) > 1.0
    assert told["share1"].sel(candidate="dora").to_numpy().max() == 0


def test_primaries_name_one_winner_who_stands_and_losers_do_not(cards: xr.Dataset) -> None:
    names = list(cards["candidate"].to_numpy())
    winner = cards["primary_winner"].sel(primary="right_card").to_numpy()
    assert set(winner) <= {names.index("dora"), names.index("elsa")}
    on = cards["on_ballot"].to_numpy()
    for who in ("dora", "elsa"):
        i = names.index(who)
        assert np.array_equal(on[:, i] == 1, winner == i)
    assert (cards["primary_winner"].sel(primary="centre_card") == names.index("caro")).all()
    share = cards["primary_share"].to_numpy()
    np.testing.assert_allclose(share.sum(axis=2), 100, atol=1e-3)
    votes = cards["primary_votes"].to_numpy()
    np.testing.assert_allclose(votes.sum(axis=2), cards["primary_votes_total"], rtol=1e-4)
    assert (winner == names.index("dora")).mean() > 0.5


def test_the_winner_of_a_primary_inherits(cards: xr.Dataset, plain: xr.Dataset) -> None:
    names = list(cards["candidate"].to_numpy())
    won = cards["primary_winner"].sel(primary="right_card").to_numpy() == names.index("dora")
    alone = plain["share1"].sel(candidate="dora").to_numpy()[won].mean()
    assert cards["share1"].sel(candidate="dora").to_numpy()[won].mean() > 1.3 * alone


def test_a_cancelled_primary_has_no_winner_and_its_members_stand() -> None:
    off = change("off", "primary_cancelled", target="right_card")
    b = run(primary_case(field=(off,)))
    assert (b["primary_winner"].sel(primary="right_card") == -1).all()
    assert (b["primary_votes_total"].sel(primary="right_card") == 0).all()
    assert (b["on_ballot"].sel(candidate=["dora", "elsa"]) == 1).all()


def test_barred_from_the_primary_still_may_stand() -> None:
    b = run(primary_case(field=(change("bar", "barred_from_primary", "elsa", target="right_card"),)))
    names = list(b["candidate"].to_numpy())
    assert (b["primary_winner"].sel(primary="right_card") == names.index("dora")).all()
    assert (b["on_ballot"].sel(candidate="elsa") == 1).all()


def test_polls_inside_a_primary_move_it(cards: xr.Dataset) -> None:
    asked = poll("inside", 5, {"dora": 20.0, "elsa": 70.0}, n=900, round=0, question="primary", primary="right_card")
    b = run(primary_case(polls=(*usual_polls(), *asked)))
    elsa = list(b["candidate"].to_numpy()).index("elsa")
    before = (cards["primary_winner"].sel(primary="right_card") == elsa).to_numpy().mean()
    after = (b["primary_winner"].sel(primary="right_card") == elsa).to_numpy().mean()
    assert after > before + 0.2


def test_a_judged_head_start_moves_the_primary_until_polls_of_it_come(cards: xr.Dataset) -> None:
    case = primary_case()
    people = tuple(c.model_copy(update={"primary_lean": 1.5}) if c.id == "elsa" else c for c in case.candidates)
    b = run(case.change(candidates=people))
    elsa = list(b["candidate"].to_numpy()).index("elsa")
    chance = [float((d["primary_winner"].sel(primary="right_card") == elsa).mean()) for d in (cards, b)]
    assert chance[1] > chance[0] + 0.2
    assert "ballot.primary_lean.elsa" in ballot.passports(case.change(candidates=people), ballot.fit(case))
    asked = poll("inside", 5, {"dora": 70.0, "elsa": 20.0}, n=3000, round=0, question="primary", primary="right_card")
    told = run(case.change(candidates=people, polls=(*case.polls, *asked)))
    assert float((told["primary_winner"].sel(primary="right_card") == elsa).mean()) < chance[1] - 0.3


def test_voters_choose_between_cards(cards: xr.Dataset) -> None:
    """A stronger field on one card takes voters from the other: the split moves, the total does not shrink for it."""
    right = cards["primary_votes_total"].sel(primary="right_card").to_numpy()
    total = cards["primary_votes_total"].sum("primary").to_numpy()
    strength = cards["share1_without_shift"].sel(candidate=["dora", "elsa"]).sum("candidate").to_numpy()
    assert np.corrcoef(strength, right / total)[0, 1] > 0.1
    assert 1100 < total.mean() / 1000 < 3400


def test_list_struck_of_a_list_that_is_no_primary_touches_nobody(plain: xr.Dataset) -> None:
    b = run(make_case(field=(change("list", "list_struck", target="a list for the House"),)))
    np.testing.assert_array_equal(b["share1"].to_numpy(), plain["share1"].to_numpy())


def home_shift(left: float, right: float) -> xr.Dataset:
    values = np.tile(np.array([left, right], dtype=np.float32), (DRAWS, 1))
    return xr.Dataset({"shift": (("draw", "bloc"), values)}, {"bloc": ["left", "right"]})


def test_the_shift_of_home_enters_before_the_first_round(plain: xr.Dataset) -> None:
    b = run(make_case(), home=home_shift(2.0, 0.0))
    np.testing.assert_array_equal(b["share1_without_shift"].to_numpy(), plain["share1"].to_numpy())
    gain = (b["share1"] - b["share1_without_shift"]).sel(candidate="ana")
    np.testing.assert_allclose(gain, 2.0, atol=1e-3)
    np.testing.assert_allclose(b["share1"].sum("candidate"), 100, atol=1e-3)
    ana = list(b["candidate"].to_numpy()).index("ana")
    assert (b["winner"] == ana).mean() > (plain["winner"] == ana).mean()


def test_adding_a_candidate_leaves_other_addresses_alone() -> None:
    """Turnout, blank votes and chances of change are drawn at addresses of their own."""
    case = make_case(field=(change("maybe", "barred", "caro", probability=0.3),))
    more = case.change(candidates=(*case.candidates, s.Candidate(id="zoe", name="Zoe", bloc="left", x=1, y=0.5, standing=0.5)))
    a, b = run(case), run(more)
    np.testing.assert_array_equal(a["turnout1"].to_numpy(), b["turnout1"].to_numpy())
    np.testing.assert_array_equal(
        a["on_ballot"].sel(candidate="caro").to_numpy(), b["on_ballot"].sel(candidate="caro").to_numpy()
    )  # fmt: skip


@pytest.mark.parametrize("rule", ["plurality", "argentina", "costa_rica", "majority"])
def test_rules_are_data(rule: str) -> None:
    b = run(make_case(election=election(rule=rule, blank_valid=False)))
    assert b["share1"].sel(candidate="blank").to_numpy().max() == 0
    np.testing.assert_allclose(b["share1"].sum("candidate"), 100, atol=1e-3)
    held = b["runoff_held"].to_numpy().mean()
    assert held == 0 if rule == "plurality" else 0.02 < held < 1
    assert (b["winner"] >= 0).all()
    assert (b["blank1"] > 0).all()


def test_polls_of_the_pair_pull_the_run_off() -> None:
    asked = poll("pair", 5, {"ana": 40.0, "bea": 56.0}, n=1500, round=2, question="pair")
    case = make_case()
    with_pair = make_case(polls=(*usual_polls(), *asked))
    fitted, told = ballot.fit(case), ballot.fit(with_pair)
    assert fitted.pairs is not None
    assert told.pairs is not None
    n = int(np.flatnonzero((told.pairs.a == 0) & (told.pairs.b == 1))[0])
    assert told.pairs.quantile[n].mean() < fitted.pairs.quantile[n].mean() - 0.05
    b, c = run(case), run(with_pair)

    def wins(data: xr.Dataset) -> float:
        both = (data["in_runoff"].sel(candidate=["ana", "bea"]).sum("candidate") == 2).to_numpy()
        return float((data["winner"].to_numpy()[both] == 0).mean())

    assert wins(c) < wins(b) - 0.1


def test_errors_of_the_two_rounds_go_together(plain: xr.Dataset) -> None:
    both = (plain["in_runoff"].sel(candidate=["ana", "bea"]).sum("candidate") == 2).to_numpy()
    first = plain["share1"].sel(candidate="ana").to_numpy()[both]
    second = plain["share2"].sel(candidate="ana").to_numpy()[both]
    assert np.corrcoef(first, second)[0, 1] > 0.15


def test_three_name_lists_and_bloc_questions_are_not_read_as_open(plain: xr.Dataset) -> None:
    three = poll("three", 3, {"ana": 46.0, "bea": 25.0, "caro": 25.0, "blank": 4.0}, n=3000, question="list")
    as_list = run(make_case(polls=(*usual_polls(), *three)))
    as_open = run(make_case(polls=(*usual_polls(), *[r.model_copy(update={"question": "open"}) for r in three])))

    def caro(b: xr.Dataset) -> float:
        return float(b["share1"].sel(candidate="caro").mean())

    assert abs(caro(as_list) - caro(plain)) < abs(caro(as_open) - caro(plain))
    inside = poll("bloc", 3, {"dora": 45.0}, n=900, question="bloc")
    inside_run = run(make_case(polls=(*usual_polls(), *inside)))
    gain = inside_run["share1"].sel(candidate="dora").mean() - plain["share1"].sel(candidate="dora").mean()
    assert 0 < float(gain) < 6


def test_a_headline_of_two_names_speaks_of_those_two_alone(plain: xr.Dataset) -> None:
    two = poll("headline", 1, {"ana": 30.0, "bea": 33.0}, "H1", n=4000)
    b = run(make_case(polls=(*usual_polls(), *two)))
    ratio = [float(np.log(d["share1"].sel(candidate="ana").mean() / d["share1"].sel(candidate="bea").mean())) for d in (plain, b)]
    assert ratio[1] < ratio[0]
    caro = [float(d["share1"].sel(candidate="caro").mean()) for d in (plain, b)]
    assert caro[1] == pytest.approx(caro[0], abs=0.8)


def test_a_wider_prior_never_narrows_an_interval(plain: xr.Dataset) -> None:
    case = make_case()
    prior = BallotPrior.from_dict(priors.load("ballot"))
    wide = replace(prior, common=replace(prior.common, level=prior.common.level + 0.4))
    worlds = Worlds.start(case.id, case.as_of, draws=DRAWS, seed=7)
    b = ballot.simulate(case, worlds, ballot.fit(case, wide))["ballot"]
    for name in ("ana", "bea", "caro", "dora", "elsa"):
        width = [np.diff(np.quantile(d["share1"].sel(candidate=name), [0.05, 0.95]))[0] for d in (plain, b)]
        assert width[1] > width[0], name


def test_nearer_the_vote_is_surer() -> None:
    near = make_case(election=election(first_round=dt.date(2031, 2, 8), runoff=dt.date(2031, 3, 1)))
    spread = [float(run(c)["share1"].sel(candidate="ana").std()) for c in (make_case(), near)]
    assert spread[1] < spread[0]


def test_a_late_surge_is_possible_and_rare(plain: xr.Dataset) -> None:
    elsa = plain["share1"].sel(candidate="elsa").to_numpy()
    assert 0 < (elsa > 20).mean() < 0.06


def test_thin_cases_get_an_honest_answer() -> None:
    no_polls = run(make_case(polls=()))
    np.testing.assert_allclose(no_polls["share1"].sum("candidate"), 100, atol=1e-3)
    assert float(no_polls["share1"].sel(candidate="ana").std()) > 2
    nothing = run(make_case(election=None))
    assert set(nothing.data_vars) == {"on_ballot"}
    nobody = run(make_case(candidates=(), polls=()))
    assert set(nobody.data_vars) == {"on_ballot"}
    one = run(make_case(candidates=make_case().candidates[:1], polls=()))
    assert (one["winner"] == 0).all()
    assert (one["runoff_held"] == 0).all()


def test_tables_and_passports_of_thin_cases() -> None:
    for case in (make_case(polls=()), make_case(election=None), make_case(candidates=(), polls=()), primary_case()):
        fitted = ballot.fit(case)
        tables = ballot.readout(case, fitted)
        assert {"polls", "trend", "moved", "houses", "transfers", "pairs", "calibration", "pit"} <= set(tables)
        assert all(k.startswith("ballot.") and k == p.id for k, p in ballot.passports(case, fitted).items())


def test_polls_dated_after_as_of_are_refused() -> None:
    late = [r.model_copy(update={"published": AS_OF + dt.timedelta(days=1)}) for r in usual_polls()[:7]]
    with pytest.raises(InputError, match="after the as-of date"):
        ballot.fit(make_case(polls=tuple(late)))


CONTRADICTIONS = [
    ({"polls": tuple(poll("p", 3, {"ana": 60.0, "bea": 50.0}))}, "add to 110"),
    ({"field": (change("x", "withdraws", "nobody"),)}, "not in candidates.csv"),
    ({"field": (change("x", "endorses", "ana", target="nobody"),)}, "mend the target"),
    (
        {"candidates": (s.Candidate(id="ana", name="A", bloc="left", x=1, y=0, primary="none_such"),), "polls": ()},
        "no row of primaries",
    ),
    ({"candidates": (s.Candidate(id="blank", name="B", bloc="left", x=1, y=0),), "polls": ()}, "another id"),
]


@pytest.mark.parametrize(("tables", "words"), CONTRADICTIONS)
def test_contradictions_are_refused_with_the_mend(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        ballot.fit(make_case(**tables))


def test_fit_is_deterministic_and_travels() -> None:
    case = primary_case()
    a, b = ballot.fit(case), pickle.loads(pickle.dumps(ballot.fit(case)))
    np.testing.assert_array_equal(a.expected, b.expected)
    np.testing.assert_array_equal(a.support.utility, b.support.utility)


def test_readout_says_what_each_poll_moved() -> None:
    case = make_case()
    odd = poll("odd", 2, {**SHARES, "ana": 44.0, "bea": 16.0}, "H4", n=3000)
    case = case.change(polls=(*case.polls, *odd))
    fitted = ballot.fit(case)
    tables = ballot.readout(case, fitted)
    moved = tables["moved"].set_index(["poll_id", "candidate"])["moved"]
    assert moved["odd", "ana"] > 0 > moved["odd", "bea"]
    houses = tables["houses"].set_index(["pollster", "candidate"])["effect"]
    assert houses["H4", "ana"] > 0 > houses["H4", "bea"]
    weights = tables["polls"].set_index("poll_id")["weight"]
    assert weights.sum() == pytest.approx(100)
    assert weights["odd"] > weights["p0"]
    trend = tables["trend"]
    last = trend[(trend["date"] == AS_OF) & (trend["candidate"] == "ana")].iloc[0]
    assert last["low80"] < last["low50"] < last["median"] < last["high50"] < last["high80"]
    assert last["median"] == pytest.approx(100 * fitted.expected[list(fitted.field.ids).index("ana")], abs=1.5)
    assert len(trend[trend["candidate"] == "ana"]) == 61
    transfers = tables["transfers"].groupby("from")["share"].sum()
    np.testing.assert_allclose(transfers, 100)


def test_numbers_carry_their_label() -> None:
    case = primary_case()
    found = ballot.passports(case, ballot.fit(case))
    assert found["ballot.error.scale_20"].label == "selected"
    assert "extrapolated" in found["ballot.error.scale_20"].note
    assert found["ballot.standing.ana"].label == "judged"
    assert found["ballot.support.ana"].label == "estimated"
    assert found["ballot.primary.right_card"].low == 900_000
