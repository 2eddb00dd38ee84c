"""States between two data cuts: the real derivations and outputs run on hybrids of both.

Each state differs from the one before it by one cause, so that the difference of their numbers is
the part of that cause.
"""
