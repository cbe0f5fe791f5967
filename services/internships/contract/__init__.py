"""What others may know of the room: addresses, wire models, events, client."""
