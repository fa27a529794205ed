"""Mutations of any right server, made by a proxy before it: one for each generic rule."""
