"""What the shell knows about its fragments without asking them: where they are, what they offer, their stylesheets."""
