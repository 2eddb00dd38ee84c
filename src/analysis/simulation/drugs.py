"""Every drug text the registry can hold, as positions in one list."""

from __future__ import annotations

import numpy as np

from schemas import terminology

from . import catalogue
from .molecular import CANDIDATE_CLASSES, CANDIDATE_DRUGS

_texts: dict[str, int] = {}


def _code(text: str) -> int:
    return _texts.setdefault(text, len(_texts))


def _swapped(drug: str) -> str:
    return "+".join(reversed(drug.split("+")))


def _class(name: str) -> int:
    return terminology.THERAPY_CLASS.index(name)


# by candidate: as recommended, in another order (and case), with a drug more, its first drug alone
AS_RECOMMENDED = np.array([_code(drug) for drug in CANDIDATE_DRUGS])
OTHER_ORDER = np.array([_code(_swapped(drug).capitalize()) for drug in CANDIDATE_DRUGS])
WITH_EXTRA = np.array([_code(f"{drug}+{catalogue.EXTRA_DRUG}") for drug in CANDIDATE_DRUGS])
FIRST_ALONE = np.array([_code(drug.split("+")[0]) for drug in CANDIDATE_DRUGS])
IS_COMBINATION = np.array(["+" in drug for drug in CANDIDATE_DRUGS])
CANDIDATE_CLASS = np.array([_class(name) for name in CANDIDATE_CLASSES])
ACQUIRED_DRUG = np.array([_code(entry[3]) for entry in catalogue.ACQUIRED])
ACQUIRED_CLASS = np.array([_class(entry[4]) for entry in catalogue.ACQUIRED])

_POOLS = (
    (catalogue.CHEMOTHERAPY, "chemotherapy"),
    (catalogue.TARGETED, "targeted"),
    (catalogue.IMMUNOTHERAPY, "immunotherapy"),
    (catalogue.ENDOCRINE, "endocrine"),
    (catalogue.OTHER, "other"),
)
for _pool, _ in _POOLS:  # one after the other: a pool is a range of positions
    for _drug in _pool:
        _code(_drug)
POOL_FIRST = np.array([_code(pool[0]) for pool, _ in _POOLS])
POOL_SIZE = np.array([len(pool) for pool, _ in _POOLS])
POOL_CLASS = np.array([_class(name) for _, name in _POOLS])
CHEMOTHERAPY_POOL, TARGETED_POOL = 0, 1
LOCAL_DRUG = np.array([_code(text) for text, _ in catalogue.LOCAL])
LOCAL_CLASS = np.array([_class(name) for _, name in catalogue.LOCAL])

TEXTS = tuple(_texts)


def from_pool(pool: np.ndarray, place: np.ndarray, avoid: tuple[np.ndarray, ...]) -> np.ndarray:
    """Drug at `place` (0..1) of a pool, or a later one of the pool if it is to be avoided."""
    size = POOL_SIZE[pool]
    at = np.floor(place * size).astype(np.int64)
    for _ in range(3):
        for other in avoid:
            at = np.where(POOL_FIRST[pool] + at == other, (at + 1) % size, at)
    return POOL_FIRST[pool] + at
