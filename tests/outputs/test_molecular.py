"""Molecular outputs: funnel invariants, reasons, evidence, matching score, denominators, empty cut.

T14.1.4 to T14.1.6, F14.1.6, T14.1.10, T14.1.11, T14.2.1.4, T14.2.7.1 to T14.2.7.4, F14.2.7.1,
L16.2.1, L16.2.3, L16.2.5, L16.2.6.3, L16.2.6.4.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

from itertools import pairwise

import pandas as pd
import pytest

from analysis.endpoints.evidence_level import evidence_rank, highest_level, level_order
from analysis.endpoints.matching_score import derive_matching_score
from analysis.estimates.rows import Cell
from analysis.outputs.catalogue import module_of
from analysis.outputs.disposition import (
    exposure,
    funnel_states,
    reasons_not_given,
    recommendation_to_therapy,
    recommendation_uptake,
    subsequent_therapy,
)
from analysis.outputs.disposition.funnel_steps import FUNNEL
from analysis.outputs.disposition.mtb_funnel import numbers as mtb_funnel
from analysis.outputs.disposition.prior_treatment import numbers as prior_output
from analysis.outputs.disposition.specimens import OUTCOME, OUTCOMES, first_profile_outcome
from analysis.outputs.disposition.specimens import numbers as specimens_and_sequencing
from analysis.outputs.genomics import (
    first_profile,
    genes_and_biomarkers,
    highest_evidence,
    intervenable_variant,
    matching_score,
)
from analysis.outputs.genomics.oncoprint import numbers as oncoprint
from analysis.outputs.listings import (
    analysis_sets,
    patient_states,
    recommendations,
    regimens,
    variants,
)
from analysis.outputs.response.response_by_stratum import numbers as response_by_stratum
from schemas.estimates import check_estimates
from tests.outputs.derived_study import nobody, simulated
from tests.tables import frame, plan_rules

RULES = plan_rules()
MADE = (
    prior_output,
    specimens_and_sequencing,
    reasons_not_given.numbers,
    recommendation_to_therapy.numbers,
    intervenable_variant.numbers,
    highest_evidence.numbers,
    genes_and_biomarkers.numbers,
    matching_score.numbers,
    oncoprint,
    exposure.numbers,
    subsequent_therapy.numbers,
    response_by_stratum,
)
STUDIES = {"final": simulated, "early": lambda: simulated("DC01"), "nobody": nobody}


@pytest.fixture(params=MADE, ids=lambda make: make.__module__.rsplit(".")[-1])
def make(request):
    return request.param


@pytest.mark.parametrize("study", STUDIES)
def test_rows_keep_their_contract_and_every_display_shows_them(make, study):
    rows = make(STUDIES[study](), RULES)
    check_estimates(rows.frame)
    for shown in module_of(rows.output_id).show(rows, RULES):
        assert shown.html if hasattr(shown, "html") else shown.alt


def test_a_count_is_the_number_of_its_members(make):
    rows = make(simulated(), RULES)
    place = ["analysis_id", "group", "visit", "parameter", "category"]
    members = rows.members.groupby(place)["USUBJID"].nunique()
    numbers = rows.frame[rows.frame["stat_name"].eq("n") & rows.frame["unit"].eq("patients")]
    counted = numbers[numbers["stat"].gt(0)].set_index(place)["stat"]
    assert counted.sort_index().astype(int).to_dict() == members.to_dict()


def test_the_order_of_the_rows_of_a_dataset_has_no_effect(make):
    data = simulated()
    turned = {name: rows.iloc[::-1].reset_index(drop=True) for name, rows in data.items()}
    straight, reverse = (check_estimates(make(d, RULES).frame) for d in (data, turned))
    pd.testing.assert_frame_equal(straight.drop(columns="row"), reverse.drop(columns="row"))


# --- funnel -----------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
def test_stages_of_a_patient_are_monotone_but_for_declared_branches(cut):
    skipped = patient_states.numbers(simulated(cut), RULES).frame["SKIPPED"]
    found = {stage for text in skipped if text for stage in text.split("; ")}
    assert found <= set(funnel_states.BRANCHES)


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
def test_counts_fall_down_the_funnel_but_for_those_who_skipped(cut):
    data = simulated(cut)
    rows = mtb_funnel(data, RULES)
    states = patient_states.numbers(data, RULES).frame
    n = {
        label: rows.value(Cell("of enrolled", parameter=flag, category=label), "n")
        for flag, label in FUNNEL
    }
    labels = [label for _, label in FUNNEL]
    for before, stage in pairwise(labels):
        skipped = states["SKIPPED"].str.split("; ").map(lambda s, b=before: b in s).sum()
        assert n[stage] <= n[before] + skipped, stage


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
def test_every_patient_is_in_one_state_and_pending_agrees_with_the_funnel(cut):
    data = simulated(cut)
    states = patient_states.numbers(data, RULES).frame
    assert states["USUBJID"].tolist() == sorted(data["adsl"]["USUBJID"])
    assert set(states["STATE"]) <= set(funnel_states.STATES)
    members = mtb_funnel(data, RULES).members
    waiting = members.loc[members["analysis_id"].eq("pending at cut"), ["parameter", "USUBJID"]]
    waiting = waiting[waiting["parameter"].ne("SEQ2FL")]
    pending = states.loc[states["STATE"].eq(funnel_states.PENDING), "USUBJID"]
    # who skipped a stage that is still open may stand further down, or be guided already
    skipped = states.loc[states["SKIPPED"].ne(""), "USUBJID"]
    assert set(pending) <= set(waiting["USUBJID"])
    assert set(waiting["USUBJID"]) - set(pending) <= set(skipped)
    assert states.loc[states["STATE"].ne(funnel_states.STARTED), "WHY"].ne("").all()


def test_a_dead_or_withdrawn_patient_is_never_pending():
    data = simulated()
    states = patient_states.numbers(data, RULES).frame.set_index("USUBJID")
    gone = data["adsl"].set_index("USUBJID")
    gone = gone.index[gone["DTHFL"].eq("Y") | gone["DCSREAS"].eq("withdrawal")]
    assert not states.loc[gone, "STATE"].eq(funnel_states.PENDING).any()


def test_set_membership_says_y_exactly_for_the_members():
    data = simulated()
    shown = analysis_sets.numbers(data, RULES).frame
    adsl = data["adsl"].sort_values("USUBJID")
    for flag in shown.columns[2:]:
        assert shown[flag].eq("Y").tolist() == adsl[flag].eq("Y").tolist(), flag
        assert shown[flag].ne("other").all()


# --- why recommended therapy was not given ----------------------------------------------------

PATIENTS = """
    | USUBJID  | RECTGFL | GUIDFL | EOSSTT       | DCSREAS           | fate                         | from                  |
    |----------|---------|--------|--------------|-------------------|------------------------------|-----------------------|
    | given    | Y       | Y      | DISCONTINUED | death             | given                        |                       |
    | open     | Y       |        | ONGOING      |                   | pending                      |                       |
    | refused  | Y       |        | ONGOING      |                   | patient_choice               | recorded              |
    | some     | Y       |        | ONGOING      |                   | pending                      |                       |
    | halted   | Y       |        | ONGOING      |                   | comorbidity                  | recorded              |
    | order    | Y       |        | COMPLETED    |                   | deterioration                | recorded              |
    | died     | Y       |        | DISCONTINUED | death             | death                        | from the end of the study |
    | lost     | Y       |        | DISCONTINUED | lost_to_follow_up | lost                         | from the end of the study |
    | silent   | Y       |        | COMPLETED    |                   | unknown                      | neither               |
    | kept     | Y       |        | DISCONTINUED | death             | deterioration                | recorded              |
    | later    | Y       | Y      | ONGOING      |                   | access_or_cost               | recorded              |
    | goes-on  | Y       |        | ONGOING      |                   | already running at the review |                      |
    | renewed  | Y       |        | DISCONTINUED | death             | already running at the review |                      |
    | stopped  | Y       |        | ONGOING      |                   | pending                      |                       |
    | on-it    | Y       |        | ONGOING      |                   | pending                      |                       |
    | worsened | Y       |        | DISCONTINUED | death             | deterioration                | recorded              |
    | nothing  |         |        | ONGOING      |                   |                              |                       |
