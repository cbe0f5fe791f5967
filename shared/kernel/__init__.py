"""What needs neither web nor database: errors, ids, time."""
