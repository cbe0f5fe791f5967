"""PostgreSQL: the embedded server, one database per room, transactions that know their caller."""
