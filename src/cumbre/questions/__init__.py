"""What is asked of the worlds: questions, ledger, scores, what changed, what to watch, replay.

>>> from cumbre.record import load
>>> case = load("washington-2026")
>>> headlines(case)[0].unit
'chance'
"""

from cumbre.questions.answers import Answer, answers_frame, ask, write_answers
from cumbre.questions.asked import Asked, read_questions
from cumbre.questions.changed import Change, Changes, changed
from cumbre.questions.checking import check_questions
from cumbre.questions.headlines import Headline, Value, headlines, values
from cumbre.questions.ledger import Ledger, Sealed, ledger_path, read_ledger, resolve, seal, verify
from cumbre.questions.replay import replay, replay_table
from cumbre.questions.score import score_command, score_text
from cumbre.questions.track import Rival, TrackRecord, read_rival, track_record
from cumbre.questions.watch import Indicator, watch
from cumbre.questions.whatif import compare, read_scenario, scenario_toml, whatif

__all__ = [
    "Answer", "Asked", "Change", "Changes", "Headline", "Indicator", "Ledger", "Rival", "Sealed", "TrackRecord", "Value",
    "answers_frame", "ask", "changed", "check_questions", "compare", "headlines", "ledger_path", "read_ledger",
    "read_questions", "read_rival", "read_scenario", "replay", "replay_table", "resolve", "scenario_toml", "score_command",
    "score_text", "seal", "track_record", "values", "verify", "watch", "whatif", "write_answers",
]  # fmt: skip
