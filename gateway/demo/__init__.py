"""The demonstration: the main job carried over the public API, with real and generated data."""
