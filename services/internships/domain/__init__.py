"""Rules and states of internships: pure, synchronous, time and randomness come in as arguments."""
