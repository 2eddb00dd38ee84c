"""A first mapping of SDTM domains: the variables of the standard, the values that are there."""

from __future__ import annotations

import re

from analysis.importing.source import Source, SourceTable
from analysis.importing.yaml_text import flow, quoted
from schemas.raw import RAW_TABLES
from schemas.terminology import OVERALL_RESPONSE

TODO = "TODO"
# What common values of the standard's terminology are in the contract.
_SEX = {"F": "female", "M": "male", "U": "unknown", "UNDIFFERENTIATED": "unknown"}
_YES_NO = {"Y": "Y", "N": "N"}
_OUTCOME = {
    "RECOVERED/RESOLVED": "resolved",
    "RECOVERED/RESOLVED WITH SEQUELAE": "resolved_with_sequelae",
    "NOT RECOVERED/NOT RESOLVED": "ongoing",
    "RECOVERING/RESOLVING": "ongoing",
    "FATAL": "fatal",
    "UNKNOWN": "unknown",
    "": "unknown",
}
_RELATED = {
    "Y": "yes",
    "RELATED": "yes",
    "PROBABLE": "yes",
    "POSSIBLE": "yes",
    "REMOTE": "no",
    "N": "no",
    "NONE": "no",
    "NOT RELATED": "no",
    "": "unknown",
}
_ACTION = {
    "DOSE NOT CHANGED": "none",
    "DOSE REDUCED": "dose_reduced",
    "DRUG INTERRUPTED": "interrupted",
    "DRUG WITHDRAWN": "discontinued",
    "NOT APPLICABLE": "not_applicable",
    "UNKNOWN": "unknown",
    "": "unknown",
}
_EVENT = {
    "COMPLETED": "completed",
    "DEATH": "death",
    "WITHDRAWAL BY SUBJECT": "withdrawal",
    "LOST TO FOLLOW-UP": "lost_to_follow_up",
    "PROGRESSIVE DISEASE": "clinical_progression",
}
_ENDED = {
    "ADVERSE EVENT": "adverse_event",
    "STUDY TERMINATED BY SPONSOR": "study_closure",
    "PROTOCOL VIOLATION": "protocol_violation",
    "PROTOCOL DEVIATION": "protocol_violation",
    "LACK OF EFFICACY": "lack_of_efficacy",
    "PHYSICIAN DECISION": "physician_decision",
    "OTHER": "other",
}
_ROLE = {"TARGET": "target", "NON-TARGET": "non_target", "NEW": "new"}
_STATE = {
    "MEASURED": "measured",
    "PRESENT": "present",
    "ABSENT": "absent",
    "TOO SMALL TO MEASURE": "too_small",
    "NOT DONE": "not_evaluable",
    "NOT EVALUABLE": "not_evaluable",
    "UNEQUIVOCAL": "unequivocal",
    "EQUIVOCAL": "equivocal",
    "UNEQUIVOCAL INCREASE": "unequivocal_progression",
    "EQUIVOCAL INCREASE": "present",
    "UNEQUIVOCAL PROGRESSION": "unequivocal_progression",
    "": "not_evaluable",
}
_METHOD = {"CT SCAN": "ct", "MRI": "mri", "PET/CT SCAN": "pet_ct", "X-RAY": "xray",
           "PHYSICAL EXAMINATION": "clinical"}  # fmt: skip
_CRITERIA = {
    "AESDTH": "death",
    "AESLIFE": "life_threatening",
    "AESHOSP": "hospitalisation",
    "AESDISAB": "disability",
    "AESCONG": "congenital_anomaly",
    "AESMIE": "medically_important",
}
_FROM = re.compile(r"^\s*(?:- )?from: (\w+)$")
_FIELD = re.compile(r"^(\s+\w+: )\{field: (\w+)[,}]")
_ABSENT = "empty: not recorded"
_NEW_LESION = {"Y": "Y", "N": "N", "UNEQUIVOCAL": "Y", "EQUIVOCAL": "N", "": ""}


