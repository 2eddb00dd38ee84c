"""A confidence level in words, the same beside a number and in the footnote of its table."""


def level_in_words(level: float) -> str:
    """A level like 0.975 as ``97.5%``, never rounded to a level that was not used."""
    return f"{100 * level:.10g}%"
