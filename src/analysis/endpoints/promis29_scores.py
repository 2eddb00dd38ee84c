"""PROMIS-29 Profile v2.1: raw sums, T scores and summary scores of each form.

A domain is scored when all four of its items are answered: the raw sum (4..20) is looked up in the
HealthMeasures table, which gives the T score (50 = mean, 10 = SD of the US reference population)
and its standard error. No pro-rating, no imputation of items. Physical function and social roles:
higher is better; the other five domains and pain intensity (0..10, as answered): higher is worse.

Summary scores: z = (T - 50) / 10; pain intensity z = (x - 2.31) / 2.34; pain = mean of the two pain
z; emotional distress = mean of the anxiety and depression z; PHS and MHS = 50 + 10 times the
weighted sum of physical function, pain, social roles, fatigue, distress and sleep. No component may
be missing. Higher is better for both.

Items come in scored direction. With ``rules.promis29.item_coding: printed`` the items whose answers
are printed in the opposite order are turned first (6 - x): physical function, Sleep109, Sleep116
and social roles.

Source: HealthMeasures, PROMIS Adult Profile Instruments Scoring Manual; Hays et al., Qual Life Res
2018; 27: 1885-1891 (summary scores). Only v2.1 is used: v1.x physical function differs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.missing import NO_TEXT
from analysis.params import Rules
from schemas import promis29, terminology

ITEMS = tuple(terminology.PROMIS29_ITEMS)
DOMAIN_OF = {
    "PF": "physical_function",
    "ANX": "anxiety",
    "DEP": "depression",
    "FAT": "fatigue",
    "SLP": "sleep_disturbance",
    "SOC": "social_roles",
    "PAINI": "pain_interference",
}
DOMAINS = tuple(DOMAIN_OF)
PAIN_INTENSITY = "PAINN"
SUMMARIES = {"PHS": "physical", "MHS": "mental"}
PARAMETERS = (*DOMAINS, PAIN_INTENSITY, *SUMMARIES)
HIGHER_IS_BETTER = ("PF", "SOC", "PHS", "MHS")
LABELS = {
    "PF": "Physical function",
    "ANX": "Anxiety",
    "DEP": "Depression",
    "FAT": "Fatigue",
    "SLP": "Sleep disturbance",
    "SOC": "Social roles and activities",
    "PAINI": "Pain interference",
    "PAINN": "Pain intensity (0–10)",
    "PHS": "Physical health summary",
    "MHS": "Mental health summary",
}
_PAIN_MEAN, _PAIN_SD = 2.31, 2.34


def items_of(paramcd: str) -> list[str]:
    """Item columns of a domain or of pain intensity."""
    domain = DOMAIN_OF.get(paramcd, "pain_intensity")
    return [item for item, of in terminology.PROMIS29_ITEMS.items() if of == domain]


def scored_items(forms: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Items in scored direction (float, missing = not answered), index of `forms`."""
    items = forms[list(ITEMS)].astype("float64")
    if rules.promis29.item_coding == "printed":
        turned = list(promis29.turned_items())
        items[turned] = 6 - items[turned]
    return items


def scorable(forms: pd.DataFrame) -> pd.Series:
    """Forms that give a score at all: a domain with all its items, or pain intensity (bool)."""
    answered = forms[list(ITEMS)].notna()
    parts = [answered[items_of(code)].all(axis=1) for code in (*DOMAINS, PAIN_INTENSITY)]
    return pd.Series(np.logical_or.reduce(parts), index=forms.index, dtype=bool)