"""
RECOMMENDATIONS = """
    | USUBJID  | RECID | REVDT      | PROFNUM | LINKFL | RECVFL | RECVDT     | DECISN   | DECRSN         |
    |----------|-------|------------|---------|--------|--------|------------|----------|----------------|
    | given    | g1    | 2023-03-01 | 1       | Y      |        |            | declined | access_or_cost |
    | given    | g2    | 2023-03-01 | 1       | Y      | Y      | 2023-04-01 | declined | other          |
    | open     | o1    | 2023-03-01 | 1       | Y      |        |            | pending  |                |
    | refused  | r1    | 2023-03-01 | 1       | Y      |        |            | declined | patient_choice |
    | some     | s1    | 2023-03-01 | 1       | Y      |        |            | declined | access_or_cost |
    | some     | s2    | 2023-03-01 | 1       | Y      |        |            | accepted |                |
    | halted   | h1    | 2023-03-01 | 1       | Y      |        |            | accepted | comorbidity    |
    | order    | x1    | 2023-03-01 | 1       | Y      |        |            | declined | access_or_cost |
    | order    | x2    | 2023-03-01 | 1       | Y      |        |            | declined | deterioration  |
    | died     | d1    | 2023-03-01 | 1       | Y      |        |            | pending  |                |
    | lost     | l1    | 2023-03-01 | 1       | Y      |        |            | accepted |                |
    | silent   | q1    | 2023-03-01 | 1       | Y      |        |            | pending  |                |
    | kept     | k1    | 2023-03-01 | 1       | Y      |        |            | accepted | deterioration  |
    | later    | t1    | 2023-03-01 | 1       | Y      |        |            | declined | access_or_cost |
    | later    | t2    | 2023-09-01 | 2       | Y      | Y      | 2023-09-15 | accepted |                |
    | goes-on  | c1    | 2023-03-01 | 1       | Y      |        |            | accepted |                |
    | renewed  | e1    | 2023-03-01 | 1       | Y      | Y      | 2023-03-20 | accepted |                |
    | stopped  | p1    | 2023-03-01 | 1       | Y      |        |            | accepted |                |
    | on-it    | i1    | 2023-03-01 | 1       | Y      |        |            | accepted |                |
    | on-it    | i2    | 2023-03-01 | 1       | Y      |        |            | pending  |                |
    | worsened | w1    | 2023-03-01 | 1       | Y      |        |            | declined | deterioration  |
    | nothing  | n1    | 2023-03-01 | 1       |        |        |            | declined | other          |
