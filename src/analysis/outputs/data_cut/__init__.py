"""The data cut and its findings (plan, section CUT)."""
