"""The home stage on a case: worlds, channels, audiences, tables, honesty, absence of inputs."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_rows import AS_OF, audience, channel, issue, poll  # type: ignore[import-not-found]

from cumbre import home
from cumbre.errors import InputError, WorldsError
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.worlds import Worlds

MakeCase = Callable[..., Case]
MakeWorlds = Callable[..., Worlds]


def run(case: Case, worlds: Worlds) -> Any:
    return home.simulate(case, worlds)["home"]


def test_group_has_the_fixed_variables(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    group = run(case, make_worlds(case, value={"duty": [(20, 0.0)]}, events=[]))
    weeks = group["week_day"].values
    assert weeks[0] == 0
    assert weeks[-1] == 182
    assert (np.diff(weeks) == 7).all()
    for name, dims in {
        "approval": ("draw", "week"), "approval_shock": ("draw", "week"), "shift": ("draw", "bloc"), "channel": ("draw", "path"),
        "acceptance": ("draw", "audience"), "gain": ("draw", "audience"), "protest": ("draw",), "rally": ("draw",),
    }.items():  # fmt: skip
        assert group[name].dims == dims
        assert np.isfinite(group[name].values).all()
    assert list(group["path"].values) == [c.id for c in case.channels]
    assert ((group["approval"] > 0) & (group["approval"] < 100)).all()
    assert ((group["acceptance"] >= 0) & (group["acceptance"] <= 1)).all()


def test_any_split_gives_the_same_bytes(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    more = {"value": {"duty": [(20, 0.0), (60, 25.0)]}, "events": [("BBB", "AAA", "SANCTION", 30), ("AAA", "BBB", "THREATEN", 9)]}
    fitted = home.fit(case)
    whole = home.simulate(case, make_worlds(case, draws=3000, **more), fitted)
    parts = [
        home.simulate(case, make_worlds(case, draws=2048, **more), fitted),
        home.simulate(case, make_worlds(case, draws=952, first=2048, **more), pickle.loads(pickle.dumps(fitted))),
    ]
    joined = Worlds.concat(parts)["home"]
    for name in joined.data_vars:
        assert joined[name].values.tobytes() == whole["home"][name].values.tobytes(), name


def test_worlds_survive_their_file(make_case: MakeCase, make_worlds: MakeWorlds, tmp_path: Any) -> None:
    case = make_case()
    worlds = home.simulate(case, make_worlds(case, draws=300))
    worlds.save(tmp_path / "w.nc")
    assert np.array_equal(Worlds.load(tmp_path / "w.nc")["home"]["channel"].values, worlds["home"]["channel"].values)


def test_cordial_meeting_sixteen_weeks_before_leaves_almost_nothing(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    group = run(case, make_worlds(case, draws=20_000))
    points = group["channel"].values.sum(axis=1)
    low, high = np.quantile(points, [0.05, 0.95])
    assert abs(points.mean() - 0.1) < 0.15
    assert -1.0 < low < -0.3
    assert 0.6 < high < 1.3
    left = group["approval_shock_at_vote"].values
    assert 0 < left.mean() < 0.8
    assert group["approval_shock"].values[:, 0].mean() > 3 * left.mean()


def test_without_a_meeting_table_or_relation_nothing_moves(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case(meeting=None, channels=(channel("passed_on", "approval", "normal(0.3, 0.1)"),))
    group = run(case, make_worlds(case))
    assert not group["approval_shock"].values.any()
    assert not group["shift"].values.any()
    assert np.allclose(group["gain"].values, 0)


def test_shifts_sum_to_zero_and_the_gainer_gains(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case(channels=(channel("sure", "meeting", "point(2)"),))
    shift = run(case, make_worlds(case))["shift"].values
    assert shift[0].tolist() == [2.0, -2.0]
    assert np.allclose(shift.sum(axis=1), 0, atol=1e-5)


def test_losses_are_shared_by_size() -> None:
    from cumbre.home.channels import shift_of_blocs

    shift = shift_of_blocs(np.array([[3.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), np.array([0.4, 0.4, 0.2]))
    assert shift[0] == pytest.approx([3.0, -2.0, -1.0])
    assert shift[1] == pytest.approx([-0.5, -0.5, 1.0])
    assert shift_of_blocs(np.array([[1.0]]), np.ones(1)).tolist() == [[0.0]]


def test_switch_turns_a_channel_off_and_moves_no_other(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    off = case.change(channels=tuple(c.model_copy(update={"on": 0}) if c.id == "attack_line" else c for c in case.channels))
    a, b = (run(c, make_worlds(c))["channel"] for c in (case, off))
    assert not b.sel(path="attack_line").values.any()
    assert a.drop_sel(path="attack_line").equals(b.drop_sel(path="attack_line"))


def test_adding_a_channel_changes_no_other(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    more = case.change(channels=(channel("new", "meeting", "normal(1, 1)"), *case.channels))
    a, b = (run(c, make_worlds(c))["channel"] for c in (case, more))
    assert a.equals(b.drop_sel(path="new"))


def test_channels_fade_with_their_half_life(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    days = 114 + 3  # from the meeting to the vote
    case = make_case(
        channels=(
            channel("slow", "meeting", "point(1)"), channel("fast", "meeting", "point(1)", half=days / 7),
            channel("gone", "meeting", "point(1)", half=0.5),
        )
    )  # fmt: skip
    slow, fast, gone = run(case, make_worlds(case))["channel"].values[0]
    assert (slow, fast) == pytest.approx((1.0, 0.5))
    assert gone < 1e-6


def test_far_votes_keep_only_what_does_not_fade(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    far = case.election.model_copy(update={"first_round": dt.date(2036, 5, 31)})  # type: ignore[union-attr]
    later = case.change(election=far, horizon=dt.date(2036, 8, 7))
    points = run(later, make_worlds(later))["channel"]
    assert np.abs(points.sel(path="attack_line").values).max() < 1e-6
    assert np.abs(points.sel(path="passed_on").values).max() < 1e-6
    assert points.sel(path="visa_homes").values.std() > 0.1


def test_issue_channel_counts_units_in_force_on_the_day(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case(
        channels=(channel("tariff", "issue:duty", "point(-0.03)"), channel("fading", "issue:duty", "point(1)", half=4.0))
    )
    early = run(case, make_worlds(case, value={"duty": [(86, 30.0)]}))["channel"].values[0]
    assert early == pytest.approx([-0.6, 20 * 0.5])
    late = run(case, make_worlds(case, value={"duty": [(130, 30.0)]}))["channel"].values[0]
    assert late.tolist() == [0.0, 0.0]


def test_event_channel_opens_with_its_event(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case(
        channels=(channel("blow", "event:BBB:AAA:SANCTION", "point(1)"), channel("any", "event:*:AAA:*", "point(1)", half=2.0))
    )
    hit = run(case, make_worlds(case, events=[("BBB", "AAA", "SANCTION", 100)]))["channel"].values[0]
    assert hit == pytest.approx([1.0, 0.5])
    for events in ([("BBB", "AAA", "SANCTION", 120)], [("AAA", "BBB", "SANCTION", 50)], [("BBB", "AAA", "SANCTION", -1)], []):
        assert not run(case, make_worlds(case, events=events))["channel"].values.any()


def test_approval_channel_passes_on_what_is_left(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case(channels=(channel("half", "approval", "point(0.5)"),))
    group = run(case, make_worlds(case))
    assert group["channel"].values[:, 0] == pytest.approx(0.5 * group["approval_shock_at_vote"].values, abs=1e-5)


def test_channel_to_approval_moves_approval_and_not_the_vote_twice(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case(
        channels=(channel("scandal", "meeting", "point(-4)", to="approval"), channel("pass", "approval", "point(0.5)"))
    )
    base = make_case(channels=(channel("pass", "approval", "point(0.5)"),))
    a, b = (run(c, make_worlds(c)) for c in (case, base))
    assert (a["approval_shock"] - b["approval_shock"]).values == pytest.approx(-4.0, abs=1e-4)
    assert (a["shift"] - b["shift"]).sel(bloc="left").values == pytest.approx(-2.0, abs=1e-4)


def test_only_strong_events_shock_and_never_twice(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    quiet = make_case(meeting=None)
    one = [("BBB", "AAA", "SANCTION", 7)]
    group = run(quiet, make_worlds(quiet, draws=8192, events=one))
    hit = group["struck"].values.astype(bool)
    assert hit.mean() == pytest.approx(0.1, abs=0.02)
    assert not group["approval_shock"].values[~hit].any()
    many = [("BBB", "AAA", "SANCTION", 7)] * 30
    peak = group["input_coercion_peak"].values
    crowded = run(quiet, make_worlds(quiet, draws=8192, events=many))["approval_shock"].values
    assert (np.abs(crowded).max(axis=1) <= np.abs(peak) + 1e-3).all()


def test_own_belligerence_costs_and_never_pays(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    quiet = make_case(meeting=None)
    group = run(quiet, make_worlds(quiet, events=[("AAA", "BBB", "THREATEN", 90)] * 5))
    assert (group["belligerence"].values >= 0).all()
    assert group["belligerence"].values.mean() > 0
    assert (group["approval_shock"].values <= 1e-6).all()


def test_a_step_back_beyond_a_red_line_costs_more_in_public(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    row = s.Position(actor="AAA", issue="duty", low=0, mode=5, high=10, salience=0.9, capability=50, red_line=15, basis="judged")
    costs = {}
    for setting in ("private", "public"):
        meeting = s.Meeting(date=dt.date(2026, 2, 3), tone="cordial", setting=setting)  # type: ignore[arg-type]
        case = make_case(positions=(row,), meeting=meeting)
        inside = run(case, make_worlds(case, value={"duty": [(20, 14.0)]}))
        assert not inside["inconsistency"].values.any()
        beyond = run(case, make_worlds(case, value={"duty": [(20, 35.0)]}))
        costs[setting] = beyond["inconsistency"].values.mean()
        assert (beyond["acceptance"].values <= inside["acceptance"].values + 1e-6).mean() > 0.4
    assert 0 < costs["private"] < costs["public"]
    assert costs["public"] == pytest.approx(2 * costs["private"], rel=1e-3)


def test_who_gains_and_who_pays(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    worlds = home.simulate(case, make_worlds(case, value={"duty": [(20, 0.0)]}))
    table = home.groups(case, worlds).set_index("audience")
    assert table["verdict"].to_dict() == {"workers": "gains", "makers": "pays"}
    accept = table["acceptance"]
    assert accept["workers"] > 0.5 > accept["makers"]
    assert table.loc["workers", "gain"] == pytest.approx(100 * 0.25**2, rel=1e-4)


def test_support_rises_towards_the_majority(make_case: MakeCase) -> None:
    from cumbre.home.audiences import audience_table
    from cumbre.record.winsets import support

    table = audience_table(make_case(audiences=(audience("workers", 0.85, 0.0, "left"), audience("makers", 0.15, 40.0, "right"))))
    assert table is not None
    weight = table.home_weights("AAA")
    assert weight.sum() == pytest.approx(1.0)
    levels = [float(support(table.accept(table.gain(np.array([v]))), weight)) for v in (30.0, 20.0, 10.0, 0.0)]
    assert levels == sorted(levels)
    harder = replace(table, threshold=table.threshold + 0.1)
    assert (harder.accept(harder.gain(np.array([5.0]))) < table.accept(table.gain(np.array([5.0])))).all()


def test_first_order_support_matches_the_full_one_for_small_steps(make_case: MakeCase) -> None:
    from cumbre.home.audiences import audience_table, step_support
    from cumbre.record.winsets import support

    table = audience_table(make_case())
    assert table is not None
    a, b = table.support_slopes("AAA")
    weight, zero = table.home_weights("AAA"), np.zeros(1)
    before = float(support(table.accept(table.gain(np.array([10.0]))), weight))
    after = float(support(table.accept(table.gain(np.array([9.8]))), weight))
    linear = float(step_support(table.status_quo + zero, table.scaled(np.array([9.8])), a, b)[0])
    assert linear == pytest.approx(after - before, rel=0.02)


def test_outcome_and_meeting_together_stay_inside_the_library(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case(audiences=(audience("all", 1.0, 0.0),), issues=(issue(status_quo=40.0),))
    fitted = home.fit(case)
    group = run(case, make_worlds(case, status_quo=40.0, value={"duty": [(7, 0.0)]}))
    low, high = fitted.meeting_bounds
    assert (group["approval_shock"].values >= low - 1e-3).all()
    assert (group["approval_shock"].values <= high + 1e-3).all()
    assert (group["approval_shock"].values[:, 1] >= high - 1e-3).any()


@pytest.mark.parametrize("missing", ["approval", "channels", "audiences", "issues", "election", "meeting"])
def test_works_without(missing: str, make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    gone: dict[str, Any] = {missing: None if missing in ("election", "meeting") else ()}
    if missing == "issues":
        gone["audiences"] = ()
    case = make_case(**gone)
    worlds = home.simulate(case, make_worlds(case, draws=500))
    group = worlds["home"]
    assert np.isfinite(group["approval"].values).all()
    assert ("channel" in group) == (missing != "channels")
    assert ("gain" in group) == (missing not in ("audiences", "issues"))
    for table in home.readout(case).values():
        assert table is not None
    home.channel_table(case, worlds)
    home.groups(case, worlds)
    assert home.evidence_shares(case, worlds)["share"].sum() == pytest.approx(0 if missing == "channels" else 1, abs=1e-6)
    assert all(p.id == key and key.startswith("home.") for key, p in home.passports(case).items())


def test_bare_case_gives_the_prior_alone(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case(approval=(), channels=(), audiences=(), issues=(), election=None, meeting=None)
    group = run(case, make_worlds(case, draws=4096))
    assert 8 < group["approval"].values[:, 0].std() < 25
    assert "shift" not in group


def test_future_rows_change_nothing_once_cut(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    from cumbre.record.as_of import cut

    case = make_case()
    later = poll("later", AS_OF + dt.timedelta(days=20), 80.0)
    blow = s.Event(
        id="blow", date=AS_OF + dt.timedelta(days=5), source="BBB", target="AAA", type=s.Kind.SANCTION, mode="material", intensity=-9,
        summary="a blow", source_id="src",
    )  # fmt: skip
    spoiled = case.change(approval=(*case.approval, later), events=(blow,))
    a, b = (run(c, make_worlds(c, draws=400)) for c in (case, cut(spoiled, AS_OF)))
    assert a.equals(b)


def test_later_polls_tell_the_meeting_apart(make_case: MakeCase) -> None:
    meeting = s.Meeting(date=AS_OF - dt.timedelta(days=60), tone="cordial")
    polls = [
        poll(f"q{k}", AS_OF - dt.timedelta(days=7 * k + 1), 40 + (9 if 7 * k + 1 < 60 else 0) * 0.5 ** max((60 - 7 * k) / 35, 0))
        for k in range(40)
    ]
    case = make_case(approval=tuple(polls), meeting=meeting)
    row = home.readout(case)["events"].iloc[-1]
    assert row["event"] == "meeting"
    assert row["library_mean"] < row["both_mean"] < row["polls_mean"]
    assert row["separable"]


def test_past_shocks_are_strong_foreign_and_apart(make_case: MakeCase) -> None:
    def event(id_: str, days: int, intensity: float, source: str = "BBB", kind: s.Kind = s.Kind.THREATEN) -> s.Event:
        return s.Event(
            id=id_, date=AS_OF - dt.timedelta(days=days), source=source, target="AAA", type=kind, mode="verbal", intensity=intensity,
            summary=id_, source_id="src",
        )  # fmt: skip

    case = make_case(
        events=(
            event("weak", 200, -4), event("near", 105, -6), event("strong", 100, -8), event("third", 150, -9, "CCC"),
            event("warm", 50, 7, kind=s.Kind.AGREE),
        )
    )  # fmt: skip
    found = home.fit(case).events
    assert [e.id for e in found] == ["strong", "warm", "meeting"]
    assert [e.kind for e in found] == ["coercion", "cooperation", "cooperation"]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"channels": (channel("c", "meeting", "point(1)", bloc="north"),)}, "moves bloc 'north'.*left, right"),
        ({"channels": (channel("c", "meeting", "gauss(1)"),)}, "no prior"),
        ({"audiences": (audience("a", 1.0, 0.0, issue="visas"),)}, "issue 'visas'.*duty"),
    ],
)
def test_contradictions_are_named(tables: dict[str, Any], words: str, make_case: MakeCase) -> None:
    with pytest.raises(InputError, match=words):
        home.fit(make_case(**tables))


def test_tables_of_worlds_ask_for_the_stage(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    with pytest.raises(WorldsError, match="simulate it first"):
        home.channel_table(case, make_worlds(case))


def test_channel_table_and_evidence_add_up(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    case = make_case()
    worlds = home.simulate(case, make_worlds(case, draws=8192))
    table = home.channel_table(case, worlds)
    assert table["variance_share"].sum() == pytest.approx(1.0)
    assert set(table["label"]) == {"judged"}
    shares = home.evidence_shares(case, worlds).set_index("label")["share"]
    assert shares.sum() == pytest.approx(1.0)
    assert shares["judged"] > 0.8
    assert shares["selected"] > 0
    assert abs(shares["interaction"]) < 0.15


def test_the_flip_of_a_channel_brings_the_mean_shift_to_zero(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    rows = (channel("for", "meeting", "point(2)"), channel("against", "meeting", "point(3)", bloc="right", group_share=0.5))
    case = make_case(channels=rows)
    table = home.channel_table(case, home.simulate(case, make_worlds(case))).set_index("channel")
    flipped = rows[1].model_copy(update={"prior": f"point({table.loc['against', 'flip_at']})"})
    again = make_case(channels=(rows[0], flipped))
    assert table.loc["against", "flip_at"] == pytest.approx(4.0)
    assert run(again, make_worlds(again))["shift"].values == pytest.approx(0.0, abs=1e-5)


def test_every_prior_of_a_channel_has_its_passport(make_case: MakeCase) -> None:
    case = make_case()
    found = home.passports(case)
    for c in case.channels:
        assert found[f"home.channel.{c.id}"].label == c.label
        assert found[f"home.channel.{c.id}"].rule.startswith(f"prior {c.prior}")
    assert all(p.label for p in found.values())
    assert found["home.level_now"].n == len(case.approval)


def test_crowds_follow_the_record(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    def crowd(k: int) -> s.Event:
        return s.Event(
            id=f"c{k}", date=AS_OF - dt.timedelta(days=30 * k + 1), source="AAA_PUBLIC", target="AAA_GOV", type=s.Kind.PROTEST,
            mode="material", intensity=-4, summary="march", source_id="src",
        )  # fmt: skip

    actors = (
        s.Actor(id="AAA_PUBLIC", name="Public", kind="public", side="AAA"),
        s.Actor(id="AAA_GOV", name="Gov", kind="government", side="AAA"),
    )  # fmt: skip
    calm, loud = make_case(), make_case(events=tuple(crowd(k) for k in range(12)), actors=actors)
    a, b = (run(c, make_worlds(c)) for c in (calm, loud))
    assert b["protest"].values.mean() > 0.8 > a["protest"].values.mean()
    assert abs(b["rally"].values.mean() - a["rally"].values.mean()) < 0.2


def test_rallies_answer_blows_where_the_record_says_so(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    def event(id_: str, days: int, kind: s.Kind, source: str, target: str, intensity: float) -> s.Event:
        return s.Event(
            id=id_, date=AS_OF - dt.timedelta(days=days), source=source, target=target, type=kind, mode="material", intensity=intensity,
            summary=id_, source_id="src",
        )  # fmt: skip

    blows = [event(f"b{k}", 40 * k + 20, s.Kind.SANCTION, "BBB", "AAA", -8) for k in range(6)]
    answers = [event(f"a{k}", 40 * k + 17, s.Kind.PROTEST, "AAA", "BBB", -3) for k in range(6)]
    case = make_case(events=(*blows, *answers))
    fitted = home.fit(case)
    assert fitted.answered == (6, 6)
    assert fitted.rallies.count == 0
    group = run(case, make_worlds(case, events=[("BBB", "AAA", "SANCTION", 30)] * 3))
    struck = group["struck"].values.astype(bool)
    rally = group["rally"].values.astype(bool)
    assert rally[struck].mean() > 0.8
    assert rally[~struck].mean() < 0.4


def test_groups_name_what_they_carry(make_case: MakeCase, make_worlds: MakeWorlds) -> None:
    rows = (s.Exposure(id="trade", measure="exports to BBB", value=29.6, unit="per cent", source_id="src"),)
    people = (audience("workers", 1.0, 0.0, exposure="trade"),)
    case = make_case(exposures=rows, audiences=people)
    table = home.groups(case, home.simulate(case, make_worlds(case, draws=300)))
    assert table.loc[0, "exposure_words"] == "exports to BBB: 29.6 per cent"
