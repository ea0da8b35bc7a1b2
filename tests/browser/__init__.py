"""Tests in a real Chromium: the built book, and the figures in a real JupyterLab."""
