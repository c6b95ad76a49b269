"""Image Builders: fetched, verified, unpacked, pruned."""
