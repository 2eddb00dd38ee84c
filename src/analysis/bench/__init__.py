"""The statistician's bench: what an opened cut offers in JupyterLab beyond the report.

Other rules in memory (`what_if`), two makings beside each other (`comparison`), tables and figures
of one's own (`own_displays`), rules and datasets that explain themselves (`rule_help`,
`dataset_attributes`). Nothing here is part of a report.
"""
