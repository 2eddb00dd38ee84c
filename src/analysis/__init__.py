"""Analysis of a precision-oncology registry, from raw extracts to reviewed reports."""
