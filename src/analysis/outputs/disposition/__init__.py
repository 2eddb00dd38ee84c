"""Disposition, baseline and molecular work-up (SAP 14.1)."""
