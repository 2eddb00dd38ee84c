"""F14.2.7.1: alterations by gene and kind, therapy group, guided therapy, response, biomarkers.

First profile of every sequenced patient. Genes by the number of patients; the drawing shows as many
as `rules.display.oncoprint_genes`, the rows of estimates hold them all.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.patches import Patch, Rectangle

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import rounded
from analysis.displays.style import COLOURS, INK, RESPONSE_COLOURS, canvas, journal_style
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.genomics.first_profile import first_profile_biomarkers, genes_by_frequency
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import ALL_GROUPS, group_label, in_set
from analysis.tabulation.proportion import add_share
from analysis.wording import counted
from schemas.terminology import BEST_OVERALL_RESPONSE

OUTPUT = "F14.2.7.1"
NEEDS = ("sequencing", "variants")
NO_RESPONSE = "not treated"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.2.7.1: alterations by gene and kind, therapy group, guided therapy, response, biomarkers.

    The response is the confirmed best one: from the first guided dose for guided patients (CBORG),
    from the first dose for the others (CBOR).

    Returns
    -------
    EstimateRows
        Analyses "gene" (parameter = gene in the order of the figure; n, N, pct), "alteration"
        (parameter = gene, category = kind) and "track" (parameter = therapy, guided, response, MSI,
        TMB; each but "guided" adds up to the sequenced). The figure is drawn from the members.
    """
    adsl = in_set(data["adsl"], "SEQFL")
    sequenced = adsl["USUBJID"]
    adgn = data["adgn"]
    variants = adgn[adgn["PROFNUM"].eq(1) & adgn["USUBJID"].isin(sequenced)]
    rows = EstimateRows(OUTPUT, "SEQFL")
    rows.count(Cell("patients"), sequenced)
    for gene in genes_by_frequency(variants):
        mine = variants[variants["GENE"].eq(gene)]
        add_share(rows, Cell("gene", parameter=gene), mine["USUBJID"], sequenced)
        for kind, of_kind in mine.groupby("ALTTYPE", sort=True):
            cell = Cell("alteration", parameter=str(gene), category=str(kind))
            rows.count(cell, of_kind["USUBJID"])
    _tracks(rows, data, adsl, rules)
    return rows


def _tracks(rows: EstimateRows, data: Datasets, adsl: pd.DataFrame, rules: Rules) -> None:
    def track(parameter, category, who):
        rows.count(Cell("track", parameter=parameter, category=category), who)

    for group in ALL_GROUPS:
        track("therapy", group, adsl.loc[adsl["TRTGRP1"].eq(group), "USUBJID"])
    track("guided", "guided", in_set(adsl, "GUIDFL")["USUBJID"])
    adrs = data["adrs"]
    guided = adsl["USUBJID"].isin(in_set(adsl, "GUIDFL")["USUBJID"])
    best = {
        code: adrs[adrs["PARAMCD"].eq(code)].set_index("USUBJID")["AVALC"]
        for code in ("CBOR", "CBORG")
    }
    response = adsl["USUBJID"].map(best["CBOR"]).mask(guided, adsl["USUBJID"].map(best["CBORG"]))
    for value in BEST_OVERALL_RESPONSE:
        track("response", value, adsl.loc[response.eq(value), "USUBJID"])
    track("response", NO_RESPONSE, adsl.loc[response.isna(), "USUBJID"])
    markers = first_profile_biomarkers(data, rules)
    for parameter, column in (("MSI", "MSI"), ("TMB", "TMBHIGH")):
        for value in sorted(markers[column].unique()):
            track(parameter, value, markers.index[markers[column].eq(value)])


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (oncoprint_figure(rows, rules),)


WIDTH = 10.6  # inches: the whole width of a page, for 120 patients
_CELL = "#eceff1"
# kind: colour, lower edge and height within the cell
KINDS = {
    "amplification": ("#882255", 0.06, 0.88, "Amplification"),
    "deletion": ("#332288", 0.06, 0.88, "Deletion"),
    "fusion": ("#CC6677", 0.06, 0.88, "Fusion"),
    "snv": ("#1b1b1b", 0.36, 0.28, "SNV"),
    "indel": ("#999933", 0.36, 0.28, "Indel"),
    "other": ("#E69F00", 0.36, 0.28, "Other"),
}
_RESPONSES = {**RESPONSE_COLOURS, NO_RESPONSE: "#ffffff"}
_MARKERS = {
    "MSI": {"MSI-H": "#44AA99", "MSS": _CELL},
    "TMB": {"high": "#E69F00", "low": _CELL},
}
_TRACKS = (
    ("therapy", "First therapy"),
    ("guided", "Guided therapy"),
    ("response", "Best response"),
    ("MSI", "MSI-H"),
    ("TMB", "TMB high"),
)


