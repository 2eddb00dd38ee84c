"""Endpoint rules as tables that a clinician can read, and the published cases."""
