"""Second molecular guidance (SAP 14.2.10)."""
