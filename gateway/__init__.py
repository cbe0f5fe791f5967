"""The one public door: edge, portal, one OpenAPI over every room."""
