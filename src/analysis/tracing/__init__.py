"""From any number, and from any patient, back to the raw lines: who is counted, and why.

Reads what a run has left (analysis datasets, members) and the raw extracts; makes nothing new.
"""
