"""Responsible gaming inside the money transaction: limits, breaks, exclusion, time checks and sittings."""
