"""Versions of the exchange room's database."""
