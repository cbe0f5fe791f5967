"""The room's numeric core: a batch as arrays, scored and cleared in the worker's child process."""
