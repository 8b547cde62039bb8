"""Floor 1: chat models behind one protocol, strict parsing of answers, judging. Knows no world."""

from playout.language.models import load_model
from playout.language.parsing import LEGAL_PREFIX, parse_answer
from playout.language.scripted import ScriptedModel

__all__ = ["LEGAL_PREFIX", "ScriptedModel", "load_model", "parse_answer"]
