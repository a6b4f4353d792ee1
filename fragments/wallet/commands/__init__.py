"""The command side: each command is one transaction, and is answered after its commit."""
