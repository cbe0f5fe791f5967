"""The HTTP edge of the room, one file per resource."""