"""
REGIMENS = """
    | USUBJID  | GUIDFL | RECID | ASTDT      | AENDT      | GUIDRSN                       |
    |----------|--------|-------|------------|------------|-------------------------------|
    | given    | Y      | g2    | 2023-04-01 |            | guided                        |
    | later    | Y      | t2    | 2023-09-15 |            | guided                        |
    | goes-on  |        | c1    | 2023-01-10 |            | concordant, before the review |
    | renewed  |        | e1    | 2023-01-10 | 2023-03-19 | concordant, before the review |
    | renewed  |        | e1    | 2023-03-20 |            | concordant, before the review |
    | stopped  |        | p1    | 2023-01-10 | 2023-02-28 | concordant, before the review |
    | on-it    |        | i1    | 2023-01-10 |            | concordant, before the review |
    | worsened |        | w1    | 2023-01-10 |            | concordant, before the review |
"""


def drawn_study():
    return {
        "adsl": frame(PATIENTS),
        "admb": frame(RECOMMENDATIONS, dates="REVDT RECVDT", numbers="PROFNUM"),
        "adex": frame(REGIMENS, dates="ASTDT AENDT"),
    }


def test_each_patient_has_one_fate():
    data = drawn_study()
    found = recommendation_uptake.not_given(data, RULES).set_index("USUBJID")
    planned = data["adsl"][data["adsl"]["RECTGFL"].eq("Y")].set_index("USUBJID")
    assert found["FATE"].to_dict() == planned["fate"].to_dict()
    assert found["FROM"].to_dict() == planned["from"].to_dict()
    assert found.index[found["LATER"].eq("Y")].tolist() == ["later"]


def test_fates_add_up_to_the_recommended():
    for data in (drawn_study(), simulated(), simulated("DC01")):
        rows = reasons_not_given.numbers(data, RULES)
        counts = rows.frame[rows.frame["analysis_id"].eq("of recommended")]
        total = counts.loc[counts["stat_name"].eq("n"), "stat"].sum()
        assert total == rows.value(Cell("patients"), "n") == data["adsl"]["RECTGFL"].eq("Y").sum()
        final = rows.frame[rows.frame["analysis_id"].eq("of not given")]
        n, size = (final.loc[final["stat_name"].eq(s), "stat"] for s in ("n", "N"))
        assert n.sum() == size.iloc[0]


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
def test_flows_lead_every_discussed_patient_from_one_node_to_one(cut):
    data = simulated(cut)
    rows = recommendation_to_therapy.numbers(data, RULES)
    flows = rows.members[rows.members["analysis_id"].eq("flow")]
    discussed = data["adsl"].loc[data["adsl"]["MTBFL"].eq("Y"), "USUBJID"]
    assert sorted(flows["USUBJID"]) == sorted(discussed)
    guided = flows[flows["category"].str.startswith("Guided")]["USUBJID"]
    started = data["adsl"].loc[data["adsl"]["GUIDFL"].eq("Y"), "USUBJID"]
    assert sorted(guided) == sorted(started)


# --- specimens --------------------------------------------------------------------------------

SPECIMENS = """
    | USUBJID | SPECID | SPECDT     | ADEQFL | TESTID | PROFNUM | QCSTAT  | REPDT      |
    |---------|--------|------------|--------|--------|---------|---------|------------|
    | first   | a      | 2023-01-01 | Y      | t1     | 1       | pass    | 2023-01-20 |
    | first   | a2     | 2023-09-01 | Y      | t2     | 2       | fail    | 2023-09-20 |
    | again   | b      | 2023-01-01 | Y      | t3     | 1       | fail    | 2023-01-20 |
    | again   | c      | 2023-02-01 | Y      | t4     | 1       | pass    | 2023-02-20 |
    | poor    | d      | 2023-01-01 |        |        |         |         |            |
    | poor    | e      | 2023-02-01 | Y      | t5     | 1       | pass    | 2023-02-20 |
    | waits   | f      | 2023-01-01 | Y      | t6     | 1       | fail    | 2023-01-20 |
    | waits   | g      | 2023-02-01 | Y      | t7     | 1       | pending |            |
    | fails   | h      | 2023-01-01 | Y      | t8     | 1       | fail    | 2023-01-20 |
    | useless | i      | 2023-01-01 |        |        |         |         |            |
    | kept    | j      | 2023-01-01 | Y      |        |         |         |            |
