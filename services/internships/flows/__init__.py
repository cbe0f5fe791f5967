"""Use cases of the room: load, decide, save; nobody commits."""
