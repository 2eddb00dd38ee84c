"""Schemas of the registry: raw extracts, analysis datasets, estimates."""
