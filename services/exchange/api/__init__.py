"""The HTTP edge of this room, one file per resource."""
