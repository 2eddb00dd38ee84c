"""Progression-free survival and the PFS ratio (SAP 14.2.4)."""
