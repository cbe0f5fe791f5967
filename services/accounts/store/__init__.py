"""The only SQL of the accounts room."""
