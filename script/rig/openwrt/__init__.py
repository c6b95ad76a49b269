"""An Image Builder and a download server of our own, in OpenWrt's shape: see README.md."""
