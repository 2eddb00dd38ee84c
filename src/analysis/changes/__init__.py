"""What changed between two data cuts: records, patients that moved, and each delta split.

Pure: extracts, datasets and numbers of both cuts and of the states between them in, frames out.
"""

#: Outputs that say what changed; they have no part in what they compare.
ABOUT_CHANGES = ("CUT.2", "CUT.3", "CUT.4")
