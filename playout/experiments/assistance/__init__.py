"""The experiment ``assistance-zero``: who saves a human how much work in the building game."""
