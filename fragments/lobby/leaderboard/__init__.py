"""Today's board: scored from settled bets, exact in its order, shown by GET and pushed as frames."""
