"""Floor 1: chat models behind one protocol, strict parsing of answers, judging. Knows no world."""
