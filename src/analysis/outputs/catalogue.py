"""Which room makes which planned output: id of ``params/sap.yaml`` -> module, imported when asked.

A room is one file: `numbers` makes the rows of estimates, `show` the tables and figures from them,
and nothing else decides what an output says.
"""

from __future__ import annotations

import importlib
from typing import Protocol

from analysis.datasets import Datasets
from analysis.errors import ParameterError
from analysis.estimates.rows import EstimateRows, Listing
from analysis.params import Rules

MODULE_OF = {
    "CUT.1": "data_cut.cut_manifest",
    "DQ.1": "data_cut.findings_for_the_sites",
    "T14.1.1": "disposition.mtb_funnel",
    "F14.1.1": "disposition.patient_flow",
    "T14.1.2": "disposition.analysis_sets",
    "T14.1.3": "disposition.baseline_characteristics",
    "T14.1.4": "disposition.prior_treatment",
    "T14.1.5": "disposition.specimens",
    "T14.1.6": "disposition.reasons_not_given",
    "F14.1.6": "disposition.recommendation_to_therapy",
    "T14.1.7": "disposition.turnaround_times",
    "T14.1.9": "disposition.follow_up_maturity",
    "T14.1.10": "disposition.exposure",
    "T14.1.11": "disposition.subsequent_therapy",
    "T14.2.1.1": "response.response_at_each_visit",
    "T14.2.1.2": "response.confirmed_response_rate",
    "T14.2.1.3": "response.sensitivity_grid",
    "T14.2.1.4": "response.response_by_stratum",
    "F14.2.1.1": "response.waterfall",
    "F14.2.1.2": "response.swimmer",
    "F14.2.1.3": "response.spider",
    "F14.2.1.4": "response.forest",
    "T14.2.2.1": "guided_therapy.proportion_guided",
    "T14.2.2.2": "guided_therapy.conditional_proportions",
    "F14.2.2.1": "guided_therapy.cumulative_incidence",
    "T14.2.3.1": "best_response.disease_control",
    "T14.2.3.2": "best_response.duration_of_response",
    "T14.2.4.1": "progression_free_survival.summary",
    "F14.2.4.1": "progression_free_survival.kaplan_meier_curves",
    "T14.2.4.2": "progression_free_survival.events_and_censoring",
    "T14.2.4.3": "progression_free_survival.estimand_grid",
    "T14.2.4.4": "progression_free_survival.pfs_ratio",
    "F14.2.4.4": "progression_free_survival.paired_times",
    "T14.2.5.1": "overall_survival.summary",
    "F14.2.5.1": "overall_survival.kaplan_meier_curves",
    "T14.2.5.2": "overall_survival.by_origin",
    "T14.2.5.3": "overall_survival.deaths_and_censoring",
    "T14.2.7.1": "genomics.intervenable_variant",
    "T14.2.7.2": "genomics.highest_evidence",
    "T14.2.7.3": "genomics.genes_and_biomarkers",
    "T14.2.7.4": "genomics.matching_score",
    "F14.2.7.1": "genomics.oncoprint",
    "T14.2.8.1": "quality_of_life.completion",
    "T14.2.8.2": "quality_of_life.scores_by_visit",
    "F14.2.8.1": "quality_of_life.mean_scores",
    "T14.2.8.3": "quality_of_life.responders",
    "T14.2.8.4": "quality_of_life.model_based_change",
    "T14.2.8.5": "quality_of_life.time_to_deterioration",
    "T14.2.9.1": "performance_status.shift_from_baseline",
    "T14.2.9.2": "performance_status.change_of_status",
    "T14.2.10.1": "second_profile.cascade",
    "T14.2.10.2": "second_profile.acquired_and_lost",
    "T14.3.1.1": "safety.overview",
    "T14.3.1.2": "safety.serious_events",
    "T14.3.1.3": "safety.severe_events",
    "T14.3.1.4": "safety.biopsy_complications",
    "T14.3.2": "safety.deaths",
    "F14.3.1": "safety.first_serious_event",
    "L16.2.1": "listings.patient_states",
    "L16.2.3": "listings.analysis_sets",
    "L16.2.5": "listings.regimens",
    "L16.2.6.1": "listings.responses",
    "L16.2.6.2": "listings.derivations",
    "L16.2.6.3": "listings.recommendations",
    "L16.2.6.4": "listings.variants",
    "L16.2.6.5": "listings.scores",
    "L16.2.7": "listings.serious_events",
    "L16.2.8": "listings.deaths",
}


class OutputModule(Protocol):
    """What the module of an output holds.

    Attributes
    ----------
    OUTPUT : str
        Its id in the plan.
    NEEDS : tuple of str
        Raw tables without which it says nothing (`analysis.outputs.received`).
    """

    OUTPUT: str
    NEEDS: tuple[str, ...]

    def numbers(self, data: Datasets, rules: Rules) -> EstimateRows | Listing:
        """The rows of the output."""

    def show(self, rows: EstimateRows | Listing, rules: Rules) -> tuple:
        """Its tables, figures and sentences, in order."""


def module_of(output_id: str) -> OutputModule:
    """The module that makes an output.

    Raises
    ------
    ParameterError
        If there is none: the output is not produced yet, or no output of the plan.
    """
    if output_id not in MODULE_OF:
        raise ParameterError(
            f"no room makes the output '{output_id}'; see analysis.outputs.catalogue"
        )
    return importlib.import_module(f"analysis.outputs.{MODULE_OF[output_id]}")
