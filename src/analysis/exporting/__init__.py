"""The field's formats out: analysis datasets as Dataset-JSON, estimates as an ARS reporting event.

Both are made of what a run has published or derived; no number is computed here.
"""
