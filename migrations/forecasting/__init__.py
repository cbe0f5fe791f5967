"""Versions of the forecasting room's database."""
