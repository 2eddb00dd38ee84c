"""From the raw extracts of one cut to its analysis datasets: what goes in, in what order.

Validation first: an extract with an error is not analysed, and nothing that existed before is
touched but the findings. Then the cut, once. Then the datasets, each from those before it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import schemas.derived
from analysis.csv_writer import safe, write_csv
from analysis.datacut import CutResult, apply_cut
from analysis.datasets.adae import build_adae
from analysis.datasets.adcm import build_adcm
from analysis.datasets.adex import build_adex, classified_regimens
from analysis.datasets.adgn import build_adgn
from analysis.datasets.admb import build_admb
from analysis.datasets.adngs import build_adngs
from analysis.datasets.adqs import build_adqs
from analysis.datasets.adrs import derive_responses, with_reported
from analysis.datasets.adsl import build_adsl, complete_adsl, enrolled_only, with_screen_failures
from analysis.datasets.adtr import build_adtr
from analysis.datasets.adtte import complete_adtte, derive_times
from analysis.datasets.scan_date_bounds import with_bounds
from analysis.datasets.source import flag
from analysis.endpoints.guided_therapy import linked_recommendations
from analysis.endpoints.lesions import read_lesions
from analysis.endpoints.reported_outcomes import reported_responses
from analysis.endpoints.response_sets import response_sets
from analysis.endpoints.scan_dates import has_partial, with_scan_dates
from analysis.endpoints.tumour_baseline import in_baseline_window
from analysis.extracts import Extracts, read_extracts
from analysis.findings import FILE, Findings
from analysis.locked.datasets import refuse_other_datasets
from analysis.params import Cut, Rules
from analysis.replacing import aside, put_in_place
from analysis.sap import Study, read_study
from analysis.validation import validate
from analysis.wording import counted

DONE, DIFFERENCES = 0, 1


@dataclass(frozen=True)
class Outcome:
    """What a command has done: its exit status, lines to print, and the findings."""

    exit_status: int
    summary: list[str]
    findings: Findings = field(repr=False)


def derive_datasets(
    extracts: dict[str, pd.DataFrame], cut: Cut, rules: Rules
) -> tuple[dict[str, pd.DataFrame], CutResult]:
    """All analysis datasets of one cut from valid raw extracts; pure, inputs untouched.

    Parameters
    ----------
    extracts : dict of DataFrame
        The 16 typed raw tables, as received.
    cut : Cut
    rules : Rules

    Returns
    -------
    datasets : dict of DataFrame
        By name, checked against their schemas, sorted by key.
    result : CutResult
        Read-out of what the cut removed and edited.
    """
    datasets, result = _derived(with_scan_dates(dict(extracts)), cut, rules)
    if has_partial(extracts):
        bounds = {
            how: _derived(with_scan_dates(dict(extracts), how), cut, rules)[0]
            for how in ("earliest", "latest")
        }
        datasets |= _checked(with_bounds(datasets, bounds, result.frames, rules))
    return {name: datasets[name] for name in schemas.derived.DATASETS}, result


def _derived(
    extracts: dict[str, pd.DataFrame], cut: Cut, rules: Rules
) -> tuple[dict[str, pd.DataFrame], CutResult]:
    """All datasets from extracts in which every scan has its day."""
    result = apply_cut(extracts, cut.clinical_cutoff)
    known, screened = enrolled_only(result.frames)
    recommendations = linked_recommendations(known, rules)
    classified = classified_regimens(known["treatments"], recommendations, rules)
    cutoff = pd.Timestamp(cut.clinical_cutoff)
    adsl = build_adsl(known, recommendations, classified, cutoff, rules)
    adex = build_adex(known["treatments"], classified)
    first_dose = adsl.set_index("USUBJID")["TRTSDT"]
    adcm = build_adcm(known["prior_treatments"], first_dose, rules)
    responses = derive_responses(known["tumour_responses"], known["tumour_lesions"], adsl, rules)
    adrs = responses.adrs
    reported = reported_responses(known.get("reported_outcomes"), adsl["USUBJID"])
    if len(reported):
        adrs = with_reported(adrs, reported)
    adsl = complete_adsl(
        adsl,
        responses.line_progressions,
        responses.guided_progressions,
        _response_sets(known["tumour_lesions"], adrs, adsl, rules),
        adex,
        adcm,
        classified,
        recommendations,
        rules,
    )
    times = derive_times(adsl, adex, adrs, known, rules)
    datasets = _checked(
        {
            "adsl": adsl,
            "adex": adex,
            "adcm": adcm,
            "adrs": adrs,
            "adtr": build_adtr(known["tumour_lesions"], adsl, rules),
            "adngs": build_adngs(known["biopsies"], known["sequencing"]),
            "admb": build_admb(
                recommendations, known["mtb_decisions"], known["variants"], classified
            ),
            "adgn": build_adgn(known["variants"], known["sequencing"], recommendations),
            "adae": build_adae(
                known["adverse_events"], adsl, adex, rules, _ungraded(extracts["adverse_events"])
            ),
            "adqs": build_adqs(known["promis29"], known["ecog"], adsl, rules),
        }
    )
    adtte = complete_adtte(times, adex, datasets["adae"], datasets["adqs"], rules)
    everyone = with_screen_failures(datasets["adsl"], screened, cutoff, rules)
    datasets |= _checked({"adtte": adtte, "adsl": everyone})
    return datasets, result


def _ungraded(adverse_events: pd.DataFrame) -> set[int]:
    """Lines of the events that were received without a grade."""
    return set(adverse_events.loc[adverse_events["grade"].isna(), "line"])


def _checked(datasets: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Datasets in the form that their schemas declare."""
    return {name: schemas.derived.check(name, data) for name, data in datasets.items()}


