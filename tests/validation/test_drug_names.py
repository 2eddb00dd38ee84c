"""Drugs and genes that a person reads as the same: near names are told, nothing is matched."""
# ruff: noqa: E501  (a table is read as a table; look-alike letters are what is tested)

import itertools

import pytest

from analysis.endpoints.systemic_treatment import DrugNames
from analysis.validation.drug_names import likeness
from analysis.validation.likeness import alike, letters_apart, skeleton
from schemas.names import drug_names, gene_aliases
from tests.tables import table

NAMES = DrugNames({})


def why_near(given, recommended):
    """The first reason why a recommended drug that is not given may be read in the cell."""
    held = NAMES.of(given)
    missing = [drug.strip() for drug in NAMES.parts(recommended) if not NAMES.of(drug) <= held]
    return next(filter(None, (likeness(given, drug) for drug in missing)), "")


# `near`: a word of the reason; empty where the two are one name, or two drugs.
PAIRS = table(
    """
    | what differs                            | given                          | recommended             | near            |
    | nothing                                 | osimertinib                    | osimertinib             |                 |
    | case and blanks                         | Dabrafenib +  trametinib       | dabrafenib+trametinib   |                 |
    | full-width plus                         | dabrafenib＋trametinib         | dabrafenib+trametinib   |                 |
    | non-breaking hyphen                     | trastuzumab‑deruxtecan         | trastuzumab-deruxtecan  | U+2011          |
    | en dash                                 | trastuzumab–deruxtecan         | trastuzumab-deruxtecan  | U+2013          |
    | minus sign                              | trastuzumab−deruxtecan         | trastuzumab-deruxtecan  | U+2212          |
    | blank for hyphen                        | trastuzumab deruxtecan         | trastuzumab-deruxtecan  | spelt           |
    | no hyphen                               | trastuzumabderuxtecan          | trastuzumab-deruxtecan  | spelt           |
    | slash                                   | dabrafenib/trametinib          | dabrafenib+trametinib   | joined          |
    | comma, other order                      | trametinib, dabrafenib         | dabrafenib+trametinib   | joined          |
    | semicolon                               | dabrafenib;trametinib          | dabrafenib+trametinib   | joined          |
    | ampersand                               | dabrafenib & trametinib        | dabrafenib+trametinib   | joined          |
    | and                                     | Dabrafenib AND trametinib      | dabrafenib+trametinib   | joined          |
    | plus as a word                          | dabrafenib plus trametinib     | dabrafenib+trametinib   | joined          |
    | slash in the recommendation             | dabrafenib+trametinib          | dabrafenib/trametinib   | joined          |
    | hyphen between two drugs                | dabrafenib-trametinib          | dabrafenib+trametinib   | spelt           |
    | slash, and one of them off              | dabrafenib/trametinb           | dabrafenib+trametinib   | joined          |
    | one of two off                          | dabrafenib+trametinb           | dabrafenib+trametinib   | spelt           |
    | one of two off, other order             | trametinb+dabrafenib           | dabrafenib+trametinib   | spelt           |
    | with a further drug                     | bevacizumab+osimertinb         | osimertinib             | spelt           |
    | one letter missing                      | osimertinb                     | osimertinib             | spelt           |
    | one letter more                         | osimerttinib                   | osimertinib             | spelt           |
    | one letter other                        | osimertinip                    | osimertinib             | spelt           |
    | two letters swapped                     | osimretinib                    | osimertinib             | spelt           |
    | zero for o                              | 0simertinib                    | osimertinib             | spelt           |
    | two letters off in a long name          | pembrolizumap                  | pembrolizumab           | spelt           |
    | two letters off in a longer one         | penbrolizumap                  | pembrolizumab           | spelt           |
    | two letters off in a short one          | alpilisip                      | alpelisib               |                 |
    | Cyrillic letter                         | osіmertinib                    | osimertinib             | U+0456          |
    | Greek letter                            | οsimertinib                    | osimertinib             | U+03BF          |
    | several look-alikes                     | оsіmеrtinib                    | osimertinib             | U+043E          |
    | look-alike capital                      | Оsimertinib                    | osimertinib             | U+041E          |
    | an accent                               | osimértinib                    | osimertinib             | U+00E9          |
    | trade name                              | Tagrisso                       | osimertinib             | trade name      |
    | trade name with its sign                | TAGRISSO®                      | osimertinib             | trade name      |
    | trade name, misspelt                    | Tagriso                        | osimertinib             | spelt           |
    | trade name in the recommendation        | osimertinib                    | Tagrisso                | trade name      |
    | trade name of another drug              | Iressa                         | osimertinib             |                 |
    | trade name of two drugs                 | Phesgo                         | trastuzumab+pertuzumab  | trade name      |
    | trade name beside it                    | osimertinib (Tagrisso)         | osimertinib             | spelt           |
    | development code                        | AZD9291                        | osimertinib             | development     |
    | short name                              | T-DXd                          | trastuzumab deruxtecan  | short name      |
    | other generic name                      | ado-trastuzumab emtansine      | trastuzumab emtansine   | other generic   |
    | with its salt                           | osimertinib mesylate           | osimertinib             | spelt           |
    | recommended with its salt               | osimertinib                    | osimertinib mesylate    | spelt           |
    | with its dose                           | osimertinib 80 mg              | osimertinib             | spelt           |
    | one drug of two names, as it is         | trifluridine/tipiracil         | trifluridine/tipiracil  |                 |
    | one drug of two names, blanks           | trifluridine / tipiracil       | trifluridine/tipiracil  | joined          |
    | one drug of two names, as two           | tipiracil+trifluridine         | trifluridine/tipiracil  | joined          |
    | two drugs, as one name                  | trifluridine/tipiracil         | trifluridine+tipiracil  | joined          |
    | trade name of one of two names          | Lonsurf                        | trifluridine+tipiracil  | trade name      |
    | half of a combination                   | dabrafenib                     | dabrafenib+trametinib   |                 |
    | another partner                         | dabrafenib+binimetinib         | dabrafenib+trametinib   |                 |
    | `and` within a word                     | candesartan                    | sartan                  |                 |
    | another drug                            | gefitinib                      | osimertinib             |                 |
    | a conjugate is another drug             | trastuzumab deruxtecan         | trastuzumab             |                 |
    | and its antibody                        | trastuzumab                    | trastuzumab deruxtecan  |                 |
    | another form of a drug                  | nab-paclitaxel                 | paclitaxel              |                 |
    | a short name is not guessed             | S-2                            | S-1                     |                 |
    """
)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["what differs"])
def test_what_a_person_would_read_as_the_recommended_drug(pair):
    why = why_near(pair["given"], pair["recommended"])
    assert (pair["near"] or "") in why
    assert bool(why) == bool(pair["near"])


