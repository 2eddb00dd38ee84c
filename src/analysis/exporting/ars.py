"""Estimates and the plan as a CDISC ARS v1.0 reporting event, with a sidecar for the rest.

Each analysis of an output becomes an ARS analysis: its method is the statistics it has, one
operation each with the estimator in words; a result lies in the groups of group, visit, parameter
and category. What ARS has no slot for (unit, number of subjects, warning, time, which analysis set
a row has) stands in the sidecar, in the order of the results of each analysis.

Source: CDISC Analysis Results Standard v1.0, logical data model (schema beside this module).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.sap import Output, Sap

GROUPINGS = ("group", "visit", "parameter", "category")
BESIDE = ("row", "analysis_set", "unit", "n_subjects", "warning", "time", "time_unit")
_PURPOSES = {
    "14.2.1": "PRIMARY OUTCOME MEASURE",
    "14.2.2": "PRIMARY OUTCOME MEASURE",
}
_FLAGS = {"ENRLFL": "Enrolled", "TRTFL": "Treated", "SAFFL": "Safety"}


def reporting_event(
    estimates: pd.DataFrame, sap: Sap, study: str, cut: str, label: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The reporting event and its sidecar.

    Parameters
    ----------
    estimates : DataFrame
        ``estimates.csv`` as text, empty cells empty.
    sap : Sap
        The plan.
    study, cut, label : str
        Identifier of the study, the cut and what the cut is called.

    Returns
    -------
    event : dict
        Valid against the schema of ARS v1.0.
    sidecar : dict
        By id of the analysis, one object per result, in order.
    """
    methods: dict[tuple[tuple[str, str], ...], str] = {}
    analyses, sidecar = [], {}
    planned = {output.id: output for output in sap.outputs}
    for (output_id, analysis_id), rows in estimates.groupby(
        ["output_id", "analysis_id"], sort=True
    ):
        made, beside = _analysis(str(output_id), str(analysis_id), rows, planned, methods)
        analyses.append(made)
        sidecar[made["id"]] = beside
    used = sorted({one["analysisSetId"] for one in analyses if "analysisSetId" in one})
    shown = {one["id"].split("/")[0] for one in analyses}
    event = {
        "id": f"{study}.{cut}",
        "name": f"{study}, {cut}",
        "label": label,
        "version": 1,
        "mainListOfContents": _contents(sap, analyses),
        "analysisSets": [_set(flag, order) for order, flag in enumerate(used, start=1)],
        "analysisGroupings": [
            {
                "id": f"GF.{name}",
                "name": name,
                "label": name.capitalize(),
                "dataDriven": True,
            }
            for name in GROUPINGS
        ],
        "methods": [_method(identity, key) for key, identity in methods.items()],
        "analyses": analyses,
        "outputs": [_output(planned[one]) for one in sorted(shown & set(planned))],
    }
    return event, {"reportingEvent": event["id"], "analyses": sidecar}


