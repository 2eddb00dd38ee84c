"""Assembly of the analysis datasets (CDISC ADaM names) from the raw extracts after the cut."""
