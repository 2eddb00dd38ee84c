"""Where the numbers of each output come from: datasets, and the parameters of them that count.

An output that is not named here is made of ADSL and of the raw tables that its room declares to
need (``NEEDS``), which is what is searched then.
"""

from __future__ import annotations

from collections.abc import Mapping

from analysis.endpoints.assessments import driving_parameter
from analysis.outputs.catalogue import MODULE_OF, module_of
from analysis.params import Rules

_SCANS = {"PARAMCD": ("OVRDER", "OVRINV", "OVRCEN")}
_BEST = {"PARAMCD": ("BOR", "CBOR", "CRSP", "RSP", "DCR", "CBR16", "CBR6M", "CBORG")}
_PFS = {"PARAMCD": ("PFS",)}
_OS = {"PARAMCD": ("OS",)}
Where = Mapping[str, tuple[str, ...]]
#: Output -> datasets with the values of their columns that count, the nearest first.
DATASETS: dict[str, tuple[tuple[str, Where], ...]] = {
    "F14.1.6": (("admb", {}), ("adex", {})),
    "F14.2.1.1": (("adtr", {}), ("adrs", _BEST)),
    "F14.2.1.2": (("adrs", _SCANS), ("adex", {})),
    "F14.2.1.3": (("adtr", {}),),
    "F14.2.1.4": (("adrs", _BEST),),
    "F14.2.2.1": (("adtte", {"PARAMCD": ("TTGUID",)}),),
    "F14.2.4.1": (("adtte", _PFS),),
    "F14.2.4.4": (("adtte", _PFS), ("adcm", {})),
    "F14.2.5.1": (("adtte", _OS),),
    "F14.2.7.1": (("adgn", {}), ("adrs", _BEST)),
    "F14.2.8.1": (("adqs", {}),),
    "F14.3.1": (("adtte", {"PARAMCD": ("TTSAE",)}),),
    "T14.1.4": (("adcm", {}),),
    "T14.1.5": (("adngs", {}),),
    "T14.1.6": (("admb", {}),),
    "T14.1.7": (("adtte", {"PARAMCD": ("TCONBIO", "TBIONGS", "TNGSMTB", "TMTBTRT", "TCONTRT")}),),
    "T14.1.9": (("adtte", {"PARAMCD": ("OS", "PFS")}),),
    "T14.1.10": (("adex", {}),),
    "T14.1.11": (("adex", {}),),
    "T14.2.1.1": (("adrs", _SCANS),),
    "T14.2.1.2": (("adrs", _BEST),),
    "T14.2.1.3": (("adrs", {"PARAMCD": (*_SCANS["PARAMCD"], *_BEST["PARAMCD"])}),),
    "T14.2.1.4": (("adrs", _BEST),),
    "T14.2.2.1": (("adex", {}),),
    "T14.2.2.2": (("adex", {}), ("admb", {})),
    "T14.2.3.1": (("adrs", _BEST),),
    "T14.2.3.2": (("adtte", {"PARAMCD": ("DOR", "TTR")}), ("adrs", _BEST)),
    "T14.2.4.1": (("adtte", _PFS),),
    "T14.2.4.2": (("adtte", _PFS),),
    "T14.2.4.3": (("adtte", {}),),
    "T14.2.4.4": (("adtte", {"PARAMCD": ("PFS", "PFSG")}), ("adcm", {})),
    "T14.2.5.1": (("adtte", _OS),),
    "T14.2.5.2": (("adtte", {"PARAMCD": ("OS", "OSENR", "OSMTB", "OSLIM", "OSENRLIM")}),),
    "T14.2.5.3": (("adtte", _OS),),
    "T14.2.7.1": (("admb", {}), ("adngs", {})),
    "T14.2.7.2": (("admb", {}),),
    "T14.2.7.3": (("adgn", {}), ("adngs", {})),
    "T14.2.7.4": (("admb", {}), ("adgn", {}), ("adrs", _BEST)),
    "T14.2.8.1": (("adqs", {}),),
    "T14.2.8.2": (("adqs", {}),),
    "T14.2.8.3": (("adqs", {}),),
    "T14.2.8.4": (("adqs", {}),),
    "T14.2.8.5": (("adtte", {}),),
    "T14.2.9.1": (("adqs", {"PARAMCD": ("ECOG",)}),),
    "T14.2.9.2": (("adqs", {"PARAMCD": ("ECOG",)}),),
    "T14.2.10.1": (("adngs", {}), ("admb", {}), ("adex", {})),
    "T14.2.10.2": (("adgn", {}),),
    "T14.2.11.1": (("adrs", {}), ("adtte", {})),
    "T14.3.1.1": (("adae", {}),),
    "T14.3.1.2": (("adae", {"AESER": ("Y",)}),),
    "T14.3.1.3": (("adae", {}),),
    "T14.3.1.4": (("adae", {"BIOPRFL": ("Y",)}), ("adngs", {})),
    "T14.3.2": (("adae", {}), ("adtte", _OS)),
}


def datasets_of(output_id: str, rules: Rules) -> tuple[tuple[str, Where], ...]:
    """Datasets behind the numbers of an output beside ADSL, the nearest first.

    Parameters
    ----------
    output_id : str
    rules : Rules
        ``response.source``: which overall responses count but in sensitivity analyses.
    """
    drives = {"PARAMCD": (driving_parameter(rules),)}
    return tuple(
        (dataset, drives if where is _SCANS else where)
        for dataset, where in DATASETS.get(output_id, ())
    )


def tables_of(output_id: str) -> tuple[str, ...]:
    """Raw tables that are searched for an output; patients where it declares none."""
    if output_id not in MODULE_OF:
        return ("patients",)
    room = module_of(output_id)
    needs = (*room.NEEDS, *getattr(room, "NEEDS_IF_RECORDED", ()))
    return tuple(dict.fromkeys(needs)) or ("patients",)
