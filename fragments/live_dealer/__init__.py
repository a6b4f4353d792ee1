"""Live tables: what is open, who deals, how many seats are left."""
