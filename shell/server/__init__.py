"""How the shell's connections to browsers are served."""
