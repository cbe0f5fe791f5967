"""The kernel that every room stands on; it knows no room by name."""
