"""How a buyer and a seller of ours say what they do: wordings for every act, every reply and every tone.

``{offer}`` is what the buyer names, ``{ask}`` what the seller names, ``{deal}`` what was agreed on. The
recogniser reads all of them as what they are; a tone is a sentence of its own after the rest.
"""

from playout.simulators.dialogue.bargaining.acts import SAYS, TONES
from playout.simulators.dialogue.grammar import Grammar, Rule

SLOTS = frozenset({"offer", "ask", "deal"})

_BOTH: dict[str, Rule] = {
    "affirm": Rule(("<yes> <so>", "<yes> <so> <sure>"), ("<yes> <so> Really.", "<yes> <so> <sure> Really.")),
    "yes": Rule(("Yes,", "Yeah,", "Sure,", "Certainly,"), ("Yep,", "Absolutely,", "Of course,", "Indeed,")),
    "so": Rule(
        ("that is so.", "I can confirm it.", "as I said."), ("exactly like that.", "just as you think.")
    ),
    "sure": Rule(("You can count on it.", "No doubt about it."), ("I can promise you.", "Be assured.")),
    "deny": Rule(
        ("<no> <not so>", "<no> <not so> <honest>"),
        ("<no> <not so> Really.", "<no> <not so> <honest> Really."),
    ),
    "no": Rule(
        ("No,", "Nope,", "Not really,", "Unfortunately,"), ("Nah,", "Not at all,", "No, no,", "Sorry, no,")
    ),
    "not so": Rule(
        ("it isn't like that.", "that isn't so.", "not as far as I know."),
        ("nothing of the kind.", "that never was so."),
    ),
    "honest": Rule(("I'd rather tell you.", "Honestly."), ("To be frank.", "I must admit it.")),
    "disagree": Rule(
        ("<refuse>", "<regret> <refuse>", "<refuse> <regret>"),
        ("<regret> Still: <refuse>", "<refuse> You see: <regret>"),
    ),
    "refuse": Rule(
        ("I can't accept that.", "That is out of the question.", "I have to decline.", "No way."),
        ("I must refuse.", "I can't agree to that.", "That is not acceptable.", "I will reject that."),
    ),
    "regret": Rule(
        ("I thought about it.", "With all respect.", "I am afraid."),
        ("I considered it.", "My apologies.", "Oh dear."),
    ),
    "greet": Rule(
        ("<hello> <small talk>", "<hello> <how>"),
        ("<hello> <how> <small talk>", "<hello> <small talk> <how>"),
    ),
    "hello": Rule(
        ("Hi!", "Hello there!", "Hey!", "Good day!"), ("Howdy!", "Greetings!", "Good evening!", "Hiya!")
    ),
    "how": Rule(("How are you?", "Nice to meet you."), ("How's it going?", "How do you do?")),
    "small talk": Rule(
        ("I hope you are doing well.", "Such nice weather today."),
        ("I hope you have a great week.", "Take care."),
    ),
    "cash": Rule(
        (".", ", paid in cash.", ", and we are done today.", " and not a cent of difference."),
        (", settled on the spot.", ", paid right away.", ", all of it at once."),
    ),
}
_BUYER: dict[str, Rule] = {
    "agree": Rule(
        ("<fine> <taken>", "<taken>", "<taken> <fine>"), ("<taken> Well then.", "<taken> Thank you. <fine>")
    ),
    "taken": Rule(
        ("I accept your price.", "It's a deal.", "I'll take it.", "Deal at {deal}."),
        ("I gladly accept it.", "We have a deal.", "I will take it.", "I agree to {deal}."),
    ),
    "fine": Rule(("Okay.", "All right.", "Well."), ("Very well.", "Good.")),
    "confirm": Rule(
        ("<check> <claim>?", "<claim>, correct?", "So <claim>, right?"),
        ("<check> <claim>, please?", "<claim>, is that right?"),
    ),
    "check": Rule(
        ("Just to confirm:", "Is it correct that", "Does that mean", "You mean"),
        ("And is it true that", "Okay, and is it so that", "And do I understand that"),
    ),
    "claim": Rule(
        ("it is exactly as described", "the pictures are recent", "you are the owner"),
        ("nothing of it is broken", "the description is complete", "everything shown comes with it"),
    ),
    "counter": Rule(("<counter with> {offer}<cash>",), ("<counter with> {offer} then<cash>",)),
    "counter with": Rule(
        ("Let me counter with", "I could go up to", "I can stretch to", "Instead, how about"),
        ("I would move to", "As a compromise, let us say", "I might come up to", "My counter is"),
    ),
    "counter-noprice": Rule(
        ("<high> <lower>", "<lower>", "<lower> <high>"), ("<high> Please: <lower>", "<lower> You see: <high>")
    ),
    "high": Rule(
        ("That is a bit too much for me.", "It is over my budget.", "Your price is pretty high."),
        ("That is quite expensive.", "I cannot afford that.", "That seems steep, it's too high."),
    ),
    "lower": Rule(
        ("Could you come down?", "Could you do any better?", "Is there some room on the price?"),
        ("Would you go lower?", "Can you give me a discount?", "Could you make it cheaper?"),
    ),
    "inform": Rule(("<who>", "<who> <use>", "<use> <who>"), ("<who> Besides: <use>", "<use> And: <who>")),
    "who": Rule(
        (
            "I live around the corner.",
            "This town is new to me.",
            "I have been looking for months.",
            "My old one broke.",
        ),
        ("I work nearby.", "I searched for such a thing.", "My sister told me about your listing."),
    ),
    "use": Rule(
        ("I would use it every day.", "I could fetch it myself.", "I would look after it."),
        ("I need it for my family.", "I can come with a van.", "I would treat it with care."),
    ),
    "inquire": Rule(
        ("<ask>", "<curious> <ask>", "<ask> <curious>"), ("<curious> So: <ask>", "<ask> Well, <curious>")
    ),
    "ask": Rule(
        ("How old is it?", "What shape is it in?", "Why are you selling?", "Where could I see it?"),
        ("What brand is it?", "How long have you owned it?", "Which parts were replaced?"),
    ),
    "curious": Rule(
        ("I'm curious.", "I was wondering.", "Tell me more."),
        ("May I ask something?", "I want to know more."),
    ),
    "propose": Rule(("<offer> {offer}<cash>",), ("<offer> {offer} for it<cash>",)),
    "offer": Rule(
        ("I'd like to offer", "My offer is", "I would pay", "I'd give you"),
        ("I am thinking of", "I propose", "I'll start at", "I'd be happy to pay"),
    ),
}
_SELLER: dict[str, Rule] = {
    "agrees": Rule(
        ("<well> <sold>", "<sold>", "<sold> <well>"), ("<sold> Wonderful.", "<sold> Thank you. <well>")
    ),
    "sold": Rule(
        ("I accept your offer.", "It's a deal.", "Sold.", "Deal at {deal}."),
        ("I gladly accept it.", "We have a deal.", "It's yours.", "I agree to {deal}."),
    ),
    "well": Rule(("Okay.", "All right.", "Well."), ("Very well.", "Good.")),
    "asks to confirm": Rule(
        ("<check> <promise>?", "<promise>, correct?", "So <promise>, right?"),
        ("<check> <promise>, please?", "<promise>, is that right?"),
    ),
    "promise": Rule(
        ("you would pay in cash", "you have seen the pictures", "you want it for yourself"),
        ("you read the description", "you would fetch it", "you have a car to carry it"),
    ),
    "counters": Rule(("<come down to> {ask}<cash>",), ("<come down to> {ask} then<cash>",)),
    "come down to": Rule(
        ("Let me counter with", "I can come down to", "I could move to", "Instead, how about"),
        ("As a compromise, let us say", "I might come down to", "My counter is", "I would meet you at"),
    ),
    "wants better": Rule(
        ("<low> <higher>", "<higher>", "<higher> <low>"),
        ("<low> Please: <higher>", "<higher> You see: <low>"),
    ),
    "low": Rule(
        ("That is a bit too low.", "Such an offer is pretty low.", "That is quite low."),
        ("That is really low.", "Your offer seems very low.", "It is still too low."),
    ),
    "higher": Rule(
        ("Could you go higher?", "Could you do any better?", "I hoped for a better offer."),
        ("Would you come up?", "I expected a higher price.", "Can you make me a better offer?"),
    ),
    "informs": Rule(
        ("<state>", "<state> <history>", "<history> <state>"),
        ("<state> Besides: <history>", "<history> And: <state>"),
    ),
    "state": Rule(
        ("It has been looked after.", "There are hardly any scratches.", "Everything shown comes along.",
         "The pictures show it well."),
        ("It runs like on the first day.", "I cleaned it last week.", "It has been in a dry place."),
    ),
    "history": Rule(
        ("I bought it for myself.", "We are moving away.", "It was in daily use."),
        ("I have no room for it.", "It came from my aunt.", "My children have outgrown it."),
    ),
    "inquires": Rule(
        ("<wonder>", "<curious> <wonder>", "<wonder> <curious>"),
        ("<curious> So: <wonder>", "<wonder> Well, <curious>"),
    ),
    "wonder": Rule(
        ("What would you use it for?", "When would you want it?", "Where do you live?",
         "How did you find me?"),
        ("How far away are you?", "Who is it for?", "How would you carry it?"),
    ),
    "proposes": Rule(("<price is> {ask}<cash>",), ("<price is> {ask} for it<cash>",)),
    "price is": Rule(
        ("I'm asking", "The price is", "It is listed at", "I want"),
        ("My price is", "I propose", "I'd like to have", "What I ask is"),
    ),
    "leaves": Rule(
        ("<enough> <bye>", "<bye> <enough>", "<enough> <luck> <bye>"),
        ("<bye> Sorry: <enough>", "<enough> <luck> So <bye>"),
    ),
    "walks away": Rule(
        ("<elsewhere> <bye>", "<bye> <elsewhere>", "<elsewhere> <luck> <bye>"),
        ("<bye> Sorry: <elsewhere>", "<elsewhere> <luck> So <bye>"),
    ),
    "elsewhere": Rule(
        ("I'll look elsewhere.", "This leads nowhere.", "I have had enough of this."),
        ("I'll buy elsewhere.", "We are getting nowhere.", "There are others to be had."),
    ),
    "enough": Rule(
        ("I'll sell it to somebody else.", "This leads nowhere.", "I have had enough of this."),
        ("I'd rather keep it.", "We are getting nowhere.", "Others are waiting for it."),
    ),
    "luck": Rule(("No hard feelings.", "Good luck."), ("All the best.", "Perhaps another time.")),
    "bye": Rule(("Goodbye.", "I'm out."), ("Farewell.", "I'm leaving.")),
}  # fmt: skip
_TONES: dict[str, Rule] = {
    " firmly": Rule(
        ("I know what I have.", "I stand by what I said.", "I never change my mind lightly."),
        ("That is where I stand.", "I mean what I say."),
    ),
    " warmly": Rule(
        ("It is lovely to talk with you.", "You seem like a kind person.", "I enjoy our chat."),
        ("How friendly of you to write.", "You are a delight."),
    ),
    " in a hurry": Rule(
        ("I'm in a rush.", "I have to run in a moment.", "Quickly now, please."),
        ("My time is short.", "I must dash."),
    ),
}
_SHARED = {"affirms": "affirm", "denies": "deny", "disagrees": "disagree", "greets": "greet"}
"""What a seller says as a buyer does."""


def _rules() -> dict[str, Rule]:
    rules = {**_BOTH, **_BUYER, **_SELLER} | {says: _BOTH[act] for says, act in _SHARED.items()}
    for tone in TONES[1:]:
        rules[tone] = _TONES[tone]
        rules |= {f"{says}{tone}": _toned(rules[says], tone) for says in SAYS}
    return rules


def _toned(rule: Rule, tone: str) -> Rule:
    return Rule(*(tuple(f"{production} <{tone}>" for production in split) for split in rule))


GRAMMAR = Grammar(_rules(), SLOTS)
