"""Quality of life, PROMIS-29 v2.1 (SAP 14.2.8)."""
