"""Safety (SAP 14.3)."""
