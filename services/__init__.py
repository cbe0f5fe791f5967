"""The rooms: each its own database, application and migrations."""
