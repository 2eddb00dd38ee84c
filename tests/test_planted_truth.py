"""10,000 synthetic patients without errors: what is derived equals what was planted, all of it.

The simulation plans the truth first and never calls the derivation (tests/simulation checks its
imports), so this is double programming: two independent readings of the plan must agree for every
patient. The planted table is ``truth.parquet``.
"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.datasets.build import derive_datasets
from analysis.extracts import read_extracts
from analysis.sap import read_study
from analysis.simulation import simulate
from tests.study_folder import with_plan

PATIENTS = 10_000
AS_IN_ROUTINE = 4_000


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """Truth (by patient) and derived datasets of a large registry without errors."""
    return planted_and_derived(tmp_path_factory.mktemp("planted"), PATIENTS)


@pytest.fixture(scope="module")
def routine(tmp_path_factory):
    """The same with follow-up as in routine care: silence, late deaths, withdrawals when unwell."""
    folder = tmp_path_factory.mktemp("routine")
    return planted_and_derived(folder, AS_IN_ROUTINE, as_in_routine=True)


def planted_and_derived(folder, patients, **option):
    simulate(folder, patients=patients, seed=4711, cuts=("DC04",), clean=True, **option)
    study = read_study(with_plan(folder), "DC04")
    extracts, findings = read_extracts(study.raw)
    assert not findings.has_errors
    datasets, _ = derive_datasets(extracts, study.cut, study.rules)
    truth = pd.read_parquet(folder / "truth.parquet").set_index("patient_id")
    return truth, datasets


def comparable(values: pd.Series) -> pd.Series:
    """Dates as ISO text, missing as the empty text, whole numbers as whole numbers."""
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_numeric_dtype(values):
        values = values.astype("Int64").astype("string")
    return values.astype(object).where(values.notna(), "")


def disagreements(derived: pd.Series, planted: pd.Series) -> dict[str, tuple[str, str]]:
    """Patients for whom the two differ: derived and planted value."""
    mine, theirs = comparable(derived.reindex(planted.index)), comparable(planted)
    differ = mine.ne(theirs)
    return {who: (mine[who], theirs[who]) for who in planted.index[differ]}


def test_every_planted_patient_is_derived(registry):
    truth, datasets = registry
    assert sorted(datasets["adsl"]["USUBJID"]) == sorted(truth.index)
    assert len(truth) == PATIENTS


@pytest.mark.parametrize(
    "column",
    ["TRTGRP1", "GUIDFL", "GUIDCLS", "GUIDDT", "GUID2FL", "TRTSDT", "RECGRP", "ACTFL", "RSPEVLFL"],
)
def test_groups_and_guided_flags_equal_the_planted_ones(registry, column):
    truth, datasets = registry
    planted = truth[column].replace("pending", None)  # deferred only: no group yet
    derived = datasets["adsl"].set_index("USUBJID")[column]
    assert disagreements(derived, planted) == {}
    assert comparable(planted).ne("").sum() > 100


@pytest.mark.parametrize("paramcd", ["BOR", "CBOR"])
def test_best_responses_equal_the_planted_ones(registry, paramcd):
    truth, datasets = registry
    adrs = datasets["adrs"]
    derived = adrs[adrs["PARAMCD"].eq(paramcd)].set_index("USUBJID")["AVALC"]
    assert disagreements(derived, truth[paramcd]) == {}
    assert {"CR", "PR", "SD", "PD", "NE", "MISSING"} <= set(truth[paramcd].dropna())


@pytest.mark.parametrize("paramcd", ["PFS", "OS"])
def test_survival_times_equal_the_planted_ones(registry, paramcd):
    survival_equals(*registry, paramcd)


@pytest.mark.parametrize("paramcd", ["PFS", "OS"])
def test_survival_times_equal_the_planted_ones_where_nobody_chases_patients(routine, paramcd):
    truth, datasets = routine
    survival_equals(truth, datasets, paramcd)
    codes = truth[f"{paramcd}_CNSR"].value_counts()
    assert codes[[0, 1, 2, 3, 8, 12]].min() >= 10


def survival_equals(truth, datasets, paramcd):
    adtte = datasets["adtte"]
    rows = adtte[adtte["PARAMCD"].eq(paramcd)].set_index("USUBJID")
    treated = truth[truth["TRTSDT"].notna()]
    assert disagreements(rows["ADT"], treated[f"{paramcd}_DATE"]) == {}
    assert disagreements(rows["AVAL"], treated[f"{paramcd}_DAYS"]) == {}
    planted = treated[f"{paramcd}_EVENT"].astype(bool)
    assert disagreements(rows["CNSR"].eq(0).astype("Int64"), planted.astype("Int64")) == {}
    assert disagreements(rows["CNSR"], treated[f"{paramcd}_CNSR"]) == {}


def test_no_time_is_observed_after_the_last_sign_of_life(routine, registry):
    """Whatever the parameter: but for who lived on, and who was seen shortly before the cut."""
    for _, datasets in (routine, registry):
        adsl = datasets["adsl"].set_index("USUBJID")
        rows = datasets["adtte"]
        rows = rows[rows["CNSR"].isin([1, 2, 3, 12]) & rows["EVTCAUSE"].eq(0)]
        rows = rows[~rows["PARAMCD"].str.endswith("LIM")]
        of = adsl.loc[rows["USUBJID"], ["LSTALVDT", "DCUTDT", "SILENTFL"]].set_index(rows.index)
        at_the_cut = rows["CNSR"].eq(1) & rows["ADT"].eq(of["DCUTDT"]) & of["SILENTFL"].isna()
        # who enters a step of the work-up after the last sign of life is censored on its day 1
        late = (rows["ADT"] > of["LSTALVDT"]) & ~at_the_cut & rows["AVAL"].gt(1)
        assert rows[late].empty, rows[late].head()
        assert rows["CNSR"].eq(2).sum() > 100
