"""The player web shell: it owns pages, sessions, the browser's only origin and the one WebSocket, and no domain."""