def sdtm_lines(source: Source) -> list[str]:
    """Lines of the draft, for the domains that are there."""
    lines = [
        "# A first mapping, made from the domains. TODO marks what could not be guessed.",
        "kind: sdtm",
        "missing_codes: {}",
        "tables:",
        *_patients(source["DM"]),
    ]
    for name, make in (
        ("EX", _treatments),
        ("LESIONS", _lesions),
        ("RESPONSES", _responses),
        ("AE", _events),
    ):
        if name in source:
            lines += make(source[name])
    lines += _disposition(source)
    if "SS" in source:
        lines += _follow_up(source["SS"])
    mapped = {
        line.strip().rstrip(":") for line in lines if line.startswith("  ") and line[2] != " "
    }
    lines += [f"  # {name}: no domain of SDTM is read for it" for name, table in RAW_TABLES.items()
              if name not in mapped and not table.optional]  # fmt: skip
    return [*_of_what_is_there(lines, source), *_ignored_rows(source)]


def _of_what_is_there(lines: list[str], source: Source) -> list[str]:
    """The lines, with variables that a domain does not have declared as not recorded."""
    made, domain = [], ""
    for line in lines:
        if found := _FROM.search(line):
            domain = found.group(1)
        field = _FIELD.search(line)
        if field and field.group(2) not in source[domain].fields:
            line = f"{field.group(1)}{{{_ABSENT}}}"
        made.append(line)
    return made


def _seen(table: SourceTable, field: str, known: dict[str, str]) -> str:
    """Value map of what stands in a field; what is not known is TODO."""
    values = sorted(set(table.fields.get(field, [])))
    return flow({text: known.get(text.upper(), "" if not text else TODO) for text in values})


def _or_unknown(table: SourceTable, field: str, known: dict[str, str]) -> str:
    """A field with its values; a variable that is not there is unknown, and said to be."""
    if field not in table.fields:
        return "constant: unknown"
    return f"field: {field}, values: {_seen(table, field, known)}"


def _block(table: str, source: str, columns: dict[str, str], where: str = "") -> list[str]:
    lines = [f"  {table}:", f"    from: {source}"]
    lines += [f"    where: {where}"] if where else []
    lines.append("    columns:")
    return lines + [f"      {name}: {{{spec}}}" for name, spec in columns.items()]


_WHO = {"patient_id": "number: USUBJID"}


def _patients(dm: SourceTable) -> list[str]:
    sites = {
        text: f"S{int(text):02}" if text.isdigit() and len(text) <= 3 else f"S{number:02}"
        for number, text in enumerate(sorted(set(dm.fields.get("SITEID", []))), start=1)
    }
    born = (
        "field: BRTHDTC, date: year" if any(dm.fields.get("BRTHDTC", [])) else "empty: not recorded"
    )
    screened = _screen_failures(dm)
    arms = sorted(set(dm.fields.get("ARMCD", [])) - set(screened))
    lines = _block(
        "patients",
        "DM",
        {
            **_WHO,
            "site_id": f"field: SITEID, values: {flow(sites)}",
            "consent_date": "field: RFICDTC",
            # SDTM has no enrolment: the reference start is what stands nearest
            "enrolment_date": "field: RFSTDTC",
            "birth_year": born,
            "sex": f"field: SEX, values: {_seen(dm, 'SEX', _SEX)}",
            "diagnosis": "constant: unknown",
            "oncotree_code": "constant: unknown",
            "tumour_group": "constant: unknown",
            "diagnosis_date": "empty: not recorded",
            "stage": "constant: unknown",
            "metastatic_sites": "empty: not recorded",
            "eligible": "constant: unknown",
            "source_subject_id": "field: USUBJID",
        },
        f"{{ARMCD: [{', '.join(map(quoted, arms))}]}}" if screened else "",
    )
    lines.append("    # Please check: enrolment_date is RFSTDTC (SDTM has no date of enrolment).")
    return lines


def _screen_failures(dm: SourceTable) -> list[str]:
    """Arms of subjects who were never enrolled and of whom no date of consent is known.

    With a date of consent they are imported, and counted in the flow.
    """
    arms = dm.fields.get("ARMCD", [""] * len(dm))
    consents = dm.fields.get("RFICDTC", [""] * len(dm))
    pairs = zip(arms, consents, strict=True)
    return sorted({arm for arm, consent in pairs if "SCRN" in arm.upper() and not consent})


