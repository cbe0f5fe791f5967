"""The rest of the outside world: other rooms, as this room needs them."""
