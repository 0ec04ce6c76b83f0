"""Joint draws, the currency of the house.

A `Worlds` value holds N joint draws. Each stage adds one group of variables, dimension `draw` first, and edits none.
Draw 17 of `ballot` is the election in the same world as draw 17 of `table`, so "given that" is a filter.

Randomness is addressed, not consumed: the numbers behind a variable come from (seed, stage, name, block), so adding an
actor, changing a scenario or splitting the work over processes changes no other number. A block is `BLOCK` draws.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from cumbre.errors import UsageError, WorldsError
from cumbre.expression import evaluate_condition, evaluate_number, parse
from cumbre.vocabulary import Vocabulary, day_number

__all__ = ["BLOCK", "FEWEST", "Chance", "Stream", "Worlds", "day_number"]

BLOCK = 2048
"""Draws that share one address; simulation runs block by block, so any split gives the same bytes."""

FEWEST = 200
"""Under this many worlds a chance is not reported: "too few worlds to say"."""

FloatArray = npt.NDArray[np.float64]
Condition = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Chance:
    """A probability read from worlds.

    `p` is the share of worlds, `mc_error` its Monte Carlo standard error sqrt(p (1 - p) / n), `n` the worlds counted.
    """

    p: float
    mc_error: float
    n: int

    @property
    def sayable(self) -> bool:
        """Whether enough worlds stand behind the number."""
        return self.n >= FEWEST


class _Key(np.random.bit_generator.ISeedSequence):
    """A given key as a seed: the same numbers as `Philox(key=...)`, which asks the system for entropy first and throws it away."""

    def __init__(self, key: npt.NDArray[np.uint64]) -> None:
        self.key = key

    def generate_state(self, n_words: int, dtype: npt.DTypeLike = np.uint64) -> npt.NDArray[Any]:
        """The key itself, whatever length is asked for."""
        return self.key.view(dtype)


@dataclass(frozen=True)
class Stream:
    """Random numbers at one address (seed, stage, name), for draws `first` to `first + draws`.

    Every method returns an array whose first dimension is the draw; the same draw gets the same numbers whatever the
    number of draws, of workers or of other streams.

    >>> a = Stream(7, "table", "kernel", 0, 3).normal(2)
    >>> b = Stream(7, "table", "kernel", 0, 5).normal(2)
    >>> bool((a == b[:3]).all())
    True
    """

    seed: int
    stage: str
    name: str
    first: int
    draws: int

    def generator(self, block: int) -> np.random.Generator:
        """The generator of one block."""
        key = hashlib.blake2b(f"{self.seed}\x1f{self.stage}\x1f{self.name}\x1f{block}".encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(_Key(np.frombuffer(key, dtype=np.uint64))))  # type: ignore[arg-type]

    def draw(self, sample: Callable[[np.random.Generator, int], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Blocks of `sample(generator, BLOCK)`, joined along the draw and cut to this stream's draws."""
        if self.draws == 0:
            return sample(self.generator(0), BLOCK)[:0]
        first, last = self.first // BLOCK, (self.first + self.draws - 1) // BLOCK
        parts = [sample(self.generator(block), BLOCK) for block in range(first, last + 1)]
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
        start = self.first - first * BLOCK
        return joined[start : start + self.draws]

    def uniform(self, *shape: int) -> FloatArray:
        """Uniform on [0, 1), shape (draw, *shape)."""
        return self.draw(lambda g, n: g.random((n, *shape)))

    def normal(self, *shape: int) -> FloatArray:
        """Standard normal, shape (draw, *shape)."""
        return self.draw(lambda g, n: g.standard_normal((n, *shape)))

    def student_t(self, df: float, *shape: int) -> FloatArray:
        """Student t with `df` degrees of freedom, shape (draw, *shape)."""
        return self.draw(lambda g, n: g.standard_t(df, (n, *shape)))

    def gamma(self, k: float | FloatArray, *shape: int) -> FloatArray:
        """Gamma of shape `k` and scale 1, shape (draw, *shape); `k` broadcasts against `shape`."""
        return self.draw(lambda g, n: g.standard_gamma(k, (n, *shape)))

    def exponential(self, *shape: int) -> FloatArray:
        """Exponential of mean 1, shape (draw, *shape)."""
        return self.draw(lambda g, n: g.standard_exponential((n, *shape)))


