"""How statistics become rows of estimates: proportions, times to event, curves, by group.

What outputs of several sections of the plan share; what one section shares stands in its folder.
"""
