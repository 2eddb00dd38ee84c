"""What several outputs print is one number: the pairs are declared, and compared patient by patient.

Each quantity names its places in the estimates. Lines with the same number in "part" are summed (a
sum of places is one side); a line "less" is taken away. Counts are compared with their members.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

from __future__ import annotations

import pandas as pd
import pytest

from tests.tables import table

PLACE = ["output_id", "analysis_id", "group", "visit", "parameter", "category"]

# * is any; part: which lines together are one side; less: those of this line are taken away.
SETS = table(
    """
    | quantity                       | output     | analysis            | group | parameter | category                     | part | less |
    | enrolled                       | T14.1.1    | of enrolled         |       | ENRLFL    | *                            | 1    |      |
    | enrolled                       | F14.1.1    | of enrolled         |       | ENRLFL    | *                            | 2    |      |
    | enrolled                       | T14.1.2    | set                 |       | ENRLFL    | *                            | 3    |      |
    | enrolled                       | T14.1.7    | TCONBIO             |       | Entered   |                              | 4    |      |
    | enrolled                       | T14.1.7    | TCONTRT             |       | Entered   |                              | 5    |      |
    | specimen                       | T14.1.1    | of enrolled         |       | BIOPFL    | *                            | 1    |      |
    | specimen                       | T14.1.7    | TCONBIO             |       | Ever taken, whenever |                   | 2    |      |
    | specimen                       | T14.1.5    | per patient         |       | Source of the specimens | Tissue only    | 3    |      |
    | specimen                       | T14.1.5    | per patient         |       | Source of the specimens | Blood only     | 3    |      |
    | specimen                       | T14.1.5    | per patient         |       | Source of the specimens | Tissue and blood | 3  |      |
    | sequenced                      | T14.1.1    | of enrolled         |       | SEQFL     | *                            | 1    |      |
    | sequenced                      | T14.1.2    | set                 |       | SEQFL     | *                            | 2    |      |
    | sequenced                      | T14.1.5    | per patient         |       | Any profile, first or second (T14.1.1) | passed | 3 |  |
    | sequenced                      | T14.1.7    | TBIONGS             |       | Ever taken, whenever |                   | 4    |      |
    | sequenced                      | T14.1.7    | TBIONGS             |       | State     | Reached                      | 5    |      |
    | sequenced                      | T14.1.7    | TBIONGS             |       | Elsewhere | *                            | 5    |      |
    | discussed                      | T14.1.1    | of enrolled         |       | MTBFL     | *                            | 1    |      |
    | discussed                      | T14.1.2    | set                 |       | MTBFL     | *                            | 2    |      |
    | discussed                      | T14.1.7    | TNGSMTB             |       | Ever taken, whenever |                   | 3    |      |
    | discussed                      | F14.1.6    | recommended         |       |           | *                            | 4    |      |
    | discussed                      | F14.1.6    | received            |       |           | *                            | 5    |      |
    | intervenable                   | T14.1.1    | of enrolled         |       | ACTFL     | *                            | 1    |      |
    | intervenable                   | T14.1.2    | set                 |       | ACTFL     | *                            | 2    |      |
    | intervenable                   | T14.2.7.1  | of all enrolled (main) |    | *         | *                            | 3    |      |
    | guided therapy recommended     | T14.1.1    | of enrolled         |       | RECTGFL   | *                            | 1    |      |
    | guided therapy recommended     | T14.1.6    | patients            |       |           |                              | 2    |      |
    | guided therapy recommended     | T14.1.6    | of recommended      |       |           | *                            | 3    |      |
    | guided therapy recommended     | F14.1.6    | recommended         |       |           | Matched targeted drug        | 4    |      |
    | guided therapy recommended     | F14.1.6    | recommended         |       |           | Matched immunotherapy        | 4    |      |
    | guided therapy recommended     | F14.1.6    | recommended         |       |           | Matched other therapy        | 4    |      |
    | guided                         | T14.1.1    | of enrolled         |       | GUIDFL    | *                            | 1    |      |
    | guided                         | F14.1.1    | of enrolled         |       | GUIDFL    | *                            | 2    |      |
    | guided                         | T14.1.2    | set                 |       | GUIDFL    | *                            | 3    |      |
    | guided                         | T14.2.2.1  | any regimen         |       | Any guided therapy |                     | 4    |      |
    | guided                         | T14.2.2.1  | class of the first guided regimen | | Any guided therapy | *       | 5    |      |
    | guided                         | T14.1.7    | TMTBTRT             |       | Ever taken, whenever |                   | 6    |      |
    | guided                         | F14.1.6    | received            |       |           | Guided targeted drug         | 7    |      |
    | guided                         | F14.1.6    | received            |       |           | Guided immunotherapy         | 7    |      |
    | guided                         | F14.1.6    | received            |       |           | Guided other therapy         | 7    |      |
    | guided                         | F14.2.2.1  | events              |       |           | Guided therapy started       | 8    |      |
    | guided as recommended or later | T14.1.6    | of recommended      |       |           | given                        | 1    |      |
    | guided as recommended or later | T14.1.6    | later               |       |           |                              | 1    |      |
    | guided as recommended or later | T14.2.2.2  | of those with guided therapy recommended | | Any guided therapy | | 2    |      |
    | guided as recommended or later | T14.1.1    | of previous stage   |       | GUIDFL    | *                            | 3    |      |
    | recommended and not given      | T14.1.1    | not gone on         |       | GUIDFL    | *                            | 1    |      |
    | recommended and not given      | T14.1.6    | of recommended      |       |           | *                            | 2    |      |
    | recommended and not given      | T14.1.6    | of recommended      |       |           | given                        | 2    | less |
    | recommended and not given      | T14.1.6    | later               |       |           |                              | 2    | less |
    | a step to guided therapy open  | T14.2.2.1  | step open at cut    |       | Any guided therapy |                     | 1    |      |
    | a step to guided therapy open  | T14.1.1    | pending at cut      |       | BIOPFL    | *                            | 2    |      |
    | a step to guided therapy open  | T14.1.1    | pending at cut      |       | SEQFL     | *                            | 2    |      |
    | a step to guided therapy open  | T14.1.1    | pending at cut      |       | MTBFL     | *                            | 2    |      |
    | a step to guided therapy open  | T14.1.1    | pending at cut      |       | ACTFL     | *                            | 2    |      |
    | a step to guided therapy open  | T14.1.1    | pending at cut      |       | GUIDFL    | *                            | 2    |      |
    | guided therapy failed          | T14.1.2    | set                 |       | TFAILFL   | *                            | 1    |      |
    | guided therapy failed          | T14.2.10.1 | guided, resistance or intolerance | | FAILED | *                     | 2    |      |
    | guided therapy failed          | T14.1.1    | of enrolled         |       | GUIDFL    | *                            | 3    |      |
    | guided therapy failed          | T14.1.1    | not gone on         |       | SEQ2FL    | Not applicable: guided, not failed | 3 | less |
    | second profile after failure   | T14.1.1    | of enrolled         |       | SEQ2FL    | *                            | 1    |      |
    | second profile after failure   | T14.2.10.1 | specimen            |       |           | on or after the failure      | 2    |      |
    | treated                        | T14.1.2    | set                 |       | TRTFL     | *                            | 1    |      |
    | treated                        | T14.1.7    | TCONTRT             |       | Ever taken, whenever |                   | 2    |      |
    | treated                        | T14.2.4.2  | patients            | All   |           |                              | 3    |      |
    """
)


def places(rows: pd.DataFrame, line: dict) -> pd.DataFrame:
    """Rows of a declared place; an empty cell is empty, a star is any."""
    columns = {"output": "output_id", "analysis": "analysis_id"}
    for name in ("output", "analysis", "group", "parameter", "category"):
        if line[name] != "*":
            rows = rows[rows[columns.get(name, name)].eq(line[name] or "")]
    return rows


def sides(members: pd.DataFrame, numbers: pd.DataFrame, lines: list[dict]) -> dict[str, set]:
    """Patients of each side of a quantity, by the output it stands in."""
    counted = numbers[numbers["stat_name"].eq("n")]
    found: dict[str, set] = {}
    for line in lines:
        assert len(places(counted, line)), f"no such estimate: {line}"
        who = set(places(members, line)["USUBJID"])
        side = f"{line['output']} ({line['part']})"
        found[side] = found.get(side, set()) - who if line["less"] else found.get(side, set()) | who
    return found


@pytest.mark.parametrize("quantity", dict.fromkeys(line["quantity"] for line in SETS))
def test_outputs_count_the_same_patients(cut, quantity):
    _, numbers, members = cut
    of = sides(members, numbers, [line for line in SETS if line["quantity"] == quantity])
    assert len(of) > 1
    name, first = next(iter(of.items()))
    assert first, f"nobody in {name}: nothing is compared"
    for other, who in of.items():
        assert who == first, f"{quantity}: {name} and {other} differ by {sorted(who ^ first)}"


# One name for different things: the outputs that may differ, and what each counts.
NAMED_ALIKE = {
    "event": "T14.2.4.2 counts events of progression-free survival, T14.2.5.3 deaths",
    "old baseline": "T14.2.8.2 is of forms, T14.2.9.1 of ECOG",
    "patients": "the patients of each output are those of its own set, which it names",
}
KEY = ["analysis_id", "group", "visit", "parameter", "category", "stat_name"]


def test_what_several_outputs_print_under_one_name_is_one_number(cut):
    """Every estimate whose whole key stands in more than one output: counts, medians, means, taus.

    T14.2.5.2 names the origin in the place of the visit; the parameter says it already.
    """
    _, numbers, _ = cut
    numbers = numbers.assign(visit=numbers["visit"].mask(numbers["output_id"].eq("T14.2.5.2"), ""))
    numbers = numbers[~numbers["analysis_id"].isin(list(NAMED_ALIKE))]
    shared = numbers.groupby(KEY)["output_id"].transform("nunique").gt(1)
    numbers = numbers[shared]
    assert numbers.groupby(KEY).ngroups > 2000
    values = numbers["stat"].astype(float).round(9).astype(str) + numbers["stat_text"]
    methods = numbers["method"].where(numbers["stat_name"].eq("estimate"), "")
    for what in (values, methods):
        several = what.groupby([numbers[name] for name in KEY]).transform("nunique").gt(1)
        assert numbers[several].empty, numbers[several][["output_id", *KEY, "stat"]].to_string()


def test_the_names_that_stand_for_several_things_are_needed(cut):
    _, numbers, _ = cut
    for name in NAMED_ALIKE:
        assert numbers.loc[numbers["analysis_id"].eq(name), "output_id"].nunique() > 1
