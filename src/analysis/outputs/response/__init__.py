"""Primary A: objective response (SAP 14.2.1)."""
