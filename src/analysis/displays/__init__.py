"""Tables and figures: they format rows of estimates and compute nothing."""
