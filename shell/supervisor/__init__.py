"""Starts every process of Croupier, keeps it alive and takes it down again; plain Python, so that it starts at once."""
