"""Items of every type in a real Chromium: in a built page, and in a real JupyterLab."""
