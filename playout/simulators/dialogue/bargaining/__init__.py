"""Bargaining over a listing: buyers and sellers who may be moved, populations, prices in words."""
