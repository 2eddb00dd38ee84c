"""What a principal investigator reads first: primaries, secondaries, harm, maturity."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.prose.sentences import Cell, Filled, Numbers, Sentence, all_of

_GROUPS = (("TG", "guided"), ("TN", "targeted, not guided"), ("OT", "other therapy"))


def overview(numbers: Numbers) -> list[tuple[str, list[Filled], str]]:
    """Headings, their sentences and the caveat below them.

    Parameters
    ----------
    numbers : Numbers
        Of the cut. Response at each visit and confirmed stands in the table above the sentences.
    """
    parts = [
        ("Treated by molecular guidance (primary)", list(_guided()), _EVERYBODY),
        ("Intervenable variants", list(_variants()), ""),
        ("Progression-free and overall survival", list(_survival()), _NOT_COMPARED),
        ("Serious adverse events", list(_harm()), _HARM),
        ("Second profile", list(_second()), ""),
        ("Maturity", list(_maturity()), ""),
    ]
    filled = [(head, all_of(sentences, numbers), caveat) for head, sentences, caveat in parts]
    return [part for part in filled if part[1]]


_NOT_COMPARED = "Groups are not randomised; nothing here compares them."
_EVERYBODY = "Of everybody enrolled, whether or not a recommendation was possible."
_HARM = "Of patients treated, in any period of treatment; causality as the investigator saw it."


def _guided() -> Iterator[Sentence]:
    yield Sentence(
        Cell("T14.2.2.1", "any regimen", "", "", "Any guided therapy"),
        "{n} of {N} enrolled patients were given a guided therapy, "
        "{estimate:percent}% {ci:percent}.",
    )


def _variants() -> Iterator[Sentence]:
    yield Sentence(
        Cell(
            "T14.2.7.1", "of all enrolled (main)", "", "", "Intervenable variant by MTB conclusion"
        ),
        "{n} of {N} enrolled patients had an intervenable variant by the board, "
        "{estimate:percent}% {ci:percent}.",
    )


def _survival() -> Iterator[Sentence]:
    for output, analysis, words in (
        ("T14.2.4.1", "PFS", "progression-free survival"),
        ("T14.2.5.1", "OS", "overall survival"),
    ):
        for group, of in (("All", "all treated"), *_GROUPS):
            yield Sentence(
                Cell(output, analysis, group, "", "Median"),
                f"Median {words}, {of}: {{median:months}} months {{ci:months}}.",
            )


def _harm() -> Iterator[Sentence]:
    for parameter, words in (
        ("Serious", "had a serious adverse event"),
        ("Serious and related", "had one related to treatment"),
        ("Led to death", "had one that led to death"),
    ):
        yield Sentence(
            Cell("T14.3.1.1", "incidence", "Periods", "", parameter),
            f"{{n}} of {{N}} treated {words}, {{estimate:percent}}%.",
        )


def _second() -> Iterator[Sentence]:
    yield Sentence(
        Cell(
            "T14.2.10.1",
            "guided, resistance (main)",
            parameter="GUID2FL",
            category="Therapy guided by the second profile",
        ),
        "{n} of {N} guided patients with resistance were given a therapy guided by a second "
        "profile, {estimate:percent}% {ci:percent}.",
    )


def _maturity() -> Iterator[Sentence]:
    for output, analysis, words in (
        ("T14.2.4.1", "PFS", "progression"),
        ("T14.2.5.1", "OS", "survival"),
    ):
        yield Sentence(
            Cell(output, analysis, "All", parameter="Follow-up"),
            f"Median follow-up for {words}: {{median:months}} months.",
        )
