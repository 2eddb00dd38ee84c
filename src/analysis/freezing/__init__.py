"""Cuts that stay as they were: freeze one, replay it, restate it under today's rules and code."""
