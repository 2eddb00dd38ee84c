"""Response endpoints against a slow second reading of the rules, and properties that must hold.

`best_by_hand` reads one patient at a time, straight from the definitions; it shares no code with
the endpoints. Sequences are drawn with a fixed seed over all responses, distances that straddle
28 and 42 days, new therapy and ends of follow-up, under every setting of the rules.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.endpoints.assessments import effective_responses
from analysis.endpoints.best_overall_response import derive_bor, derive_cbor
from analysis.endpoints.clinical_benefit import derive_cbr6m, derive_cbr16, derive_dcr
from analysis.endpoints.confirmed_response import derive_crsp
from analysis.endpoints.objective_response import derive_rsp

from .response_tables import DAY_0, frames

RESPONSES = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"]
ORDER = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING"]


def counted_by_hand(visits, new_therapy, end, rule):
    """Visits that count, with what they count as; sorted by day."""
    visits = [v for v in sorted(visits) if new_therapy is None or v[0] < new_therapy]
    visits = [v for v in visits if end is None or v[0] <= end]
    lesser = ("PR", "SD", "NON-CR/NON-PD")
    if rule == "pd":
        seen, out = False, []
        for day, response in visits:
            out.append((day, "PD" if seen and response in lesser else response))
            seen = seen or response == "CR"
        visits = out
    first_pd = next((i for i, (_, r) in enumerate(visits) if r == "PD"), len(visits))
    if rule == "reclassify_pr":
        for i in range(first_pd):
            after = [r for _, r in visits[i + 1 : first_pd] if r in lesser]
            if visits[i][1] == "CR" and after:
                instead = "NON-CR/NON-PD" if after[-1] == "NON-CR/NON-PD" else "PR"
                visits[i] = (visits[i][0], instead)
    return visits[: first_pd + 1]


def confirmed_by_hand(visits, i, rules):
    """First visit that confirms the response of visit i, or None."""
    first = visits[i][1]
    for j in range(i + 1, len(visits)):
        path = [r for _, r in visits[i : j + 1]]
        between = path[1:-1]
        allowed = {"CR", "NE"} if first == "CR" else {"CR", "PR", "NE"}
        if first == "PR" and rules.accept_sd:
            allowed.add("SD")
        confirms = path[-1] in ({"CR"} if first == "CR" else {"CR", "PR"})
        pr_after_cr = (
            any(a == "CR" and "PR" in path[k + 1 :] for k, a in enumerate(path)) and first == "PR"
        )
        if (
            confirms
            and visits[j][0] - visits[i][0] >= rules.confirm_days
            and set(between) <= allowed
            and between.count("NE") <= rules.max_nr_ne
            and between.count("SD") <= 1
            and not pr_after_cr
        ):
            return j
    return None


def best_by_hand(visits, rules, confirm):
    """(response, day) of the best candidate."""
    found = []
    for i, (day, response) in enumerate(visits):
        late = day >= rules.min_sd_days
        if response in ("CR", "PR") and (
            not confirm or confirmed_by_hand(visits, i, rules) is not None
        ):
            found.append((response, day))
        if response in ("CR", "PR", "SD") and late:
            found.append(("SD", day))
        if response == "NON-CR/NON-PD" and late:
            found.append((response, day))
        if response == "PD":
            found.append(("PD", day))
        if response == "NE" or (response != "PD" and not late):
            found.append(("NE", day))
    if not found:
        return ("MISSING", None)
    return min(found, key=lambda c: (ORDER.index(c[0]), c[1]))


def draw_patients(number, seed):
    generator = np.random.default_rng(seed)
    patients = []
    for _ in range(number):
        visits = generator.integers(0, 7)
        gaps = generator.choice([7, 14, 21, 27, 28, 29, 41, 42, 56], size=visits)
        weights = [0.25, 0.3, 0.15, 0.05, 0.05, 0.2]
        responses = generator.choice(RESPONSES, size=visits, p=weights)
        days = np.cumsum(gaps)
        new_therapy = int(generator.choice(days)) if visits and generator.random() < 0.2 else None
        end = int(generator.choice(days)) if visits and generator.random() < 0.2 else None
        pairs = list(zip(days.tolist(), responses.tolist(), strict=True))
        patients.append((pairs, new_therapy, end))
    return patients


def written(patient):
    visits, new_therapy, end = patient
    items = [f"{response} {day}" for day, response in visits]
    items += [f"NACT {new_therapy}"] * (new_therapy is not None) + [f"END {end}"] * (
        end is not None
    )
    return ", ".join(items) or "-"


SETTINGS = [
    {"cr_then_lesser": rule, "accept_sd": accept_sd, "max_nr_ne": number, "confirm_days": days}
    for rule, accept_sd, (number, days) in itertools.product(
        ("pd", "as_recorded", "reclassify_pr"), (False, True), ((1, 28), (0, 21), (2, 42))
    )
]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: "-".join(map(str, s.values())))
def test_a_second_reading_of_the_rules_agrees(setting, rules_with):
    rules = rules_with(setting)
    patients = draw_patients(400, seed=20231130)
    assessments, reference = frames([written(patient) for patient in patients])
    for derive, confirm in ((derive_bor, False), (derive_cbor, True)):
        rows = derive(assessments, reference, rules)
        found = [
            (response, None if pd.isna(date) else (date - DAY_0).days)
            for response, date in zip(rows["AVALC"], rows["ADT"], strict=True)
        ]
        by_hand = [
            best_by_hand(
                counted_by_hand(*patient, setting["cr_then_lesser"]), rules.response, confirm
            )
            for patient in patients
        ]
        assert found == by_hand


def test_the_drawn_patients_reach_every_answer(rules):
    assessments, reference = frames([written(p) for p in draw_patients(400, seed=20231130)])
    assert set(derive_cbor(assessments, reference, rules)["AVALC"]) == set(ORDER)


sequence = st.lists(
    st.tuples(st.sampled_from(RESPONSES), st.sampled_from([7, 14, 27, 28, 42, 56])), max_size=6
)


def as_text(visits):
    days = itertools.accumulate(gap for _, gap in visits)
    return ", ".join(f"{r} {day}" for (r, _), day in zip(visits, days, strict=True)) or "-"


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    sequences=st.lists(sequence, min_size=1, max_size=6),
    random=st.randoms(use_true_random=False),
)
def test_row_order_has_no_effect_and_nobody_is_lost(rules, sequences, random):
    assessments, reference = frames([as_text(s) for s in sequences])
    order = random.sample(range(len(assessments)), len(assessments))
    patients = random.sample(range(len(reference)), len(reference))
    before = assessments.copy(), reference.copy()
    for derive in (derive_bor, derive_cbor, derive_rsp, derive_crsp, derive_dcr, derive_cbr16):
        rows = derive(assessments, reference, rules)
        shuffled = derive(assessments.iloc[order], reference.iloc[patients], rules)
        pd.testing.assert_frame_equal(rows, shuffled)
        assert rows["USUBJID"].tolist() == reference["USUBJID"].tolist()
    pd.testing.assert_frame_equal(assessments, before[0])
    pd.testing.assert_frame_equal(reference, before[1])


def test_what_one_endpoint_says_the_others_do_not_contradict(rules):
    assessments, reference = frames([written(p) for p in draw_patients(600, seed=7)])
    bor = derive_bor(assessments, reference, rules)["AVALC"]
    cbor = derive_cbor(assessments, reference, rules)["AVALC"]
    rsp = derive_rsp(assessments, reference, rules)["AVALC"].eq("Y")
    crsp = derive_crsp(assessments, reference, rules)["AVALC"].eq("Y")
    control = derive_dcr(assessments, reference, rules)["AVALC"].eq("Y")
    at_16 = derive_cbr16(assessments, reference, rules)["AVALC"].eq("Y")
    strict = derive_cbr16(assessments, reference, rules, strict=True)["AVALC"].eq("Y")
    at_6m = derive_cbr6m(assessments, reference, rules)["AVALC"].eq("Y")
    rank = {name: i for i, name in enumerate(ORDER)}
    assert (cbor.map(rank) >= bor.map(rank)).all()
    assert rsp.equals(bor.isin(["CR", "PR"]))
    assert crsp.equals(cbor.isin(["CR", "PR"]))
    assert control.equals(bor.isin(["CR", "PR", "SD"]))
    assert (rsp | ~crsp).all()
    assert (control | ~at_16).all()
    assert (at_16 | ~strict).all()
    assert (at_16 | ~at_6m).all()


def test_a_confirming_visit_is_late_enough(rules):
    assessments, reference = frames([written(p) for p in draw_patients(600, seed=11)])
    rows = derive_cbor(assessments, reference, rules)
    confirmed = rows[rows["CONFDT"].notna()]
    assert len(confirmed) > 50
    assert (confirmed["CONFDT"] - confirmed["ADT"]).dt.days.min() >= 28
    assert confirmed["AVALC"].isin(["CR", "PR"]).all()


def test_effective_responses_keep_every_date(rules):
    assessments, _ = frames([written(p) for p in draw_patients(200, seed=3)])
    rows = effective_responses(assessments, rules)
    key = ["USUBJID", "ADT"]
    pd.testing.assert_frame_equal(
        rows[key], assessments[key].sort_values(key, ignore_index=True), check_dtype=False
    )
