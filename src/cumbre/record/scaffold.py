"""A new case folder: every file there, commented, and valid from the first minute."""

from __future__ import annotations

import datetime as dt
import inspect
import os
import re
import shutil
import tempfile
import textwrap
from pathlib import Path

from cumbre.errors import UsageError
from cumbre.record import schema as s
from cumbre.record.loader import TABLES

__all__ = ["columns_of", "scaffold"]

_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*$")

_CASE = """# What the case is. Everything a reader or a stage needs to know before the tables.
id = "{name}"
title = "{name}: say in a few words what the two governments meet about"
title_es = "{name}: di en pocas palabras de qué tratan los dos gobiernos"
as_of = {today}            # nothing later than this day is read
horizon = {horizon}          # worlds run up to this day
languages = ["en", "es"]
home = "AAA"                  # the government whose audiences and election are forecast
principals = ["AAA", "BBB"]   # ids of actors.csv

# The meeting, if there is or was one. tone: cordial, neutral, hostile or unknown.
# [meeting]
# date = {today}
# place = "City"
# setting = "private"         # or "public": cameras raise audience costs
# deal_announced = false
# tone = "unknown"
# known = {today}             # since when it is public that they meet

# The election, if one is forecast. Needs polls.csv and candidates.csv.
# rule: majority (50 % + 1 of valid votes), majority_blank (blank votes count as valid), argentina, costa_rica, plurality.
# [election]
# id = "aa-2027"
# country = "AAA"
# first_round = 2027-05-30
# runoff = 2027-06-20
# inauguration = 2027-08-07
# rule = "majority"
# blank_valid = false
# turnout1 = [50.0, 55.0, 60.0]        # low, most likely, high; per cent of the roll
# turnout2 = [50.0, 55.0, 60.0]
# turnout_basis = "turnout of the last two elections"
# roll_thousands = 10000
# leader = "Name of the sitting leader"
# leader_bloc = "left"
# successor = ""                       # candidate id of the leader's side, if there is one
# blocs = {{ left = "Left", centre = "Centre", right = "Right" }}

# A third party that may help the two to agree; strengths from 0 to 1.
# [[mediator]]
# actor = "CCC"
# between = ["AAA", "BBB"]
# issues = ["tariff"]
# engages = 0.3
# information = 0.2
# basis = "why you judge so"

# An outsider who reacts when an issue moves.
# [[spoiler]]
# actor = "DDD"
# watches = "security"
# above = 2
# chance = 0.3
# moves = "talks"
# to = 0
# basis = "why you judge so"

# A named scenario for the workbench.
# [[preset]]
# id = "tariff-25"
# title = "A tariff of 25 %"
# do = ["table.value['tariff', '{horizon}'] = 25"]
"""

_ISSUE = """# One [[issue]] for each thing on the table. Take the comment signs away and write your own.
# kind: numeric (a scale with a unit), count (whole numbers), ordered (labelled steps 0, 1, 2, ...), binary (0 or 1).
#
# [[issue]]
# id = "tariff"
# title = "Duty on most goods"
# title_es = "Arancel a la mayoría de los bienes"
# kind = "numeric"
# unit = "per cent"
# unit_es = "por ciento"
# low = 0
# high = 50
# history = [{ date = 2026-01-01, value = 10, source_id = "paper-2026-01-01" }]   # the last value is the status quo
# best = 0                    # for the home government
# worst = 50
# likely = 10
# deciders = ["BBB"]          # whose consent a change needs; one = it can act alone
# at_stake = "Who feels it, in a sentence."
# at_stake_es = "Quién lo siente, en una frase."
# change_within = [0.02, 0.08, 0.20]       # base rate: chance that it changes at all in 180 days
# change_basis = "how often such duties changed in the last years"
# delivery_days = [1, 14, 60]              # from settlement to being in force
# delivery_chance = [0.7, 0.85, 0.95]
# reversion = [{ value = 25, chance = 0.05, basis = "threatened twice, not carried out" }]   # where talks fail
# needs = [{ issue = "security", at_least = 2 }]      # hard linkage
# soft_links = { security = 0.3 }                     # moves together with
# ratifiers = [{ actor = "BBB_SENATE", threshold = 0.5, support = [0.4, 0.5, 0.6], basis = "seats" }]
"""

_QUESTIONS = """# Forecasts that resolve. The expression is the language of `cumbre ask`.
#
# [[question]]
# id = "tariff-up"
# text = "Is the duty above 10 per cent on the last day of the year?"
# expression = "table.value['tariff', '2026-12-31'] > 10"
# close_date = 2026-12-31
# topic = "trade"
# resolution = "official gazette of BBB"
"""

_README = """# {name}

Say here, for a reader, what the case is about: who meets, since when they quarrel, what each wants, what is at stake at home.

Fill the tables in this order, and run `cumbre check {name}` after each: sources.csv, actors.csv, events.csv, issues.toml,
positions.csv, audiences.csv, channels.csv; then, with an election, candidates.csv, polls.csv, calendar.csv. Lines that start
with # are comments.
Every row names a source (an id of sources.csv) or says in `basis` how it was judged. Then `cumbre brief {name}`.
"""


def columns_of(model: type[s.Row]) -> list[str]:
    """Columns of a table, as its header writes them."""
    return [field.alias or name for name, field in model.model_fields.items() if name not in ("line", "known")] + ["known"]


def _table_text(name: str, model: type[s.Row]) -> str:
    words = inspect.cleandoc(model.__doc__ or "")
    comments = [f"# {line}" for paragraph in words.split("\n\n") for line in textwrap.wrap(" ".join(paragraph.split()), 118)]
    for field_name, field in model.model_fields.items():
        if field.description and field_name != "line":
            comments.append(f"# {field.alias or field_name}: {field.description}")
    rows = [",".join(columns_of(model))]
    if name == "actors":
        for actor, label in (("AAA", "Home government"), ("BBB", "Other government")):
            cells = {"id": actor, "name": label, "kind": "state", "country": actor, "side": actor, "basis": "principal"}
            rows.append(",".join(cells.get(column, "") for column in columns_of(model)))
    return "\n".join([*comments, *rows]) + "\n"


def scaffold(target: Path | str, today: dt.date) -> Path:
    """Write a commented case folder that passes `cumbre check`, whole or not at all; returns its path.

    Raises UsageError where the name cannot be one, the folder exists, or its parent cannot be written to.
    """
    path = Path(target)
    name = path.name
    if not _NAME.match(name):
        raise UsageError(f"{name!r} cannot name a case; start with a letter, then letters, digits, '-' and '_'")
    if path.exists():
        raise UsageError(f"{path} exists; choose another name, or remove it first")
    parent = path.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise UsageError(f"{parent} is not a folder that can be written to; choose another place")
    horizon = today + dt.timedelta(days=180)
    try:
        work = Path(tempfile.mkdtemp(dir=parent, prefix=f".{name}-"))
    except OSError as error:
        raise UsageError(f"{parent} cannot be written to ({error.strerror}); choose another place") from None
    try:
        (work / "case.toml").write_text(_CASE.format(name=name, today=today, horizon=horizon), encoding="utf-8")
        (work / "issues.toml").write_text(_ISSUE, encoding="utf-8")
        (work / "questions.toml").write_text(_QUESTIONS, encoding="utf-8")
        (work / "README.md").write_text(_README.format(name=name), encoding="utf-8")
        for table, (model, _) in TABLES.items():
            (work / f"{table}.csv").write_text(_table_text(table, model), encoding="utf-8")
        work.chmod(0o755)
        work.rename(path)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return path
