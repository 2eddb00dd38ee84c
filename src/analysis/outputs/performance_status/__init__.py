"""ECOG performance status (SAP 14.2.9)."""
