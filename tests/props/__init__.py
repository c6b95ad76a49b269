"""Tests of the props, without Home Assistant."""
