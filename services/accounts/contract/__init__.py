"""What other rooms may know of accounts: scopes, wire models, events, a client and its fake."""
