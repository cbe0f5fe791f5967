"""HTTP as every room speaks it: problems, callers, transactions, keys, pages."""
