"""Plug-in planners of dialogue acts: policies over acts, strategies that use them, speakers that word them.

``network``, ``encoders``, ``planner``  the policy that learns, and its files
``policies``, ``hand``                  policies that do not
``strategies``, ``prompting``           who decides: a policy, a search, a prompted model
``speaking``                            who words it: the world, or a model
``agent``                               the agent of all this, ``config`` its options
"""
