"""Best overall response, disease control, duration (SAP 14.2.3)."""
