"""Rules and states of accounts: pure, with time as an argument."""
