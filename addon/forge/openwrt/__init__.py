"""OpenWrt: what an image is to hold, what builds it, and what was built."""
