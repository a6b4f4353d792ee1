"""What the shell does between requests: follows the registry, fetches manifests, watches who goes and who returns."""
