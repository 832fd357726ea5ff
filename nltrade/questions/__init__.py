"""Questions to a tidy frame: pure functions, a frame in and a frame out."""
