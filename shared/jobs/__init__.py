"""Work that takes longer than a request: queued with its cause, with progress, resumed."""
