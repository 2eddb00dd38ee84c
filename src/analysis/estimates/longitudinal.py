"""Repeated measures: the mixed model of the study."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr, stdtrit

from analysis.wording import counted

from .inputs import as_codes, as_numbers, z_value
from .mixed_model import RestrictedFit, fit_unstructured

__all__ = ["RepeatedMeasures", "mmrm"]


@dataclass(frozen=True, eq=False)
class RepeatedMeasures:
    """A fitted mixed model for repeated measures; made by `mmrm`.

    Attributes
    ----------
    contrasts : pandas.DataFrame
        A row per visit and group other than the reference: visit, group, reference,
        estimate (group minus reference), std_error, df, ci_low, ci_high, p_value.
    means : pandas.DataFrame
        A row per visit and group: visit, group, estimate, std_error, df, ci_low, ci_high.
    coefficients : pandas.DataFrame
        Indexed by term: estimate, std_error, df, ci_low, ci_high, p_value.
    covariance : pandas.DataFrame
        Between the visits of a subject, visits as index and columns.
    n_subjects, n_observations : int
    log_likelihood : float
        Restricted.
    """

    contrasts: pd.DataFrame
    means: pd.DataFrame
    coefficients: pd.DataFrame
    covariance: pd.DataFrame
    n_subjects: int
    n_observations: int
    log_likelihood: float
    _fit: RestrictedFit = field(repr=False)


def mmrm(data, outcome, subject, visit, group, covariates=(), *, reference=None, conf_level=0.95):
    """Mixed model for repeated measures: means of each group at each visit.

    Fixed effects are the covariates and group x visit; the covariance between the visits of
    a subject is unstructured; REML with Kenward-Roger standard errors and degrees of
    freedom. A subject contributes every visit seen (valid when missing at random).

    Parameters
    ----------
    data : pandas.DataFrame
        A row per subject and visit. Rows without an outcome are left out.
    outcome, subject, visit, group : str
        Column names. Visits and groups are ordered as a categorical says, else by value.
    covariates : sequence of str
        Columns such as the baseline value. Text and categorical ones enter as indicators;
        means are taken at the mean of numeric ones and over equal shares of the levels.
    reference : optional
        Group the others are compared with; the first by default.
    conf_level : float

    Returns
    -------
    RepeatedMeasures

    Raises
    ------
    ValueError
        When a column is unknown, a covariate, group or visit is missing beside an outcome,
        a subject has two rows at a visit or two groups, effects are collinear (also when a
        group has no outcome at a visit), or the covariance cannot be estimated.

    Notes
    -----
    Kenward and Roger, Biometrics 1997; 53: 983-997, with the observed information of the
    covariances; contrasts as R ``emmeans``. Checked against R to the sixth digit and better.
    """
    z_value(conf_level)
    rows = _outcome_rows(data, outcome, subject, visit, group, list(covariates))
    subjects, names = as_codes(subject, rows[subject])
    visits, visit_labels = as_codes(visit, rows[visit])
    groups, group_labels = as_codes(group, rows[group])
    _refuse_repeats(subjects, visits, groups, names)
    terms, columns, centre = _covariate_columns(rows, list(covariates))
    cells = _cell_columns(groups, visits, group_labels.size, visit_labels.size)
    design = np.column_stack([columns, cells])
    shape = len(names), visit_labels.size
    x, y, seen = np.zeros((*shape, design.shape[1])), np.zeros(shape), np.zeros(shape, bool)
    # Rounding, not the model, depends on the size of the columns: fit them standardised.
    scale = np.maximum(np.abs(design).max(axis=0), 1e-300)
    x[subjects, visits], seen[subjects, visits] = design / scale, True
    y[subjects, visits] = as_numbers(outcome, rows[outcome])
    fit = fit_unstructured(x, y, seen)
    frames = _mean_frames(fit, group_labels, visit_labels, centre, scale, reference, conf_level)
    cell_terms = [f"{g}:{v}" for v in visit_labels for g in group_labels]
    unit = np.eye(design.shape[1]) / scale
    coefficients = _inference(fit, unit, conf_level)
    coefficients.index = pd.Index([*terms, *cell_terms], name="term")
    return RepeatedMeasures(
        contrasts=frames[0],
        means=frames[1],
        coefficients=coefficients,
        covariance=pd.DataFrame(fit.covariance, index=visit_labels, columns=visit_labels),
        n_subjects=len(names),
        n_observations=int(seen.sum()),
        log_likelihood=fit.log_likelihood - float(np.log(scale).sum()),
        _fit=fit,
    )


def _t_quantile(df, conf_level):
    return np.where(np.isinf(df), z_value(conf_level), stdtrit(df, 0.5 + conf_level / 2))[()]


def _t_tail(df, t):
    return np.where(np.isinf(df), ndtr(-np.abs(t)), stdtr(df, -np.abs(t)))[()]


def _outcome_rows(data, outcome, subject, visit, group, covariates):
    needed = [c for c in (outcome, subject, visit, group, *covariates) if c is not None]
    unknown = [c for c in needed if c not in data.columns]
    if unknown:
        raise ValueError(f"data has no column {', '.join(map(str, unknown))}")
    rows = data.loc[data[outcome].notna(), list(dict.fromkeys(needed))].reset_index(drop=True)
    for column in needed:
        if rows[column].isna().any():
            missing = counted(int(rows[column].isna().sum()), "row")
            raise ValueError(f"{column} is missing in {missing}")
    if rows.empty:
        raise ValueError("no row has an outcome")
    return rows


def _refuse_repeats(subjects, visits, groups, names):
    pairs = pd.DataFrame({"subject": subjects, "visit": visits, "group": groups})
    twice = pairs.duplicated(["subject", "visit"])
    if twice.any():
        raise ValueError(f"subject {names[subjects[twice][0]]} has two rows at a visit")
    mixed = pairs.groupby("subject")["group"].nunique()
    if (mixed > 1).any():
        raise ValueError(f"subject {names[mixed.index[mixed > 1][0]]} is in two groups")


def _covariate_columns(rows, covariates):
    """Terms, columns (n, k) and the values at which means are taken."""
    terms, columns, centre = [], [], []
    for name in covariates:
        column = rows[name]
        if pd.api.types.is_numeric_dtype(column):
            values = as_numbers(name, column)
            terms.append(str(name))
            columns.append(values)
            centre.append(values.mean())
            continue
        codes, levels = as_codes(name, column)
        for i, level in enumerate(levels[1:], start=1):
            terms.append(f"{name}={level}")
            columns.append((codes == i).astype(float))
            centre.append(1 / len(levels))
    matrix = np.column_stack(columns) if columns else np.zeros((len(rows), 0))
    return terms, matrix, np.array(centre)


def _cell_columns(groups, visits, n_groups, n_visits):
    """An indicator per visit and group, visit by visit: group x visit with the intercept."""
    cells = np.zeros((groups.size, n_groups * n_visits))
    cells[np.arange(groups.size), visits * n_groups + groups] = 1.0
    return cells


def _mean_frames(fit, group_labels, visit_labels, centre, scale, reference, conf_level):
    labels = list(group_labels)
    if reference is not None and reference not in labels:
        raise ValueError(f"reference {reference!r} is not a group")
    base = 0 if reference is None else labels.index(reference)
    n_groups, n_visits = len(labels), len(visit_labels)
    cells = np.eye(n_groups * n_visits)
    means = np.column_stack([np.tile(centre, (len(cells), 1)), cells]) / scale
    mean_frame = _inference(fit, means, conf_level).drop(columns="p_value")
    mean_frame.insert(0, "visit", np.repeat(visit_labels, n_groups))
    mean_frame.insert(1, "group", np.tile(group_labels, n_visits))
    pairs = [(v, g) for v in range(n_visits) for g in range(n_groups) if g != base]
    rows = [means[v * n_groups + g] - means[v * n_groups + base] for v, g in pairs]
    contrast = _inference(fit, np.array(rows).reshape(len(pairs), means.shape[1]), conf_level)
    contrast.insert(0, "visit", [visit_labels[v] for v, _ in pairs])
    contrast.insert(1, "group", [labels[g] for _, g in pairs])
    contrast.insert(2, "reference", [labels[base]] * len(pairs))
    return contrast, mean_frame


def _inference(fit, rows, conf_level):
    columns = ["estimate", "std_error", "df"]
    frame = pd.DataFrame([fit.contrast(row) for row in rows], columns=columns, dtype=float)
    half = _t_quantile(frame["df"].to_numpy(), conf_level) * frame["std_error"].to_numpy()
    frame["ci_low"], frame["ci_high"] = frame["estimate"] - half, frame["estimate"] + half
    t = (frame["estimate"] / frame["std_error"]).to_numpy()
    frame["p_value"] = 2 * _t_tail(frame["df"].to_numpy(), t)
    return frame
