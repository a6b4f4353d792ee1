"""Money: one ledger that every chip passes through, and the panels that show it."""
