"""Tables and figures to take away: Word, Rich Text, CSV, SVG, and on demand PDF and PNG.

Same inputs give the same bytes: no clock, fixed dates inside of archives and documents.
"""
