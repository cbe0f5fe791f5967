"""The room's numeric core: how well two notices fit, and the best of many."""
