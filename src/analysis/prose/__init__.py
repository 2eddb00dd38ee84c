"""Sentences whose numbers have owners: each comes from a row of the estimates, and says which.

`sentences` fills them, `overview` has those of the first page of a report, `checklists` what
reporting guidelines ask and what answers it.
"""
