"""The edge: which room an address belongs to, who calls, how often."""
