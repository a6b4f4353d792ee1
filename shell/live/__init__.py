"""The one WebSocket: relays what other processes publish to the players who may hear it, and computes nothing."""
