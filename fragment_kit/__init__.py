"""What every fragment is built with: the contract, the guards against failure, feeds, serving and events."""