"""


def test_outcome_of_the_first_profile():
    adngs = frame(SPECIMENS, dates="SPECDT REPDT", numbers="PROFNUM")
    patients = [*pd.unique(adngs["USUBJID"]), "without"]
    outcome = first_profile_outcome(pd.DataFrame({"USUBJID": patients}), adngs)
    assert outcome.to_dict() == {
        "first": "Passed at the first specimen",
        "again": "Passed after a repeat",
        "poor": "Passed after a repeat",
        "waits": "Report pending",
        "fails": "Failed",
        "useless": "No adequate specimen",
        "kept": "Specimen not tested yet",
        "without": "No specimen",
    }


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
def test_outcomes_add_up_to_the_enrolled(cut):
    rows = specimens_and_sequencing(simulated(cut), RULES)
    total = sum(
        rows.value(Cell("per patient", parameter=OUTCOME, category=name), "n") for name in OUTCOMES
    )
    assert total == len(simulated(cut)["adsl"])


# --- evidence ---------------------------------------------------------------------------------


def test_levels_are_ordered_within_their_system_as_the_vocabulary_says():
    assert level_order("ESCAT", RULES)[:4] == ("I-A", "I-B", "I-C", "II-A")
    assert level_order("OncoKB", RULES) == (
        "LEVEL_1", "LEVEL_2", "LEVEL_3A", "LEVEL_3B", "LEVEL_4", "LEVEL_R1", "LEVEL_R2",
    )  # fmt: skip
    assert level_order("AMP", RULES)[0] == "I-A"


def test_the_highest_level_of_each_patient_and_system():
    admb = frame(
        """
        | USUBJID | RECID | RANK | EVSYS  | EVLVL            | EVVER   |
        |---------|-------|------|--------|------------------|---------|
        | A       | 1     | 1    | ESCAT  | III-A            | 2022-06 |
        | A       | 2     | 2    | ESCAT  | I-B              | 2023-06 |
        | A       | 3     | 3    | OncoKB | LEVEL_2          |         |
        | B       | 4     | 1    | ESCAT  | LEVEL_1          | 2023-06 |
        | C       | 5     | 1    | OncoKB | LEVEL_Dx1        | 2023-06 |
        | D       | 6     | 1    | other  | standard of care |         |
        """,
        numbers="RANK",
    )
    assert evidence_rank(admb, RULES).isna().tolist() == [False, False, False, True, True, True]
    best = highest_level(admb, RULES).set_index(["USUBJID", "EVSYS"])
    assert best.loc[("A", "ESCAT"), ["EVLVL", "EVVER"]].tolist() == ["I-B", "2023-06"]
    assert best.loc[("A", "OncoKB"), "EVLVL"] == "LEVEL_2"
    assert best["EVLVL"].isna().sum() == 3


def test_graded_and_ungraded_patients_are_all_the_discussed():
    data = simulated()
    members = highest_evidence.numbers(data, RULES).members
    graded = set(members.loc[members["parameter"].eq("Graded"), "USUBJID"])
    none = set(members.loc[members["analysis_id"].eq("none"), "USUBJID"])
    assert not graded & none
    assert graded | none == set(data["adsl"].loc[data["adsl"]["MTBFL"].eq("Y"), "USUBJID"])


def test_with_and_without_an_intervenable_variant_are_all_the_enrolled():
    for cut in ("DC01", "DC04"):
        data = simulated(cut)
        rows = intervenable_variant.numbers(data, RULES)
        without = rows.members[rows.members["analysis_id"].eq("without")]["USUBJID"]
        assert without.is_unique
        main = Cell("of all enrolled (main)", parameter=intervenable_variant.INTERVENABLE)
        assert rows.value(main, "n") + len(without) == rows.value(main, "N") == len(data["adsl"])


# --- matching score ---------------------------------------------------------------------------

VARIANTS = """
    | USUBJID | VARID | PROFNUM | GENE  | ALTTYPE | HGVSP   |
    |---------|-------|---------|-------|---------|---------|
    | one     | v1    | 1       | BRAF  | snv     | p.V600E |
    | one     | v2    | 1       | TP53  | snv     | p.R175H |
    | one     | v3    | 2       | MET   | indel   |         |
    | two     | w1    | 1       | EGFR  | indel   |         |
    | two     | w2    | 1       | MET   | fusion  |         |
    | two     | w3    | 1       | TP53  | snv     | p.Y220C |
    | twice   | x1    | 1       | KRAS  | snv     | p.G12C  |
    | twice   | x2    | 1       | KRAS  | snv     | p.G12C  |
    | marker  | y1    | 1       | TP53  | snv     | p.R175H |
    | second  | z1    | 1       | TP53  | snv     | p.R175H |
    | second  | z2    | 2       | ESR1  | snv     | p.D538G |
