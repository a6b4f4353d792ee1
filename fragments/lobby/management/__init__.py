"""Commands of the lobby fragment."""
