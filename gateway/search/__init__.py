"""One search over everything that the rooms publish, asked of the rooms themselves."""
