"""The credits room: when learning here counts there."""
