"""The internships room: from an open post to a finished placement."""
