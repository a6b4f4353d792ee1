"""From a commit to a read model: the outbox, its relay, the stream, and the projections that read it."""
