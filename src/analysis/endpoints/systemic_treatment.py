"""Systemic treatment after enrolment: first regimen, last dose, new therapy. SAP 1 and 2.

Radiotherapy and surgery are local: they are never a first regimen and never new anticancer therapy.
The first regimen is the earliest start date, then the lowest regimen_id. New anticancer therapy
(NACT) is the start of the first later systemic regimen that contains a drug the first one did not;
a restart or a reduction of the same drugs is not.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.params import Rules


def same_form(text: str) -> str:
    """The form that all spellings share which Unicode calls compatible (NFKC), without case.

    A full-width plus is a plus, a decomposed accent is a composed one, a space of any width is a
    space. Nothing else is made the same: another dash, a letter of another script stays another.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class DrugNames:
    """Drug names as sets: split at ``+``, compared without case, equivalent names made one.

    Names are compared in the form that Unicode calls compatible (`same_form`). Only ``+`` joins
    drugs: ``trifluridine/tipiracil`` is one name.

    Parameters
    ----------
    equivalent : dict
        ``rules.guided.equivalent_drugs``: a name and its other name or names. One of them may be
        several drugs joined by ``+``: the others then stand for all of these.
    """

    def __init__(self, equivalent: dict[str, str | tuple[str, ...]]):
        self._canonical: dict[str, str] = {}
        self._stands_for: dict[str, frozenset[str]] = {}
        for name, others in equivalent.items():
            names = [name, *([others] if isinstance(others, str) else others)]
            single = [item for item in names if len(self.parts(item)) == 1]
            if not single:
                continue  # drugs joined by + are compared one by one
            keys = sorted({self._one(self._key(item)) for item in single})
            for known, canonical in list(self._canonical.items()):
                if canonical in keys:
                    self._canonical[known] = keys[0]
            self._canonical.update({self._key(item): keys[0] for item in single})
            self._canonical.update(dict.fromkeys(keys, keys[0]))
            for several in (item for item in names if len(self.parts(item)) > 1):
                self._stands_for[keys[0]] = frozenset(map(self._key, self.parts(several)))
        self._seen: dict[str | None, frozenset[str]] = {}

    @staticmethod
    def parts(text: str) -> list[str]:
        """Names joined by ``+``, as written; an empty one is none."""
        return [part for part in unicodedata.normalize("NFKC", text).split("+") if part.strip()]

    @staticmethod
    def _key(name: str) -> str:
        return " ".join(same_form(name).split())

    def _one(self, key: str) -> str:
        return self._canonical.get(key, key)

    def of(self, text: str | None) -> frozenset[str]:
        """Set of the drugs in one cell; empty for a missing cell."""
        if text not in self._seen:
            parts = [] if text is None or pd.isna(text) else self.parts(str(text))
            drugs = [self._one(self._key(part)) for part in parts]
            stand_for = [self._stands_for.get(drug, frozenset([drug])) for drug in drugs]
            self._seen[text] = frozenset().union(*(map(self._one, names) for names in stand_for))
        return self._seen[text]


def systemic_regimens(treatments: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Systemic regimens in the order of treatment (patient, start date, regimen_id).

    Parameters
    ----------
    treatments : DataFrame
        Raw ``treatments`` after the cut.
    rules : Rules
        Uses ``treatment.systemic_classes`` and ``guided.equivalent_drugs``.

    Returns
    -------
    DataFrame
        The rows of systemic classes with a column ``drugs`` (frozenset), index reset.
    """
    systemic = treatments[treatments["therapy_class"].isin(rules.treatment.systemic_classes)]
    order = ["patient_id", "start_date", "regimen_id"]
    ordered = systemic.sort_values(order, kind="stable").reset_index(drop=True)
    names = DrugNames(rules.guided.equivalent_drugs)
    return ordered.assign(drugs=ordered["drug"].map(names.of).astype(object))


def first_regimen(regimens: pd.DataFrame) -> pd.DataFrame:
    """First systemic regimen of each treated patient (one row per patient, indexed by patient)."""
    return regimens.drop_duplicates("patient_id").set_index("patient_id")


def new_anticancer_therapy(regimens: pd.DataFrame, reference: pd.DataFrame) -> pd.Series:
    """Start of the first systemic regimen after a reference regimen that brings another drug.

    Parameters
    ----------
    regimens : DataFrame
        From `systemic_regimens`.
    reference : DataFrame
        Indexed by patient_id, columns ``start_date`` and ``drugs`` of the regimen that counts as
        the current one (the first, or the first guided one).

    Returns
    -------
    Series of datetime64
        Indexed by patient_id; missing where no such regimen exists.
    """
    own = reference[["start_date", "drugs"]].rename(
        columns={"start_date": "reference_start", "drugs": "reference_drugs"}
    )
    own = own.rename_axis(None)  # a merge without any row keeps the name of the index
    pairs = regimens.merge(own, left_on="patient_id", right_index=True, how="inner")
    pairs = pairs[pairs["start_date"] > pairs["reference_start"]]
    brings = np.array(
        [
            bool(drugs - known)
            for drugs, known in zip(pairs["drugs"], pairs["reference_drugs"], strict=True)
        ],
        dtype=bool,
    )
    starts = pairs[brings].groupby("patient_id")["start_date"].min()
    return starts.reindex(reference.index).astype(UNIT)


def last_before(patient: pd.Series, start: pd.Series, reference: pd.Series) -> pd.Series:
    """Whether each regimen is the last of its patient to start before a reference date.

    Parameters
    ----------
    patient, start : Series
        Of systemic regimens in the order of treatment.
    reference : Series of datetime64
        By patient; nobody without one has such a regimen.
    """
    before = start < patient.map(reference).astype(UNIT)
    return before & ~patient.where(before).duplicated(keep="last")


def last_dose(regimens: pd.DataFrame) -> pd.Series:
    """End of the last systemic regimen by patient; missing while any is ongoing (TRTEDT)."""
    ongoing = regimens["end_date"].isna().groupby(regimens["patient_id"]).any()
    ends = regimens.groupby("patient_id")["end_date"].max()
    return ends.where(~ongoing).astype(UNIT)
