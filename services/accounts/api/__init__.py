"""The HTTP edge of the accounts room, one file per resource."""
