"""Floor 4: all that picks an action."""

from playout.agents.constant import ConstantAgent, ConstantConfig
from playout.agents.expert import ExpertAgent, ExpertConfig
from playout.agents.human import HumanAgent
from playout.agents.language import LanguageAgent, LanguageConfig
from playout.agents.random import RandomAgent, RandomConfig
from playout.agents.registry import describe_options, is_oracle, load_agent

__all__ = [
    "ConstantAgent", "ConstantConfig", "ExpertAgent", "ExpertConfig", "HumanAgent", "LanguageAgent",
    "LanguageConfig", "RandomAgent", "RandomConfig", "describe_options", "is_oracle", "load_agent",
]  # fmt: skip
