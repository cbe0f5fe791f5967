"""Use cases of the accounts room: load, decide, save."""
