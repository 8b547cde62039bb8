"""The suite ``building``: the rules beside the released code, speed; nothing here learns."""
