"""A fragment's web process: settings, passport check, slot views and the endpoints every service has."""
