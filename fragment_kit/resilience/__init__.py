"""Guards that keep one failing neighbour from becoming everyone's failure, in plain Python."""
