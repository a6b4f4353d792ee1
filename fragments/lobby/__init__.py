"""The lobby: which games there are, and who stands where on today's board."""
