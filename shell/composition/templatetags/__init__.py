"""Template tags that mark places for panels."""
