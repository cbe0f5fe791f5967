"""The two-way board: offers and needs registered, published, searched, matched, connected."""
