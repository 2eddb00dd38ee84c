"""Overall survival (SAP 14.2.5)."""