@dataclass(frozen=True)
class Worlds:
    """N joint draws of everything the stages have simulated.

    tree      one group a stage, every variable with dimension `draw` first
    case_id, as_of, seed   what was simulated
    first     index of the first draw; a multiple of BLOCK unless the worlds were filtered
    draws     number of draws held
    """

    tree: xr.DataTree
    case_id: str
    as_of: date
    seed: int
    first: int
    draws: int
    meta: tuple[tuple[str, str], ...] = ()

    @classmethod
    def start(cls, case_id: str, as_of: date, *, draws: int, seed: int, first: int = 0) -> Worlds:
        """Empty worlds, ready for the first stage. Raises UsageError unless draws >= 1 and seed >= 0."""
        if draws < 1:
            raise UsageError(f"--draws is {draws}; give a whole number of at least 1 (20000 is the default)")
        if seed < 0:
            raise UsageError(f"--seed is {seed}; give a whole number of 0 or more")
        if first % BLOCK:
            raise WorldsError(f"worlds start at draw {first}; a part must start at a multiple of {BLOCK}")
        return cls(xr.DataTree(), case_id, as_of, seed, first, draws)

    def stream(self, stage: str, name: str) -> Stream:
        """Random numbers of these draws at the address (seed, stage, name)."""
        return Stream(self.seed, stage, name, self.first, self.draws)

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of the stages simulated so far, in order."""
        return tuple(self.tree.children)

    def __contains__(self, stage: object) -> bool:
        return stage in self.tree.children

    def __getitem__(self, stage: str) -> xr.Dataset:
        """The variables of one stage."""
        if stage not in self.tree.children:
            known = ", ".join(self.stages) or "none"
            raise WorldsError(f"worlds hold no stage {stage!r} (they hold: {known}); simulate it first")
        return self.tree[stage].to_dataset()

    def add(self, stage: str, variables: xr.Dataset) -> Worlds:
        """New worlds with the variables of one more stage; a stage that is there is never edited."""
        if stage in self.tree.children:
            raise WorldsError(f"worlds already hold stage {stage!r}; a stage adds variables once and edits none")
        for name, variable in variables.data_vars.items():
            if not variable.dims or variable.dims[0] != "draw":
                raise WorldsError(f"{stage}.{name} has dimensions {variable.dims}; 'draw' must come first")
        if variables.sizes.get("draw") != self.draws:
            raise WorldsError(f"{stage} has {variables.sizes.get('draw')} draws; these worlds have {self.draws}")
        children = {name: node.to_dataset() for name, node in self.tree.children.items()}
        return self._with({**children, stage: variables}, self.draws)

    def _with(self, groups: dict[str, xr.Dataset], draws: int) -> Worlds:
        return Worlds(xr.DataTree.from_dict(groups), self.case_id, self.as_of, self.seed, self.first, draws, self.meta)

    def keep(self, mask: Condition) -> Worlds:
        """The worlds where `mask` (shape (draw,)) is true."""
        mask = np.asarray(mask, dtype=bool)
        if mask.shape != (self.draws,):
            raise WorldsError(f"the condition has shape {mask.shape}; expected ({self.draws},)")
        index = np.flatnonzero(mask)
        return self._with({k: n.to_dataset().isel(draw=index) for k, n in self.tree.children.items()}, len(index))

    def given(self, condition: str | Condition) -> Worlds:
        """The worlds where a condition holds: an expression of the question language, or a mask of shape (draw,)."""
        return self.keep(self.mask(condition))

    def chance(self, condition: str | Condition) -> Chance:
        """Share of worlds where a condition holds, with its Monte Carlo error."""
        mask = self.mask(condition)
        n = len(mask)
        p = float(mask.mean()) if n else float("nan")
        return Chance(p, float(np.sqrt(p * (1 - p) / n)) if n else float("nan"), n)

    def quantiles(self, expression: str, levels: Sequence[float] = (0.1, 0.5, 0.9)) -> FloatArray:
        """Quantiles of a number of the question language; worlds where it is undefined are left out."""
        return np.asarray(np.nanquantile(self.number(expression), levels), dtype=np.float64)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The names of the question language over these worlds."""
        return Vocabulary({name: node.to_dataset() for name, node in self.tree.children.items()}, self.as_of, self.draws)

    def number(self, expression: str) -> FloatArray:
        """A number of the question language in every world, shape (draw,)."""
        return evaluate_number(parse(expression), self.vocabulary)

    def mask(self, condition: str | Condition) -> Condition:
        """Where a condition holds, shape (draw,)."""
        if isinstance(condition, str):
            return evaluate_condition(parse(condition), self.vocabulary)
        return np.asarray(condition, dtype=bool)

    @staticmethod
    def concat(parts: Sequence[Worlds], whole: Mapping[str, xr.Dataset] | None = None) -> Worlds:
        """Join parts that follow each other into one; stages in `whole` are at hand in one piece and are taken as they are."""
        head = parts[0]
        expected = head.first
        for part in parts:
            if (part.case_id, part.as_of, part.seed, part.stages) != (head.case_id, head.as_of, head.seed, head.stages):
                raise WorldsError("parts of different runs cannot be joined; simulate them with one case, date and seed")
            if part.first != expected:
                raise WorldsError(f"a part starts at draw {part.first}; expected {expected}")
            expected += part.draws
        groups = {}
        for stage in head.stages:
            if whole and stage in whole:
                groups[stage] = whole[stage]
                continue
            pieces = [part[stage] for part in parts]
            groups[stage] = xr.concat(pieces, dim="draw", data_vars="all", coords="minimal", compat="override", join="override")
        return head._with(groups, sum(part.draws for part in parts))

    def with_meta(self, **meta: str) -> Worlds:
        """The same worlds with further words about the run (version, case hash)."""
        merged = {**dict(self.meta), **meta}
        return Worlds(self.tree, self.case_id, self.as_of, self.seed, self.first, self.draws, tuple(sorted(merged.items())))

    def save(self, path: Path | str) -> None:
        """Write NetCDF-4 (h5netcdf). The file appears whole or not at all.

        Whole numbers are compressed, most of them being "did not happen". Fractions are not: their last bits are noise, which
        costs a third of the size and thrice the time of writing.
        """
        path = Path(path)
        tree = xr.DataTree.from_dict({path: node.to_dataset().drop_encoding() for path, node in self.tree.subtree_with_keys})
        tree.attrs = {
            "case": self.case_id, "as_of": self.as_of.isoformat(), "seed": self.seed, "first": self.first,
            "draws": self.draws, **{f"meta_{k}": v for k, v in self.meta},
        }  # fmt: skip
        encoding = {
            f"/{stage}": {
                str(name): {"zlib": True, "complevel": 1, "shuffle": True}
                for name, v in node.to_dataset().data_vars.items()
                if v.dtype.kind in "iub" and v.size
            }
            for stage, node in tree.children.items()
        }
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        os.close(handle)
        try:
            tree.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    @classmethod
    def load(cls, path: Path | str) -> Worlds:
        """Read worlds that `save` wrote."""
        path = Path(path)
        if not path.is_file():
            raise UsageError(f"{path}: no such file; `cumbre brief` writes worlds.nc beside the brief")
        with xr.open_datatree(path, engine="h5netcdf") as stored:
            tree = stored.load()
        attrs = {str(k): v for k, v in tree.attrs.items()}
        tree.attrs = {}
        meta = tuple(sorted((k.removeprefix("meta_"), str(v)) for k, v in attrs.items() if k.startswith("meta_")))
        return cls(
            tree, str(attrs["case"]), date.fromisoformat(str(attrs["as_of"])), int(attrs["seed"]), int(attrs["first"]),
            int(attrs["draws"]), meta,
        )  # fmt: skip
