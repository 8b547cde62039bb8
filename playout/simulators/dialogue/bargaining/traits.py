"""What people who bargain differ in; ``rules`` says what each trait does."""

TRAITS = ("limit", "opening", "gives", "trades", "yields", "pleads", "warms", "patience", "pride", "touchy")
LIMIT, OPENING, GIVES, TRADES, YIELDS, PLEADS, WARMS, PATIENCE, PRIDE, TOUCHY = range(len(TRAITS))
KNOTS = 11
"""Values of a quantile function, at 0, 0.1 … 1."""
EVER = 99.0
"""Patience, and pride, without end."""
