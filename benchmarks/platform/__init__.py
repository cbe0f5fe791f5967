"""Figures of the platform: start, dispatch, clearing, import, the file command beside a peer."""
