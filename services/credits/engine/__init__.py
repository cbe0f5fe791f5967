"""Pure computations of this room."""
