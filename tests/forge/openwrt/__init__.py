"""The Forge's OpenWrt room."""
