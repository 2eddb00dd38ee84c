"""Endpoints of the study: one file per concept, named in full English. SAP section 14."""
