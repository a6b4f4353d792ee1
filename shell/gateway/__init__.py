"""Second border: one call to one fragment, one deadline, and an outcome whatever the fragment did."""
