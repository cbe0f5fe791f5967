"""Passwords, keys, tokens and foreign identity providers."""