def score_forms(forms: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Score every form.

    Parameters
    ----------
    forms : DataFrame
        Raw ``promis29``: the 29 items; other columns are not read.
    rules : Rules
        ``promis29.item_coding``.

    Returns
    -------
    DataFrame
        One row per form and parameter, in the order of `forms` and of `PARAMETERS`: ``form`` (label
        of the row in `forms`), PARAMCD, RAWSUM (Int64), AVAL (T score or 0..10), SE (T points;
        missing for pain intensity and summaries). Not scorable = missing.
    """
    items = scored_items(forms, rules)
    raw = {code: items[items_of(code)].sum(axis=1, skipna=False) for code in DOMAINS}
    values, errors = {}, {}
    for code in DOMAINS:
        values[code], errors[code] = t_scores(code, raw[code])
    raw[PAIN_INTENSITY] = values[PAIN_INTENSITY] = items[items_of(PAIN_INTENSITY)[0]]
    values |= summary_scores(pd.DataFrame(values, index=forms.index))
    nothing = pd.Series(np.nan, index=forms.index)
    scores = pd.concat(
        [
            pd.DataFrame(
                {
                    "form": forms.index,
                    "PARAMCD": code,
                    "RAWSUM": raw.get(code, nothing).astype("Int64"),
                    "AVAL": values[code].astype("float64"),
                    "SE": errors.get(code, nothing).astype("float64"),
                    "order": number,
                }
            )
            for number, code in enumerate(PARAMETERS)
        ],
        ignore_index=True,
    )
    scores["place"] = forms.index.get_indexer(pd.Index(scores["form"]))
    ordered = scores.sort_values(["place", "order"], kind="stable", ignore_index=True)
    return ordered.drop(columns=["place", "order"])


def t_scores(paramcd: str, raw_sum: pd.Series) -> tuple[pd.Series, pd.Series]:
    """T score and SE of raw sums of one domain; missing for a missing sum.

    Raises
    ------
    ValueError
        For a sum that four items of 1 to 5 cannot give.
    """
    known = raw_sum.dropna()
    wrong = known[~known.isin(range(4, 21))]
    if len(wrong):
        raise ValueError(f"{paramcd}: {wrong.iloc[0]:g} is not a raw sum of four items (4 to 20)")
    table = promis29.t_score_table().loc[DOMAIN_OF[paramcd]]
    sums = raw_sum.astype("float64")
    return sums.map(table["t_score"]), sums.map(table["se"])


def summary_scores(scores: pd.DataFrame) -> dict[str, pd.Series]:
    """PHS and MHS from T scores and pain intensity (columns by PARAMCD); missing if any is."""
    z = (scores[list(DOMAINS)] - 50) / 10
    intensity = (scores[PAIN_INTENSITY].astype("float64") - _PAIN_MEAN) / _PAIN_SD
    components = {
        "physical_function": z["PF"],
        "pain_composite": (z["PAINI"] + intensity) / 2,
        "social_roles": z["SOC"],
        "fatigue": z["FAT"],
        "emotional_distress": (z["ANX"] + z["DEP"]) / 2,
        "sleep_disturbance": z["SLP"],
    }
    weights = promis29.summary_weights()
    return {
        code: 50 + 10 * sum(weights[kind][name] * part for name, part in components.items())  # type: ignore[misc]
        for code, kind in SUMMARIES.items()
    }


def physical_function_version(raw_sum: pd.Series, t_score: pd.Series) -> pd.Series:
    """Which version's table recorded physical function T scores follow: "v2.1", "v1.x" or missing.

    Wrong-version data are told by their T scores: raw 4 is 22.5 in v2.1 and 22.9 in v1.x, raw 20
    57.0 and 56.9. Missing where a score is missing or fits neither.
    """
    sums = raw_sum.astype("float64")
    current = sums.map(promis29.t_score_table().loc[DOMAIN_OF["PF"]]["t_score"])
    older = sums.map(promis29.older_physical_function()).astype("float64")
    fits = [np.isclose(t_score.astype("float64"), table, atol=0.05) for table in (current, older)]
    version = pd.Series(np.select(fits, ["v2.1", "v1.x"], ""), raw_sum.index, dtype=object)
    return version.where(version.ne(""), NO_TEXT)


def change_category(change: pd.Series, paramcd: str, rules: Rules) -> pd.Series:
    """Improved, stable or worse by the minimally important difference; missing without a change.

    A change of exactly the difference counts as improved or worse.
    """
    threshold = minimal_difference(paramcd, rules)
    # T scores have one decimal; binary noise must not decide whether 3.0 is 3.0
    better = change.astype("float64").round(6) * (1 if paramcd in HIGHER_IS_BETTER else -1)
    category = pd.Series("stable", index=change.index, dtype=object)
    category[better >= threshold] = "improved"
    category[better <= -threshold] = "worse"
    return category.where(change.notna(), NO_TEXT)


def minimal_difference(paramcd: str, rules: Rules) -> float:
    """Threshold of a parameter: T points of a domain, points of pain intensity."""
    if paramcd == PAIN_INTENSITY:
        return float(rules.promis29.pain_intensity_difference)
    return float(getattr(rules.promis29.minimal_difference, paramcd))


SEVERITIES = ("within normal limits", "mild", "moderate", "severe")


def severity(scores: pd.Series, paramcd: str, rules: Rules) -> pd.Series:
    """Severity band of T scores of a domain (one of `SEVERITIES`); missing without a score.

    Symptoms: mild from 55, moderate from 60, severe from 70. Function is mirrored: within normal
    limits from 45, mild from 40, moderate from 30, severe below (``rules.promis29.severity``).
    """
    values = scores.to_numpy(dtype=float)[:, None]
    bands = rules.promis29.severity
    if paramcd in HIGHER_IS_BETTER:
        passed = values < np.array(bands.function, dtype=float)
    else:
        passed = values >= np.array(bands.symptoms, dtype=float)
    named = pd.Series(np.array(SEVERITIES, dtype=object)[passed.sum(axis=1)], scores.index)
    return named.where(scores.notna(), NO_TEXT)
