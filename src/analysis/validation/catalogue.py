"""The rules of validation as a page: ``python -m analysis.validation.catalogue``.

Written to ``docs/validation-rules.md``; a test fails where that file is not what this renders.
"""

from __future__ import annotations

from pathlib import Path

from analysis.findings import ERROR
from analysis.validation import RULES

PATH = Path(__file__).parents[3] / "docs" / "validation-rules.md"
HEADER = """# Validation rules

Rendered from the code by `python -m analysis.validation.catalogue`; edit the rules, not this page.

Every rule runs on every extract, all findings are reported together with file and line. An *error*
blocks the run: file, encoding, columns, types, codes, ranges, keys, references, impossible orders
of dates, dates after the export, impossible combinations of CTCAE v5.0, seriousness without its
criterion, ECOG 5 without a death, and cells that another cell makes necessary. A *warning* does
not: it is about plausibility. Where the data model names no severity: a recommendation for a
variant of another patient and a guided claim without a review are errors (references), a fatal
adverse event without a death on record is a warning.

- A partial date stands for every day that it could be; an order is impossible only if no completion
  makes it possible. The same day is always possible.
- A duplicate key is reported at the second and each later row; its column names the key, joined
  by +.
- Where a table cannot be read, or rows of it are lost, rules that would conclude something from
  what is absent are not run on it. A cell that cannot be read, or is no code, has one finding, not
  a second one because it is then missing or taken for another code; what it decides is not judged,
  and a patient of whom a dose, lesion or response cannot be read is left out where these are
  compared with each other. Where a patient_id cannot be read, nobody is said to lack the row, and
  as many references without a row as there are such keys may be to these: they are not reported.
- A control or invisible character (carriage return by itself, escape, bell, direction override,
  zero-width character, soft hyphen, variation selector and the like) is never data: a warning in
  text that is only shown (diagnosis, verbatim term, reason, prior regimen, version of evidence), an
  error in text that is compared with others (keys, drugs, genes, groups), because it makes another
  value of it; NUL is an error everywhere. Line feeds, tabs and CR LF inside quotes are ordinary.
  Such a character is shown as its code, like `<U+202E>`, wherever text is shown.
- Text of nothing but blanks or invisible characters is an empty cell. Blanks around a drug are
  harmless.
- Names of drugs are the same where Unicode calls their forms compatible (NFKC: a full-width plus, a
  decomposed accent, a non-breaking space), without case; only `+` joins drugs. What a person would
  read as the same and is not is a warning that names both, and is never matched: other dashes,
  `/ , ; &` or `and` between drugs, one letter off (two in names of twelve or more), a letter of
  another script, words added, a trade name or code of `schemas/reference/drug_names.csv`. Two
  generic names of that reference are two drugs, however near. Aliases of genes likewise
  (`gene_aliases.csv`).
- A finding names patient and identifiers where the extract has them; where a column is absent or a
  cell empty, its message says "(not given)".
- PROMIS-29 items are held against the other items of their domain (at least 20 complete forms,
  correlation below -0.1), physical function and social roles also against the symptoms; a site is
  named where it alone differs. Such a finding has no line.
- A UTF-8 byte order mark is accepted with a warning; other encodings are refused.
- In `findings.csv` a cell that a spreadsheet would take for a formula starts with an apostrophe;
  plain numbers, negative ones too, stay as they are.
"""


def render() -> str:
    """Return the catalogue as Markdown, by family, in the order in which rules are declared."""
    lines = [HEADER, "| rule | severity | table | what holds |", "| --- | --- | --- | --- |"]
    for rule in RULES.values():
        severity = f"**{rule.severity}**" if rule.severity == ERROR else rule.severity
        table = "all" if rule.table == "*" else rule.table
        lines.append(f"| `{rule.id}` | {severity} | {table} | {rule.sentence} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the catalogue."""
    PATH.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
