"""Who exists and who may act: organisations, people, roles, clients, tokens, consents, audit."""
