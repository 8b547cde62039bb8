"""How a tutor and a student of ours say what they do: wordings for every act and reply."""

from playout.simulators.dialogue.grammar import Grammar, Rule

SLOTS = frozenset({"fact", "fix", "sentence", "asked", "attempt"})

GRAMMAR = Grammar(
    {
        # What a tutor says.
        "Confirmation": Rule(
            ("<yes> <good>", "<yes> <good> Go on.", "<good> <trust>"),
            ("<yes> <good> Keep going like that.", "<trust> <good>"),
        ),
        "yes": Rule(
            ("Yes.", "Yes, exactly.", "That's right.", "Correct.", "Sì!"),
            ("Indeed.", "Exactly so.", "Esatto!", "Right you are."),
        ),
        "good": Rule(
            ("You have understood it correctly.", "What you said first is right.", "Good work so far."),
            ("You've got the right idea.", "That part is perfect.", "Well done up to here."),
        ),
        "trust": Rule(
            ("You can be sure of that.", "No need to doubt it."),
            ("Trust yourself there.", "You may rely on it."),
        ),
        "Correction": Rule(
            ("<not quite> <careful> {fix}.", "<not quite> {fix}.", "<careful> {fix}, not what you wrote."),
            ("<not quite> Look again: {fix}.", "<careful> Fix one thing: {fix}.", "<not quite> {fix}!"),
        ),
        "not quite": Rule(
            ("Not quite.", "Almost!", "Close, but there is a mistake.", "No, that isn't right yet."),
            ("Nearly, though something is wrong.", "That's incorrect in one place.", "Hmm, not yet right."),
        ),
        "careful": Rule(
            ("Be careful here:", "There is one mistake:", "One part is wrong:"),
            ("Watch out for the error:", "Mind the slip, which was wrong:"),
        ),
        "Hint": Rule(
            ("<hinting> {fact}.", "<hinting> in Italian, {fact}.", "{fact}, <useful>."),
            ("<hinting> as you may recall, {fact}.", "{fact}; <useful>.", "<hinting> {fact}, okay?"),
        ),
        "hinting": Rule(
            ("Here is a hint:", "Remember that", "Let me help you:", "I'll give you a hint:",
             "One thing to know:"),
            ("A clue for you:", "It helps to know that", "Keep in mind that"),
        ),
        "useful": Rule(
            ("which is a hint for you", "if that helps", "so remember it"),
            ("a clue to work with", "and keep that in mind"),
        ),
        "Question": Rule(
            ("<now> can you say <it>?", "<now> how would you translate <it>?", "<now> try to say <it>."),
            ("<now> what would <it> be?", "<now> could you have a go at <it>?", "<now> how do you say <it>?"),
        ),
        "now": Rule(("So,", "Now,", "Okay,", "Let's see:"), ("Then,", "All right,", "Your turn:")),
        "it": Rule(
            ('"{sentence}" in Italian', 'the whole phrase, "{sentence}"'),
            ('"{sentence}" in full', 'all of "{sentence}"'),
        ),
        "Others": Rule(
            ("<small talk> <easy>", "<easy> <small talk>", "<small talk>"),
            ("<easy> By the way, <trivia>.", "<trivia>, you know. <easy>"),
        ),
        "small talk": Rule(
            (
                "Italian is a beautiful language.", "I love the food there.", "I spent a summer in Rome.",
                "My first lessons were hard as well.",
            ),
            ("I like listening to Italian songs.", "The weather in Naples is lovely."),
        ),
        "easy": Rule(
            ("Take your time.", "There is no hurry.", "Relax, we are just practising."),
            ("No stress, this is only practice.", "We have all the time in the world.", "Breathe a little."),
        ),
        "trivia": Rule(
            ("Venice stands on islands", "there are many dialects"),
            ("my grandmother lived in Turin", "the opera in Milan is famous", "espresso was invented there"),
        ),
        # What a student says.
        "asks for a word": Rule(
            ('<how> "{asked}"?', '<how> "{asked}" again?', 'I forgot. <how> "{asked}"?'),
            ('<how> "{asked}", please?', 'Sorry. <how> "{asked}"?', '"{asked}" escapes me. <how> that?'),
        ),
        "how": Rule(
            ("What is the word for", "How do you say", "What is Italian for", "What was"),
            ("Could you tell me", "How would one say", "What do Italians call"),
        ),
        "stays silent": Rule(
            ("<dunno>", "<dunno> <sigh>", "<sigh> <dunno>", "Hmm... <dunno>"),
            ("Uh... <dunno>", "<dunno> Really. <sigh>"),
        ),
        "dunno": Rule(
            ("I don't know.", "I have no idea.", "I can't say it."),
            ("No clue.", "My mind is blank.", "I'd rather not try."),
        ),
        "sigh": Rule(("This is hard.", "Sorry."), ("I'm stuck.", "It's too much.")),
        "takes note": Rule(
            ("<okay> <noted>", "<okay>", "<noted> <okay>"),
            ("<okay> Noted it. <noted>", "<noted> Well. <okay>"),
        ),
        "okay": Rule(
            ("Okay.", "Got it.", "Ah, I see.", "All right."), ("Understood.", "Makes sense.", "Gotcha.")
        ),
        "noted": Rule(
            ("I'll remember that.", "I write it down.", "Thank you."),
            ("That goes into my notebook.", "Thanks for telling me.", "I won't forget it."),
        ),
        "chats": Rule(
            ("<nice> <calmer>", "<calmer> <nice>", "<nice>", "Ha! <nice>"),
            ("<calmer> <nice> Really.", "Oh! <nice> <calmer>"),
        ),
        "nice": Rule(
            ("I'd like to go there some day.", "That's nice of you.", "I like hearing about that."),
            ("How interesting!", "What a lovely thing to hear.", "I once had a pizza there."),
        ),
        "calmer": Rule(("I'm fine.", "It's fun.", "We can go on."), ("I feel better.", "Shall we continue.")),
        "all wrong": Rule(_BOLD := ("<bold> {attempt}.", "{attempt}.", "<bold> {attempt}!"), _BOLDER := (
            "<bold>: {attempt}.", "{attempt}. That's it.", "{attempt}! <bold>.",
        )),
        "partly right": Rule(_BOLD, _BOLDER),
        "wrong order": Rule(_BOLD, _BOLDER),
        "whole": Rule(_BOLD, _BOLDER),
        "bold": Rule(
            ("It is", "My answer:", "I say", "Here it is:", "That would be", "So:"),
            ("Let me say it", "In Italian", "I've got it", "Easy"),
        ),
        "unsure": Rule(
            ("<maybe> {attempt}?", "{attempt}, <I guess>?", "<maybe> {attempt}, <I guess>?"),
            ("<maybe>... {attempt}?", "{attempt}? <I guess>.", "<maybe>, {attempt}? <I guess>."),
        ),
        "maybe": Rule(
            ("Maybe", "I think it is", "Is it", "I'm not sure, but perhaps"),
            ("Could it be", "Possibly", "I doubt it, but"),
        ),
        "I guess": Rule(
            ("I guess", "or not", "but I'm not sure"), ("I can't be certain", "if I'm not mistaken")
        ),
    },
    SLOTS,
)  # fmt: skip