def _response_sets(lesions, adrs, adsl: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Response sets of every patient, and whether there was a scan in the baseline window."""
    anchors = adsl.set_index("USUBJID")["TRTSDT"].dropna()
    scanned = in_baseline_window(read_lesions(lesions, rules), anchors, rules)["USUBJID"]
    sets = response_sets(lesions, adrs, adsl, rules)
    return sets.assign(BLSCANFL=flag(sets["USUBJID"].isin(scanned)))


def _read(study: Study) -> tuple[Extracts, Findings]:
    """The extracts of a cut with all findings."""
    wanted = study.rules.extracts.columns_of(study.cut.cut)
    extracts, findings = read_extracts(study.raw, wanted)
    findings.extend(validate(extracts, study.cut, study.rules))
    findings.locate(extracts.get("patients"))
    return extracts, findings


def _summary(study: Study, extracts: Extracts, findings: Findings, path: Path) -> list[str]:
    lines = [f"{study.cut.cut}: {findings.in_words} in {study.raw}; all findings in {path}"]
    if extracts.absent:
        lines.append(
            f"{study.cut.cut}: columns that these extracts do not have, read as missing: "
            f"{', '.join(sorted(extracts.absent))}"
        )
    if findings.has_errors:
        errors = findings.frame()
        errors = errors[errors["severity"].eq("error")]
        for row in errors.head(20).itertuples(index=False):
            line = "" if pd.isna(row.line) else f", line {row.line!s}"
            column = f", {row.column!s}" if row.column else ""
            value = f" = {row.value!r}" if row.value else ""
            lines.append(f"  {row.file}{line}{column}{value}: {row.message}")
        if len(errors) > 20:
            lines.append(f"  and {len(errors) - 20} more")
    return lines


def validate_cut(root: Path, cut_name: str) -> Outcome:
    """Validate the extracts of one cut and write ``findings.csv`` (see `Findings.keep`).

    Returns
    -------
    Outcome
        Exit status 1 with at least one finding of severity error, else 0.

    Raises
    ------
    ParameterError
        If the cut does not exist or the parameters are wrong.
    """
    study = read_study(root, cut_name)
    if study.lock is not None:
        study.lock.refuse_changed_raw(root)
    extracts, findings = _read(study)
    path = findings.keep(study.reports)
    status = DIFFERENCES if findings.has_errors else DONE
    return Outcome(status, _summary(study, extracts, findings, path), findings)


def derive_cut(root: Path, cut_name: str) -> Outcome:
    """Validate, cut and derive; write ``data/derived/<CUT>/``: datasets, read-out, findings.

    With an error nothing but the findings to read is replaced (see `Findings.keep`). The datasets
    are built aside and renamed into place, together with the findings that a report of them shows,
    so that a killed run leaves either the old ones or the new ones. The caller holds the lock of
    the study.

    Returns
    -------
    Outcome

    Raises
    ------
    ParameterError
        If the cut does not exist or the parameters are wrong.
    DerivationError
        Naming the patients that a derivation refused.
    LockedError
        If the cut is locked, and its extracts or the datasets made of them are not those frozen.
    """
    study = read_study(root, cut_name)
    if study.lock is not None:
        study.lock.refuse_changed_raw(root)
    extracts, findings = _read(study)
    path = findings.keep(study.reports)
    if findings.has_errors:
        lines = [
            *_summary(study, extracts, findings, path),
            f"{cut_name}: not derived; the errors come first",
        ]
        return Outcome(DIFFERENCES, lines, findings)
    datasets, result = derive_datasets(extracts, study.cut, study.rules)
    if study.lock is not None:
        refuse_other_datasets(study.lock, datasets)
    _write(study, datasets, result, findings)
    patients = len(datasets["adsl"])
    rows = sum(len(data) for data in datasets.values())
    lines = [
        *_summary(study, extracts, findings, path),
        f"{cut_name}: {counted(patients, 'patient')}, {counted(rows, 'row')} in "
        f"{counted(len(datasets), 'dataset')} in {study.derived}",
    ]
    if study.lacking:
        lines.append(
            f"{cut_name}: its lock has no {', '.join(study.lacking)}; taken from params/sap.yaml"
        )
    return Outcome(DONE, lines, findings)


def _write(
    study: Study, datasets: dict[str, pd.DataFrame], result: CutResult, findings: Findings
) -> None:
    """Write everything aside, then put it in place whole."""
    built = aside(study.derived)
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir(parents=True)
    try:
        for name, data in datasets.items():
            table = pa.Table.from_pandas(data, preserve_index=False)
            pq.write_table(table, built / f"{name}.parquet", compression="zstd")
        write_csv(safe(result.readout), built / "cut_readout.csv")
        write_csv(safe(result.counts), built / "cut_counts.csv")
        findings.to_csv(built / FILE)
        put_in_place(built, study.derived)
    except BaseException:
        shutil.rmtree(built, ignore_errors=True)  # a full disk is full of it
        raise