"""
BEHIND = """
    | USUBJID | RECID | LINKFL | DRUG                   | REVDT      | VARID | PROFNUM |
    |---------|-------|--------|------------------------|------------|-------|---------|
    | one     | r1    | Y      | dabrafenib+trametinib  | 2023-01-10 | v1    | 1       |
    | two     | s1    | Y      | osimertinib            | 2023-01-10 | w1    | 1       |
    | two     | s2    | Y      | capmatinib             | 2023-01-10 | w2    | 1       |
    | two     | s3    | Y      | adavosertib            | 2023-01-10 | w3    | 1       |
    | twice   | t1    | Y      | sotorasib              | 2023-01-10 | x2    | 1       |
    | marker  | u1    | Y      | pembrolizumab          | 2023-01-10 |       | 1       |
    | second  | q1    | Y      | elacestrant            | 2023-05-10 | z2    | 2       |
"""
GIVEN = """
    | USUBJID | EXSEQ | TRT                    | ASTDT      | GUIDFL | RECID | expected |
    |---------|-------|------------------------|------------|--------|-------|----------|
    | one     | 1     | Trametinib+Dabrafenib  | 2023-01-10 | Y      | r1    | 1/2      |
    | two     | 1     | osimertinib+capmatinib | 2023-02-01 | Y      | s1    | 2/3      |
    | twice   | 1     | sotorasib              | 2023-02-01 | Y      | t1    | 1/1      |
    | marker  | 1     | pembrolizumab          | 2023-02-01 | Y      | u1    | -        |
    | second  | 1     | elacestrant            | 2023-06-01 | Y      | q1    | -        |
