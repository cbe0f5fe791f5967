"""Credentials that anyone can verify: signed, stated, read, refused with the reason."""
