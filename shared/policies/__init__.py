"""Policy packs: what each jurisdiction's documents say, as dated data with clauses."""
