"""Versions of the internships room's database."""
