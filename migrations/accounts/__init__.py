"""Versions of the accounts room's database."""
