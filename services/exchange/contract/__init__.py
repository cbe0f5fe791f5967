"""What others may know of this room: wire models, events, addresses."""
