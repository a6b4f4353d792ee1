"""The outside world of a Croupier floor: four provider feeds, and simulated players that stake real play money."""
