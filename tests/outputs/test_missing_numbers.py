"""Every table of every cut: a missing number is printed as the text of its own row says.

All notebooks of a cut are run with the text of each missing number replaced by a token of its own
cell of the estimates. A printed token is therefore the text of that row, and of no other; whatever
else stands in a cell as NE or NR was invented by a display.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd
import pytest

from analysis.datasets.build import derive_cut
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import Number
from analysis.displays.table import Table
from analysis.estimates.rows import CELL, EstimateRows
from tests.outputs.every_output import Collector, every_output
from tests.study_folder import PROJECT

CUTS = ("DC01", "DC02", "DC03", "DC04")
TOKEN = re.compile(r"⟦\d+⟧")
INVENTED = re.compile(r"\b(NE|NR|nan|NaN)\b")
# Listings and findings quote the data (a response can be NE), not numbers of the estimates.
LISTINGS = re.compile(r"^(L16|DQ)")


@dataclass
class Tokens:
    """Token of each cell of the estimates that has a missing number, and who asked for it."""

    of_cell: dict[tuple, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def put(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with tokens for the texts of missing numbers."""
        missing = frame["stat"].isna()
        keys = frame.loc[missing, [*CELL, "stat_text"]].itertuples(index=False, name=None)
        tokens = [self._token(key) for key in keys]
        return frame.assign(stat_text=frame["stat_text"].where(~missing)).fillna(
            {"stat_text": pd.Series(tokens, frame.index[missing], dtype=object)}
        )

    def _token(self, key: tuple) -> str:
        if key not in self.of_cell:
            token = f"⟦{len(self.of_cell)}⟧"
            self.of_cell[key], self.text[token] = token, key[-1]
        return self.of_cell[key]

    def output_of(self, token: str) -> str:
        """Output in whose estimates the token stands."""
        return next(key[0] for key, found in self.of_cell.items() if found == token)


def run(cut: str, folder) -> tuple[Collector, Tokens]:
    """All outputs of a shipped cut with tokens for what is missing."""
    for part in ("params", f"data/raw/{cut}"):
        shutil.copytree(PROJECT / part, folder / part, dirs_exist_ok=True)
    assert derive_cut(folder, cut).exit_status == 0
    tokens, plain, get = Tokens(), EstimateRows.frame.fget, Numbers.get

    def asked(numbers: Numbers, *args, **place) -> Number:
        found = get(numbers, *args, **place)
        if TOKEN.match(found.text):
            tokens.asked[numbers.frame["output_id"].iloc[0]].add(found.text)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EstimateRows, "frame", property(lambda rows: tokens.put(plain(rows))))
        patch.setattr(Numbers, "get", asked)
        return every_output(folder, cut), tokens


@pytest.fixture(scope="module", params=CUTS)
def printed(request, tmp_path_factory):
    """What a cut prints, and the tokens in it."""
    return request.param, *run(request.param, tmp_path_factory.mktemp(request.param))


def tables(collector: Collector):
    """Each table of numbers with the output it stands in."""
    for output_id, displays in collector.displays.items():
        if not LISTINGS.match(output_id):
            yield from ((output_id, shown) for shown in displays if isinstance(shown, Table))


def texts(table: Table) -> list[str]:
    """All that a table prints."""
    heads = [text for column in table.columns for text in (column.label, column.sub)]
    return [*heads, *(row.label for row in table.rows), *cells(table), *table.notes]


def cells(table: Table) -> list[str]:
    return [cell for row in table.rows for cell in row.cells]


def test_no_display_has_a_text_of_its_own_for_a_missing_number(printed):
    _, collector, _ = printed
    invented = [
        (output_id, row.label, cell)
        for output_id, table in tables(collector)
        for row in table.rows
        for cell in row.cells
        if INVENTED.search(cell)
    ]
    assert invented == []


def test_figures_say_missing_numbers_as_their_rows_do(printed):
    _, collector, _ = printed
    for output_id, displays in collector.displays.items():
        for shown in displays:
            if hasattr(shown, "alt"):
                assert not INVENTED.search(shown.alt), (output_id, shown.alt)


def test_every_text_of_a_missing_number_is_that_of_its_own_row(printed):
    _, collector, tokens = printed
    foreign = [
        (output_id, text)
        for output_id, table in tables(collector)
        for text in texts(table)
        for token in TOKEN.findall(text)
        if tokens.output_of(token) != output_id
    ]
    assert foreign == []


def test_no_table_hides_a_missing_number_it_has_looked_up(printed):
    """Not a dash, not an empty cell, not the text of another number."""
    _, collector, tokens = printed
    shown = defaultdict(set)
    for output_id, table in tables(collector):
        shown[output_id].update(TOKEN.findall("\n".join(texts(table))))
    assert sum(map(len, shown.values())) > 50
    places = {token: key for key, token in tokens.of_cell.items()}
    hidden = [
        places[token]
        for output_id, asked in tokens.asked.items()
        if output_id in shown
        for token in asked - shown[output_id]
    ]
    assert hidden == []


# At each cut of the shipped registry these tables have missing numbers.
@pytest.mark.parametrize("output_id", ["T14.1.7", "T14.2.3.2", "T14.2.4.1", "T14.2.8.4"])
def test_the_walk_meets_missing_numbers_where_there_are_some(printed, output_id):
    _, collector, _ = printed
    found = [table for name, table in tables(collector) if name == output_id]
    assert any(TOKEN.search(text) for table in found for text in texts(table))


def test_every_missing_number_says_why(printed):
    _, collector, _ = printed
    for rows in filter(None, collector.emitted.values()):
        missing = rows.frame[rows.frame["stat"].isna()]
        assert missing["warning"].ne("").all(), missing[missing["warning"].eq("")]
