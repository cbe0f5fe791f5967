"""Facts between rooms: out with the change that made them, in once."""