def _analysis(
    output_id: str,
    analysis_id: str,
    rows: pd.DataFrame,
    planned: dict[str, Output],
    methods: dict[tuple[tuple[str, str], ...], str],
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """One analysis with its results, and what stands beside them."""
    pairs = rows[["stat_name", "method"]].drop_duplicates()
    key = tuple(sorted(pairs.itertuples(index=False, name=None)))
    method = methods.setdefault(key, f"MTH.{len(methods) + 1:04}")
    operation = {pair: f"{method}.{at:02}" for at, pair in enumerate(key, start=1)}
    results, beside = [], []
    records: list[dict[str, Any]] = rows.to_dict("records")  # type: ignore[assignment]
    for row in records:
        results.append(_result(row, operation[row["stat_name"], row["method"]]))
        beside.append({name: row[name] for name in BESIDE if row.get(name)})
    output = planned.get(output_id)
    section = output.section if output else ""
    made: dict[str, Any] = {
        "id": f"{output_id}/{analysis_id}",
        "name": f"{output_id}: {analysis_id}",
        "reason": {"controlledTerm": "SPECIFIED IN SAP"},
        "purpose": {"controlledTerm": _purpose(section)},
        "methodId": method,
        "orderedGroupings": [
            {"order": order, "groupingId": f"GF.{name}", "resultsByGroup": True}
            for order, name in enumerate(
                [name for name in GROUPINGS if rows[name].ne("").any()], start=1
            )
        ],
        "results": results,
    }
    sets = set(rows["analysis_set"]) - {""}
    if len(sets) == 1:
        made["analysisSetId"] = f"AS.{sets.pop()}"
    return made, beside


def _purpose(section: str) -> str:
    if section in _PURPOSES:
        return _PURPOSES[section]
    secondary = section.startswith("14.2.") and section != "14.2.6"
    return "SECONDARY OUTCOME MEASURE" if secondary else "EXPLORATORY OUTCOME MEASURE"


def _result(row: dict[str, str], operation: str) -> dict[str, Any]:
    """A number, or the text that stands for one."""
    result: dict[str, Any] = {
        "operationId": operation,
        "resultGroups": [
            {"groupingId": f"GF.{name}", "groupValue": row[name]} for name in GROUPINGS if row[name]
        ],
    }
    if row["stat"]:
        result["rawValue"] = row["stat"]
    if row["stat_text"]:
        result["formattedValue"] = row["stat_text"]
    return result


def _method(identity: str, key: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    names = ", ".join(dict.fromkeys(name for name, _ in key))
    return {
        "id": identity,
        "name": names,
        "operations": [
            {
                "id": f"{identity}.{order:02}",
                "name": name,
                "order": order,
                **({"description": how} if how else {}),
            }
            for order, (name, how) in enumerate(key, start=1)
        ],
    }


def _set(identity: str, order: int) -> dict[str, Any]:
    flag = identity.removeprefix("AS.")
    made: dict[str, Any] = {
        "id": identity,
        "name": _FLAGS.get(flag, flag),
        "level": 1,
        "order": order,
    }
    if flag.isidentifier() and flag.isupper():
        made["condition"] = {
            "dataset": "ADSL",
            "variable": flag,
            "comparator": "EQ",
            "value": ["Y"],
        }
    return made


def _output(output: Output) -> dict[str, Any]:
    display: dict[str, Any] = {
        "id": f"DSP.{output.id}",
        "name": output.title,
        "displayTitle": output.title,
    }
    notes = [
        {
            "order": order,
            "subSection": {"id": f"DSP.{output.id}.N{order}", "text": text},
        }
        for order, text in enumerate(output.footnotes, start=1)
    ]
    if notes:
        display["displaySections"] = [{"sectionType": "Footnote", "orderedSubSections": notes}]
    return {
        "id": output.id,
        "name": output.title,
        "displays": [{"order": 1, "display": display}],
    }


def _contents(sap: Sap, analyses: list[dict[str, Any]]) -> dict[str, Any]:
    """Sections of the plan, their outputs, the analyses of each."""
    of: dict[str, list[dict[str, Any]]] = {}
    for one in analyses:
        of.setdefault(one["id"].split("/")[0], []).append(one)
    sections: list[dict[str, Any]] = []
    for section, title in sap.sections.items():
        outputs = [output for output in sap.outputs if output.section == section]
        items = [
            {
                "level": 2,
                "order": order,
                "name": f"{output.id} {output.title}",
                "outputId": output.id,
                "sublist": {
                    "listItems": [
                        {"level": 3, "order": at, "name": one["name"], "analysisId": one["id"]}
                        for at, one in enumerate(of[output.id], start=1)
                    ]
                },
            }
            for order, output in enumerate([o for o in outputs if o.id in of], start=1)
        ]
        if items:
            sections.append(
                {
                    "level": 1,
                    "order": len(sections) + 1,
                    "name": f"{section} {title}",
                    "sublist": {"listItems": items},
                }
            )
    return {"name": "Outputs of the plan", "contentsList": {"listItems": sections}}
