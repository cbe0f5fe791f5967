"""Versioned reference data: regions, majors, occupations, industries, colleges."""