def _categories(members: pd.DataFrame, analysis: str, parameter: str) -> pd.Series:
    """Category of each patient in a track, by USUBJID."""
    mine = members[members["analysis_id"].eq(analysis) & members["parameter"].eq(parameter)]
    return mine.set_index("USUBJID")["category"]


def _order(members: pd.DataFrame, genes: list[str]) -> list[str]:
    """Patients by therapy group, then so that alterations of the first genes stand together."""
    group = _categories(members, "track", "therapy")
    altered = members[members["analysis_id"].eq("gene")]
    has = {gene: set(altered.loc[altered["parameter"].eq(gene), "USUBJID"]) for gene in genes}

    def key(patient):
        return (
            ALL_GROUPS.index(group[patient]),
            *(patient not in has[gene] for gene in genes),
            patient,
        )

    return sorted(group.index, key=key)


def oncoprint_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """The oncoprint of the most frequent genes, drawn from the members of the estimates."""
    estimates, members = Numbers(rows), rows.members
    frame = estimates.frame
    every_gene = list(pd.unique(frame.loc[frame["analysis_id"].eq("gene"), "parameter"]))
    genes = every_gene[: rules.display.oncoprint_genes]
    patients = _order(members, genes)
    with journal_style():
        drawing = canvas(width=WIDTH, height=max(3.2, 2.1 + 0.2 * (len(genes) + len(_TRACKS))))
        axes, below = drawing.subplots(2, 1, height_ratios=[len(genes) + len(_TRACKS) + 2, 6.5])
        below.set_axis_off()
        if patients:
            _draw(axes, estimates, members, patients, genes, rules)
            _legend(below, members, rules)
        else:
            axes.set_axis_off()
            axes.text(0.5, 0.5, "No patient sequenced by this cut", ha="center")
    notes = [
        "Columns: sequenced patients by first therapy, then by alteration. First profile.",
        "Best response: confirmed, from the first guided dose for guided patients, from the first "
        "dose for the others.",
    ]
    if len(genes) < len(every_gene):
        notes.append(f"The {len(genes)} most frequent of {len(every_gene)} genes.")
    alt = _alt(estimates, genes, len(patients), rules)
    return Figure(rows.output_id, drawing, alt, _data(members, genes), tuple(notes))


def _patient_columns(patients: list[str], members: pd.DataFrame) -> tuple[dict[str, float], list]:
    """Place of each patient, with a gap between therapy groups, and the span of each group."""
    group = _categories(members, "track", "therapy")
    gap = max(1.0, len(patients) / 90)
    places, spans, x, previous = {}, [], 0.0, None
    for patient in patients:
        if previous is not None and group[patient] != previous:
            x += gap
        if group[patient] != previous:
            spans.append([group[patient], x, x])
        places[patient] = x
        x += 1
        spans[-1][2] = x
        previous = group[patient]
    return places, spans


def _draw(axes, estimates: Numbers, members, patients, genes, rules: Rules) -> None:
    places, spans = _patient_columns(patients, members)
    right = max(places.values()) + 1
    bottom = len(_TRACKS) + 0.9 + len(genes)
    axes.set_xlim(-0.3, right + 0.3)
    axes.set_ylim(bottom, -1.5)
    for edge in axes.spines.values():
        edge.set_visible(False)
    axes.tick_params(length=0)
    width = 0.86
    for group, start, end in spans:
        wide = end - start > 0.1 * right  # a narrow group has room for its number only
        label = (
            f"{group_label(group)} ({round(end - start)})" if wide else f"({round(end - start)})"
        )
        axes.text((start + end) / 2, -0.35, label, ha="center", va="bottom", fontsize=8)
    for row, (track, _) in enumerate(_TRACKS):
        _track(axes, members, track, row, places, width)
    top = len(_TRACKS) + 0.9
    _grid(axes, spans, places, top, len(genes), width)
    for row, gene in enumerate(genes):
        _gene(axes, members, gene, top + row, places, width)
    ticks = [i + 0.5 for i in range(len(_TRACKS))]
    ticks += [len(_TRACKS) + 1.4 + i for i in range(len(genes))]
    axes.set_yticks(ticks, [name for _, name in _TRACKS] + genes, fontsize=8)
    for label in axes.get_yticklabels()[len(_TRACKS) :]:
        label.set_fontstyle("italic")
    axes.set_xticks([])
    _shares(axes, estimates, genes, rules, right)


def _shares(axes, estimates: Numbers, genes, rules: Rules, right) -> None:
    """Percentage of the sequenced at the right end of each gene."""
    for row, gene in enumerate(genes):
        share = rounded(estimates.get("pct", "gene", parameter=gene), 0)
        y = len(_TRACKS) + 1.4 + row
        axes.annotate(
            f"{share}%", (right + 0.4, y), fontsize=8, va="center", ha="left",
            color=INK, annotation_clip=False,
        )  # fmt: skip


