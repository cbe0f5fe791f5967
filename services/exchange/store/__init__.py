"""The only SQL of this room."""
