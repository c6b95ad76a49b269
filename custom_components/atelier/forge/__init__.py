"""The Forge: the app beside Home Assistant that builds images and writes cards."""
