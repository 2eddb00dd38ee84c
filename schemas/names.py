"""Other names of drugs and genes: what a person would read as the same.

Reference data for warnings only: nothing is ever matched by them. Trade names, codes and short
names stand beside the generic name (`reference/drug_names.csv`), aliases and previous symbols
beside the HGNC symbol (`reference/gene_aliases.csv`), each with where it is found.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

_REFERENCE = Path(__file__).parent / "reference"


@dataclass(frozen=True)
class OtherName:
    """Another name of a drug or a gene, and what kind of name it is."""

    name: str
    of: str
    kind: str


def _rows(file: str) -> list[dict[str, str]]:
    with (_REFERENCE / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@functools.cache
def drug_names() -> tuple[OtherName, ...]:
    """Other names of drugs; a product of several drugs has them joined by ``+``."""
    return tuple(
        OtherName(row["name"], row["generic"], row["kind"]) for row in _rows("drug_names.csv")
    )


@functools.cache
def gene_aliases() -> tuple[OtherName, ...]:
    """Aliases and previous symbols of genes."""
    return tuple(
        OtherName(row["alias"], row["symbol"], row["source"]) for row in _rows("gene_aliases.csv")
    )
