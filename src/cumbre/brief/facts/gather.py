"""All facts of one study, in the order in which the page needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cumbre.brief.facts.ballot import BallotFacts, ballot_facts
from cumbre.brief.facts.changed import ChangedFacts, changed_facts
from cumbre.brief.facts.home import HomeFacts, home_facts
from cumbre.brief.facts.outcomes import Outcome, outcomes
from cumbre.brief.facts.pack import Variable, pack_worlds
from cumbre.brief.facts.packages import PackageFacts, package_facts
from cumbre.brief.facts.record import RecordFacts, record_facts
from cumbre.brief.facts.relation import RelationFacts, relation_facts
from cumbre.brief.facts.study import Study
from cumbre.brief.facts.table import TableFacts, table_facts
from cumbre.brief.facts.track import TrackFacts, track_facts
from cumbre.brief.facts.watch import WatchFacts, watch_facts
from cumbre.brief.facts.why import Tornado, why_facts
from cumbre.questions import Changes

__all__ = ["Facts", "gather"]


@dataclass(frozen=True)
class Facts:
    """What the page says, before any word; a stage that did not run is None."""

    record: RecordFacts | None
    relation: RelationFacts | None
    table: TableFacts | None
    packages: tuple[PackageFacts, ...]
    home: HomeFacts | None
    ballot: BallotFacts | None
    outcomes: tuple[Outcome, ...]
    why: tuple[Tornado, ...]
    watch: WatchFacts
    track: TrackFacts
    changed: ChangedFacts | None
    pack: tuple[Variable, ...]


def gather(study: Study, *, changes: Changes | None = None, track: Mapping[str, Any] | None = None) -> Facts:
    """Read the worlds and the record once; the languages share the result."""
    record, relation, table = record_facts(study), relation_facts(study), table_facts(study)
    home, ballot = home_facts(study), ballot_facts(study)
    followed = outcomes(study, ballot)
    return Facts(
        record, relation, table, package_facts(study), home, ballot, followed, why_facts(study, followed),
        watch_facts(study, ballot), track_facts(study, track), changed_facts(study, changes), pack_worlds(study, table, ballot),
    )  # fmt: skip
