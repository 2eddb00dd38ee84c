"""From analysis datasets to rows of estimates: one function per planned output, by SAP section.

Between the estimators (plain arrays) and the displays (formatting only). Each function takes the
analysis datasets and the rules and returns `EstimateRows`: every number of the output, unrounded,
and who is counted in it.
"""
