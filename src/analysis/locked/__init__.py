"""A frozen cut: its lock, its errata, and how datasets made today differ from the frozen ones."""
