"""Outcomes as reported by the source (SAP 14.2.11)."""
