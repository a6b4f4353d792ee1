"""The second border: slot call → outcome → panel → page."""
