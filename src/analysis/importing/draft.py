"""A first mapping of a source: what can be guessed by name, and what cannot, marked TODO."""

from __future__ import annotations

from pathlib import Path

from analysis.errors import ParameterError
from analysis.importing.draft_redcap import redcap_lines
from analysis.importing.draft_sdtm import sdtm_lines
from analysis.importing.redcap_dictionary import read_dictionary
from analysis.importing.sdtm import read_sdtm
from analysis.replacing import whole_file
from analysis.wording import counted


def write_draft(kind: str, source: Path, draft: Path, dictionary: Path | None) -> list[str]:
    """Write a first mapping.

    Parameters
    ----------
    kind : str
        redcap or sdtm.
    source : Path
        The export or the folder of domains.
    draft : Path
        File to write; never written over.
    dictionary : Path, optional
        Data dictionary of a REDCap project.

    Returns
    -------
    list of str
        What to print.

    Raises
    ------
    ParameterError
        If the file is there already, or a dictionary is needed and not named.
    """
    if draft.exists():
        raise ParameterError(f"{draft}: is there already; name a new file")
    if kind == "redcap":
        if dictionary is None:
            raise ParameterError("a draft for REDCap needs --dictionary, the data dictionary CSV")
        lines = redcap_lines(read_dictionary(dictionary), dictionary.name)
    else:
        lines = sdtm_lines(read_sdtm(source).tables)
    with whole_file(draft) as file:
        file.write("\n".join(lines) + "\n")
    open_ = sum("TODO" in line for line in lines)
    return [
        f"{draft}: a first mapping, {counted(open_, 'place')} marked TODO; go through all of it, "
        "then import with --map"
    ]
