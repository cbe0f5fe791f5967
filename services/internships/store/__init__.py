"""The only SQL of the room."""
