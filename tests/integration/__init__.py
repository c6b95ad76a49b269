"""Tests of the integration inside Home Assistant, with a broker of straw."""
