"""The protocol of OpenWrt's own build server (ASU), so that its clients can use a Forge."""

from forge.openwrt.asu.desk import Asu

__all__ = ["Asu"]
