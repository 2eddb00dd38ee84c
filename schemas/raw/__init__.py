"""The raw extracts of the registry, one file each: 16 required, `reported_outcomes` optional."""

from schemas.raw.adverse_events import AdverseEvents
from schemas.raw.biopsies import Biopsies
from schemas.raw.disposition import Disposition
from schemas.raw.ecog import Ecog
from schemas.raw.follow_up import FollowUp
from schemas.raw.mtb_decisions import MtbDecisions
from schemas.raw.mtb_recommendations import MtbRecommendations
from schemas.raw.mtb_reviews import MtbReviews
from schemas.raw.patients import Patients
from schemas.raw.prior_treatments import PriorTreatments
from schemas.raw.promis29 import Promis29
from schemas.raw.reported_outcomes import ReportedOutcomes
from schemas.raw.sequencing import Sequencing
from schemas.raw.treatments import Treatments
from schemas.raw.tumour_lesions import TumourLesions
from schemas.raw.tumour_responses import TumourResponses
from schemas.raw.variants import Variants
from schemas.tables import RawTable

RAW_TABLES: dict[str, RawTable] = {
    table.name: table
    for table in map(
        RawTable,
        (
            Patients,
            PriorTreatments,
            Biopsies,
            Sequencing,
            Variants,
            MtbReviews,
            MtbRecommendations,
            MtbDecisions,
            Treatments,
            TumourLesions,
            TumourResponses,
            AdverseEvents,
            Promis29,
            Ecog,
            FollowUp,
            Disposition,
            ReportedOutcomes,
        ),
    )
}

__all__ = ["RAW_TABLES"]
