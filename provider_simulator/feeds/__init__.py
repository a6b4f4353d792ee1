"""What the providers would tell us: one module a feed, each a function of a seed and a point in time."""
