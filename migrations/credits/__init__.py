"""Versions of the credits room's database."""
