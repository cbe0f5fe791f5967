"""The rooms: each one a service with its own database, app and migrations."""
