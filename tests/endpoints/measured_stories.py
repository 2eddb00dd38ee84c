"""Stories with lesions as measured: how tumours on a bridge and on guided therapy are told.

Beyond `stories.py`:

| written                             | stands for                                                 |
|-------------------------------------|------------------------------------------------------------|
| `baseline -7 30`                    | a scan with one target lesion of 30 mm                     |
| `57 PR 18`                          | recorded PR, and the target measured 18 mm (`0`: gone)     |
| `57 Z equivocal`                    | a new lesion Z at the assessment of that day               |
| `57 Z unequivocal 59`               | and scanned on day 59                                      |
| `57 N worse`, `57 N present`        | a non-target N                                             |
| `recommended`                       | osimertinib, the drug of `guided`, advised before day 1    |
| `first guided`                      | the first regimen is osimertinib already                   |
"""

from __future__ import annotations

from analysis.datasets.adrs import derive_responses
from analysis.endpoints.treatment_failure import derive_treatment_failure

from .stories import Story, datasets_of, raw_frames

NON_TARGET = {"worse": "unequivocal_progression", "present": "present", "gone": "absent"}


class MeasuredStory(Story):
    """One patient whose lesions are told with the responses."""

    def tell(self, day, what=None, *more):
        if day == "recommended":
            return [self.tell(*item.split()) for item in ("-12 biopsy", "-8 report", "-5 review")]
        if (day, what) == ("first", "guided"):
            return self.regimen.update(drug="osimertinib")
        if day == "baseline":
            return self.lesion(what, "T1", "target", float(more[0]), "measured")
        if what[0] == "Z":
            return self.lesion(day, what, "new", None, *more)
        if what == "N":
            return self.lesion(day, what, "non_target", None, NON_TARGET[more[0]])
        return super().tell(day, what, *more)

    def assessed(self, day, response, *more):
        if not more or not more[0].isdigit():
            return super().assessed(day, response, *more)
        super().assessed(day, response, *more[1:])
        size = float(more[0])
        status = "measured" if size else "absent"
        return self.lesion(day, "T1", "target", size or None, status)


def measured_extracts(stories):
    """Raw tables of several stories: P001, P002, ... in the order given."""
    told = [MeasuredStory(f"P{number:03d}", text) for number, text in enumerate(stories, start=1)]
    return raw_frames([row for story in told for row in story.rows])


def measured_datasets(extracts, rules):
    """The datasets of the stories, failures of guided therapy, progressions of the line before."""
    made = datasets_of(extracts, rules)
    adsl, adex = made["adsl"], made["adex"]
    raw = extracts["tumour_responses"], extracts["tumour_lesions"]
    found = derive_responses(*raw, adsl, rules)
    failure = derive_treatment_failure(adex, found.guided_progressions, rules)
    return made | {"failure": failure, "line": found.line_progressions}


def results(made, paramcd, column="AVALC"):
    """One parameter of ADRS or ADTTE, by patient."""
    rows = made["adtte" if paramcd in set(made["adtte"]["PARAMCD"]) else "adrs"]
    rows = rows[rows["PARAMCD"].eq(paramcd)]
    return rows.set_index("USUBJID")[column]
