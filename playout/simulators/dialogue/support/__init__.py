"""Emotional support: a help-seeker who tells, is comforted and acts; designed, not fitted."""
