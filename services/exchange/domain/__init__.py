"""Rules and states of this room: pure and synchronous."""
