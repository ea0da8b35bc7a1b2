"""The project's tests: folders share what stands in the modules beside this file."""
