"""The border between a fragment and its providers' feeds."""