"""


def test_matching_score():
    adex = frame(GIVEN, dates="ASTDT", numbers="EXSEQ")
    admb, adgn = frame(BEHIND, dates="REVDT", numbers="PROFNUM"), frame(VARIANTS, numbers="PROFNUM")
    scores = derive_matching_score(adex, admb, adgn, RULES).set_index("USUBJID")
    found = {
        who: f"{score.MATCHED}/{score.REPORTED}" if score.STATUS == "scored" else "-"
        for who, score in zip(scores.index, scores.itertuples(), strict=True)
    }
    assert found == dict(zip(adex["USUBJID"], adex["expected"], strict=True))
    assert scores.loc["marker", "STATUS"] == "guided by a biomarker alone"
    assert scores.loc["second", "STATUS"] == "guided by the second profile alone"
    assert scores.loc["two", "SCORE"] == pytest.approx(2 / 3)


def test_the_spline_bends_between_the_knots_only():
    import numpy as np

    knots = np.array([0.2, 0.4, 0.8])
    below = matching_score.spline_basis(np.array([0.0, 0.1, 0.2]), knots)
    above = matching_score.spline_basis(np.array([0.8, 0.9, 1.0]), knots)
    assert below.tolist() == [0, 0, 0]
    assert np.diff(above, 2) == pytest.approx(0, abs=1e-12)


# --- exposure, strata, listings ---------------------------------------------------------------


def test_what_followed_adds_up_to_those_with_the_earlier_regimen():
    rows = subsequent_therapy.numbers(simulated(), RULES).frame
    steps = rows[rows["analysis_id"].ne("crossover")]
    wide = steps.pivot_table(
        index=["analysis_id", "group", "category"], columns="stat_name", values="stat"
    )
    totals = wide.groupby(level=[0, 1]).agg(n=("n", "sum"), size=("N", "first"))
    assert totals["n"].tolist() == totals["size"].tolist()


def test_a_level_that_escat_does_not_have_is_not_called_another_system():
    data = simulated()
    admb = data["admb"].copy()
    escat = admb.index[admb["EVSYS"].eq("ESCAT") & admb["RECVFL"].eq("Y")]
    admb.loc[escat, "EVLVL"] = "IIB"  # as ESCAT is often written, and not in its vocabulary
    before, after = (
        response_by_stratum({**data, "admb": rows}, RULES).frame for rows in (data["admb"], admb)
    )

    def sizes(frame):
        tiers = frame[frame["parameter"].eq("Evidence tier") & frame["stat_name"].eq("N")]
        return tiers.set_index("category")["stat"]

    graded = sizes(before).drop("not graded by ESCAT", errors="ignore").sum()
    assert sizes(after)["ESCAT, level not assigned"] == graded > 0
    assert sizes(after).sum() == sizes(before).sum()


def test_small_strata_have_counts_and_no_percentage():
    rows = response_by_stratum(simulated(), RULES).frame
    sizes = rows[rows["stat_name"].eq("N")].set_index(["parameter", "category"])["stat"]
    shown = rows[rows["stat_name"].eq("estimate")].set_index(["parameter", "category"]).index
    small = sizes.index[sizes < RULES.estimation.min_stratum]
    assert len(small)
    assert not shown.intersection(small).size
    assert len(shown) + len(small) == len(sizes)


@pytest.mark.parametrize("study", STUDIES)
def test_listings_lose_nobody(study):
    data = STUDIES[study]()
    for room, flag in (
        (patient_states, "ENRLFL"),
        (analysis_sets, "ENRLFL"),
        (regimens, "ENRLFL"),
        (recommendations, "MTBFL"),
        (variants, "SEQFL"),
    ):
        listed = room.numbers(data, RULES)
        wanted = data["adsl"].loc[data["adsl"][flag].eq("Y"), "USUBJID"]
        assert set(listed.frame["USUBJID"]) == set(wanted), room.OUTPUT
        assert room.show(listed, RULES)[0].html


def test_a_burden_of_exactly_the_threshold_is_high():
    burdens = {"BELOW": 9.9, "AT": 10.0, "ABOVE": 10.1, "NONE": None}
    adsl = pd.DataFrame({"USUBJID": list(burdens), "SEQFL": "Y"})
    tests = adsl[["USUBJID"]].assign(
        PROFNUM=1, QCSTAT="pass", TMB=list(burdens.values()), MSI=None, HRD=None
    )
    rules = plan_rules(molecular={"tmb_high": 10})
    found = first_profile.first_profile_biomarkers({"adsl": adsl, "adngs": tests}, rules)["TMBHIGH"]
    assert found.to_dict() == {
        "BELOW": "low",
        "AT": "high",
        "ABOVE": "high",
        "NONE": first_profile.NOT_MEASURED,
    }
