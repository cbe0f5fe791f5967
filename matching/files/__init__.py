"""Markets and results as files: the outer edge of the engine, which its core never imports."""
