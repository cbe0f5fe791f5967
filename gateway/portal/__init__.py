"""The pages of the platform: a plain client of the API, rendered on the server."""
