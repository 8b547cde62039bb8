"""What is to be built: houses of a generator of ours, and loaders and transforms of other people's."""
