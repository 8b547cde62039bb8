"""The building assistance game: a world of blocks, people who build in it, and houses to be built."""
