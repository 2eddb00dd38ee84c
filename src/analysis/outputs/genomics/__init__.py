"""Genomics (SAP 14.2.7)."""
