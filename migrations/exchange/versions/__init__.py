"""Numbered: two that collide are a conflict in git, and that is wanted."""
