"""Listings (SAP 16.2)."""
