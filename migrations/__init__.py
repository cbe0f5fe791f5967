"""Versions of every room's database, run as the room's owner."""