def _track(axes, members, track, row, places, width) -> None:
    colours = {"therapy": COLOURS, "response": _RESPONSES, "guided": {"guided": COLOURS["TG"]}}
    palette = colours.get(track) or _MARKERS[track]
    value = _categories(members, "track", track)
    for patient, x in places.items():
        category = value.get(patient)
        colour = palette.get(str(category), "#ffffff" if track != "guided" else _CELL)
        edge = "#c7ccd1" if colour == "#ffffff" else "none"
        box = Rectangle((x, row + 0.1), width, 0.8, facecolor=colour, edgecolor=edge, linewidth=0.4)
        axes.add_patch(box)


def _grid(axes, spans, places, top: float, n_genes: int, width: float) -> None:
    """Grey cells: a band for each gene and group, cut by white lines between the patients."""
    for _, start, end in spans:
        for row in range(n_genes):
            band = (start, top + row + 0.06)
            axes.add_patch(Rectangle(band, end - start, 0.88, facecolor=_CELL, linewidth=0))
    for x in places.values():
        cut = (x + width, top)
        axes.add_patch(Rectangle(cut, 1 - width, n_genes, facecolor="white", linewidth=0))


def _gene(axes, members, gene, top, places, width) -> None:
    mine = members[members["analysis_id"].eq("alteration") & members["parameter"].eq(gene)]
    tall_first = sorted(mine.itertuples(), key=lambda m: list(KINDS).index(m.category))
    for member in tall_first:
        colour, offset, height, _ = KINDS[member.category]
        x = places[member.USUBJID]
        axes.add_patch(Rectangle((x, top + offset), width, height, facecolor=colour, linewidth=0))


def _swatch(colour, label) -> Patch:
    edge = "#9aa3ab" if colour in ("#ffffff", _CELL, "#efefef") else "none"
    return Patch(facecolor=colour, edgecolor=edge, linewidth=0.6, label=label)


def _legend(axes, members, rules: Rules) -> None:
    """Four legends in a row: alteration, therapy, response, biomarkers."""
    present = set(members.loc[members["analysis_id"].eq("alteration"), "category"])
    response = set(_categories(members, "track", "response"))
    order = (*BEST_OVERALL_RESPONSE, NO_RESPONSE)
    blocks = (
        (
            0.0,
            "Alteration",
            [_swatch(KINDS[k][0], KINDS[k][3]) for k in KINDS if k in present],
        ),
        (
            0.2,
            "First therapy",
            [_swatch(COLOURS[g], group_label(g)) for g in ALL_GROUPS],
        ),
        (
            0.44,
            "Best response",
            [_swatch(_RESPONSES[r], r.replace("MISSING", "Not assessed").replace("not t", "Not t"))
             for r in order if r in response],
        ),
        (
            0.78,
            "Other tracks",
            [
                _swatch(COLOURS["TG"], "Guided therapy at any time"),
                _swatch(_MARKERS["MSI"]["MSI-H"], "MSI-H"),
                _swatch(_MARKERS["TMB"]["high"], f"TMB ≥ {rules.molecular.tmb_high:g}/Mb"),
                _swatch("#ffffff", "Not reported"),
            ],
        ),
    )  # fmt: skip
    for x, head, swatches in blocks:
        legend = axes.legend(
            handles=swatches, title=head, loc="upper left", bbox_to_anchor=(x, 1.0),
            ncols=2 if len(swatches) > 4 else 1, fontsize=7.8, title_fontsize=8, borderpad=0,
            handlelength=0.9, handleheight=0.9, columnspacing=1.0, labelspacing=0.35,
            alignment="left",
        )  # fmt: skip
        legend.get_title().set_fontweight("bold")
        if x < blocks[-1][0]:  # the last one stays the legend of the axes
            axes.add_artist(legend)


def _data(members: pd.DataFrame, genes: list[str]) -> pd.DataFrame:
    drawn = members["analysis_id"].eq("track") | members["parameter"].isin(genes)
    data = members[drawn & members["analysis_id"].ne("gene") & members["parameter"].ne("")]
    return data[["USUBJID", "analysis_id", "parameter", "category"]].reset_index(drop=True)


def _alt(estimates: Numbers, genes: list[str], n: int, rules: Rules) -> str:
    said = ", ".join(
        f"{gene} {rounded(estimates.get('pct', 'gene', parameter=gene), 0)}%" for gene in genes
    )
    return (
        f"Oncoprint of {counted(n, 'sequenced patient')}, by therapy group. "
        f"Altered genes: {said or 'none'}."
    )
