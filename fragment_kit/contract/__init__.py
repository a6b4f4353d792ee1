"""The language that shell and fragments share, in plain Python."""
