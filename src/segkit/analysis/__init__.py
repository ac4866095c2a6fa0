"""Measures: frames in, frames out. No clock, no files, no plots, no words; siblings meet in columns."""
