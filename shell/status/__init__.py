"""How the shell is: in player words at `/status`, for machines at `/healthz`, `/readyz` and `/metrics`."""
