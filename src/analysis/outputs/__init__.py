"""Every planned output: a folder per section of the plan, a file per output.

Such a file is a room with two doors: `numbers` takes the analysis datasets and the rules and
returns the rows of estimates, every number unrounded with who is counted in it; `show` makes tables
and figures from those rows and computes nothing. `catalogue` says which room makes which output.
"""
