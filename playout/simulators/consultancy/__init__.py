"""Consultancy: an assistant advises a customer who cannot see what it sees; catalogue, rules and people."""