def test_every_separator_between_every_pair_is_told():
    """In any order, with one letter off or not; by + alone nothing is told."""
    for sign in ("/", ",", ";", "&", " and ", " / ", " , ", "|", " plus "):
        for one, other in itertools.permutations(("dabrafenib", "trametinib")):
            assert why_near(f"{one}{sign}{other}", "dabrafenib+trametinib"), sign
            assert why_near(f"{one}{sign}{other[:-2]}{other[-1]}", "dabrafenib+trametinib"), sign
    assert not why_near("trametinib+dabrafenib", "dabrafenib+trametinib")


def test_every_letter_of_a_name_may_be_off():
    """Each letter of each generic name left out, doubled, replaced, or swapped with its neighbour."""
    for generic in ("osimertinib", "trastuzumab deruxtecan", "sotorasib", "olaparib"):
        for at, letter in enumerate(generic):
            if not letter.isalpha():
                continue
            before, after = generic[:at], generic[at + 1 :]
            for wrong in (before + after, before + letter + letter + after, before + "z" + after):
                if skeleton(wrong) != skeleton(generic):
                    assert why_near(wrong, generic), wrong
            for look_alike in "аеοіӏ":
                assert why_near(before + look_alike + after, generic), look_alike


def test_no_two_generic_names_of_the_reference_are_near():
    generics = {part for each in drug_names() for part in each.of.split("+")}
    for given, recommended in itertools.permutations(sorted(generics), 2):
        assert not why_near(given, recommended), (given, recommended)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("abc", "abc", 0), ("abc", "ab", 1), ("abc", "acb", 1), ("abc", "abd", 1), ("abc", "xyz", 3),
     ("ca", "abc", 3), ("", "ab", 2), ("aбc", "abc", 0), ("бгб", "abc", 3), ("a1c", "abc", 1)],
)  # fmt: skip
def test_letters_apart_by_hand(one, other, apart):
    assert letters_apart(one, other, 5) == letters_apart(other, one, 5) == apart


def test_names_are_alike_by_their_length():
    assert not alike("s1", "s2")
    assert alike("abcde", "abcdf") and not alike("abcde", "abcgf")
    assert alike("abcdefghijkl", "abcdefghijmn") and not alike("abcdefghijk", "abcdefghimn")


# --- the reference -------------------------------------------------------------------------------


def test_a_name_of_the_reference_is_of_one_drug_and_no_generic_name_of_another():
    names = [skeleton(each.name) for each in drug_names()]
    assert len(names) == len(set(names)) > 250
    generics = {skeleton(part) for each in drug_names() for part in each.of.split("+")}
    assert not generics & set(names)
    assert {each.kind for each in drug_names()} == {
        "trade name", "development code", "short name", "other generic name",
    }  # fmt: skip


def test_an_alias_of_the_reference_is_of_one_gene_and_no_symbol():
    aliases = [skeleton(each.name) for each in gene_aliases()]
    assert len(aliases) == len(set(aliases)) > 100
    assert not {skeleton(each.of) for each in gene_aliases()} & set(aliases)


def test_every_row_of_the_reference_says_where_it_is_found():
    for each in (*drug_names(), *gene_aliases()):
        assert each.name.strip() == each.name != "" and each.of and each.kind