def _ignored_rows(source: Source) -> list[str]:
    """Records that are no rows of any table, with the reason."""
    lines = []
    if _screen_failures(source["DM"]):
        reason = "screen failures without a date of consent"
        lines.append(f"  DM: {quoted(reason)}")
    if "SS" in source:
        lines.append(f"  SS: {quoted('deaths, which stand in the disposition')}")
    if "DS" in source:
        reason = "milestones and other events that are no end of the study, screen failures"
        lines.append(f"  DS: {quoted(reason)}")
    return ["ignored_rows:", *lines] if lines else []


def _treatments(ex: SourceTable) -> list[str]:
    classes = flow(dict.fromkeys(sorted(set(ex.fields.get("EXTRT", []))), TODO))
    return _block(
        "treatments",
        "EX",
        {
            **_WHO,
            "regimen_id": "id: [EXSEQ], prefix: EX",
            "drug": "field: EXTRT",
            "therapy_class": f"field: EXTRT, values: {classes}",
            "start_date": "field: EXSTDTC",
            "end_date": "field: EXENDTC",
            "stop_reason": "constant: unknown",
            "local_reason": "empty: systemic",
            "target_lesion_treated": "empty: systemic",
        },
    )


def _visits(table: SourceTable) -> str:
    known = {"BASELINE": "baseline", "SCREENING": "baseline"}
    values = sorted(set(table.fields.get("VISIT", [])))
    return flow({text: known.get(text.upper(), "unscheduled") for text in values})


def _readers(table: SourceTable) -> str:
    """The investigator, then the other readers in order: central, second reader."""
    others = sorted(set(table.fields["READER"]) - {"INVESTIGATOR"})
    codes = ("central", "second_reader")
    known = {text: codes[at] if at < len(codes) else TODO for at, text in enumerate(others)}
    return flow({"INVESTIGATOR": "investigator", **known})


def _lesions(lesions: SourceTable) -> list[str]:
    organ = ", ".join(name for name in ("TULOC", "TRLOC") if name in lesions.fields)
    return _block(
        "tumour_lesions",
        "LESIONS",
        {
            **_WHO,
            "visit": f"field: VISIT, values: {_visits(lesions)}",
            "assessment_date": "field: TRDTC",
            "scan_date": "empty: TRDTC is the assessment",
            "lesion_id": "field: TRLNKID",
            "lesion_role": f"field: TUSTRESC, values: {_seen(lesions, 'TUSTRESC', _ROLE)}",
            "organ": f"first: [{organ}], if_empty: unknown",
            "nodal": "field: NODAL",
            "diameter_mm": "field: SIZE",
            "status": f"field: STATE, values: {_seen(lesions, 'STATE', _STATE)}",
            "method": f"field: TUMETHOD, values: {_seen(lesions, 'TUMETHOD', _METHOD)}",
            "assessor": f"field: READER, values: {_readers(lesions)}",
            "source_visit": "field: VISIT",
        },
    )


def _responses(responses: SourceTable) -> list[str]:
    columns = {
        **_WHO,
        "visit": f"field: VISIT, values: {_visits(responses)}",
        "assessment_date": "field: RSDTC",
        "assessor": f"field: READER, values: {_readers(responses)}",
    }
    for column, test in (
        ("target_response", "TRGRESP"),
        ("non_target_response", "NTRGRESP"),
    ):
        there = test in responses.fields
        columns[column] = f"field: {test}" if there else "empty: not recorded"
    new = next((test for test in ("NEWLIND", "NEWLPROG") if test in responses.fields), "")
    columns["new_lesion"] = "empty: not recorded"
    if new:
        columns["new_lesion"] = f"field: {new}, values: {_seen(responses, new, _NEW_LESION)}"
    overall = "field: OVRLRESP"
    unknown = set(responses.fields.get("OVRLRESP", [])) - {"", *OVERALL_RESPONSE}
    if unknown:
        known = {text: text for text in OVERALL_RESPONSE}
        overall += f", values: {_seen(responses, 'OVRLRESP', known)}"
    columns |= {"overall_response": overall, "source_visit": "field: VISIT"}
    return _block("tumour_responses", "RESPONSES", columns)


