"""Which panels make up which page."""