def _events(ae: SourceTable) -> list[str]:
    criteria = {name: code for name, code in _CRITERIA.items() if name in ae.fields}
    grade = "field: AETOXGR" if "AETOXGR" in ae.fields else _ABSENT
    return _block(
        "adverse_events",
        "AE",
        {
            **_WHO,
            "ae_id": "id: [AESEQ], prefix: AE",
            "term": "field: AEDECOD",
            "verbatim": "field: AETERM",
            "soc": "field: AEBODSYS",
            "grade": grade,
            "serious": f"field: AESER, values: {_seen(ae, 'AESER', _YES_NO)}",
            "serious_criterion": f"flags: {flow(criteria)}" if criteria else _ABSENT,
            "onset_date": "field: AESTDTC",
            "resolution_date": "field: AEENDTC",
            "outcome": _or_unknown(ae, "AEOUT", _OUTCOME),
            "related": _or_unknown(ae, "AEREL", _RELATED),
            "action_taken": _or_unknown(ae, "AEACN", _ACTION),
            "biopsy_related": "empty: not recorded",
        },
    )


def _follow_up(ss: SourceTable) -> list[str]:
    """Contacts: the survival status of SS; a death stands in the disposition."""
    known = {"ALIVE": "alive", "UNKNOWN": "unknown"}
    there = sorted(set(ss.fields.get("SSSTRESC", [])) & set(known))
    values = flow({text: known[text] for text in there})
    return _block(
        "follow_up",
        "SS",
        {
            **_WHO,
            "contact_date": "field: SSDTC",
            "vital_status": f"field: SSSTRESC, values: {values}",
        },
        f"{{SSSTRESC: [{', '.join(map(quoted, there))}]}}",
    )


def _deaths(dm: SourceTable) -> set[str]:
    """Subjects whom DM calls dead."""
    size = len(dm)
    flags, days = (dm.fields.get(name, [""] * size) for name in ("DTHFL", "DTHDTC"))
    rows = zip(dm.fields["USUBJID"], flags, days, strict=True)
    return {subject for subject, flag, day in rows if flag == "Y" or day}


def _disposition(source: Source) -> list[str]:
    """Ends of the study: disposition events of DS, and the deaths of DM where DS has not all."""
    dead = _deaths(source["DM"])
    ds = source.get("DS")
    told = set()
    if ds is not None:
        pairs = zip(ds.fields["USUBJID"], ds.fields["DSDECOD"], strict=True)
        told = {subject for subject, decoded in pairs if decoded.upper() == "DEATH"}
    by_dm = bool(dead - told)
    blocks = [_ends(ds, by_dm)] if ds is not None else []
    if by_dm:
        columns = {
            **_WHO,
            "event": "constant: death",
            "event_date": "field: DTHDTC",
            "cause": "constant: unknown",
        }
        blocks.append(_block("disposition", "DM", columns, '{DTHFL: ["Y"]}'))
    if len(blocks) < 2:
        return blocks[0] if blocks else []
    lines = ["  disposition:"]
    for block in blocks:
        first, *rest = block[1:]
        lines += [f"    - {first.strip()}", *(f"  {line}" for line in rest)]
    return lines


def _ends(ds: SourceTable, deaths_elsewhere: bool) -> list[str]:
    """The disposition events of DS."""
    category = ds.fields.get("DSCAT", [""] * len(ds))
    ends = [at for at, text in enumerate(category) if text in ("DISPOSITION EVENT", "")]
    passed = {"SCREEN FAILURE", "DEATH"} if deaths_elsewhere else {"SCREEN FAILURE"}
    decoded = sorted({ds.fields["DSDECOD"][at] for at in ends} - passed)
    event = {d: _EVENT.get(d.upper(), "discontinued" if d.upper() in _ENDED else TODO)
             for d in decoded}  # fmt: skip
    reason = {d: _ENDED.get(d.upper(), "") for d in decoded}
    cause = {d: "unknown" if event[d] == "death" else "" for d in decoded}
    consent = {d: "unknown" if event[d] == "withdrawal" else "" for d in decoded}
    where = f"{{DSDECOD: [{', '.join(map(quoted, decoded))}]}}"
    return _block(
        "disposition",
        "DS",
        {
            **_WHO,
            "event": f"field: DSDECOD, values: {flow(event)}",
            "event_date": "field: DSSTDTC",
            "reason": f"field: DSDECOD, values: {flow(reason)}",
            "cause": f"field: DSDECOD, values: {flow(cause)}",
            "vital_status_consent": f"field: DSDECOD, values: {flow(consent)}",
        },
        where,
    )
