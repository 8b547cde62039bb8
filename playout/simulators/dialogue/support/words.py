"""How a supporter and a help-seeker of ours say what they do: wordings for every act and reply."""

from playout.simulators.dialogue.grammar import Grammar, Rule

SLOTS = frozenset({"situation", "feeling", "problem"})

GRAMMAR = Grammar(
    {
        # What a supporter says.
        "Affirmation and Reassurance": Rule(
            ("<strong> <hopeful>", "<hopeful> <strong>", "<strong>"),
            ("<strong> Truly. <hopeful>", "<hopeful> <sure>"),
        ),
        "strong": Rule(
            (
                "You are stronger than you think.", "It takes courage to talk about this.",
                "You are doing better than you believe.", "I believe in you.",
            ),
            ("You have come so far already.", "That takes strength, and you have it.",
            "I have faith in you."),
        ),
        "hopeful": Rule(
            ("Things will look up again.", "It will get better.", "You will find your way."),
            ("You can get through this.", "It will pass.", "You'll be all right."),
        ),
        "sure": Rule(("I am sure of it.",), ("I am certain you can do it.", "Don't worry about that.")),
        "Information": Rule(
            ("<studies> <common>.", "<studies> <common>, and <passes>.", "<studies> <passes>."),
            ("<studies> <common>; also, <passes>.", "<studies> <passes>, as a rule."),
        ),
        "studies": Rule(
            ("Research shows that", "Psychologists say that", "Many people find that", "It is known that"),
            ("Studies show that", "According to experts,", "Most people learn that"),
        ),
        "common": Rule(
            ("{feeling} is very common with such trouble", "such trouble touches one in three"),
            ("{feeling} is what the mind does under strain", "this kind of trouble is widespread"),
        ),
        "passes": Rule(
            ("sleep and exercise ease {feeling} within weeks", "it usually eases within a few months"),
            ("talking for ten minutes a day eases {feeling}", "writing things down lowers the strain"),
        ),
        "Others": Rule(
            ("<hello> <chat>", "<chat> <hello>", "<chat>"),
            ("<hello> <chat> Okay then.", "<chat> Oh well. <hello>"),
        ),
        "hello": Rule(
            ("Hello there.", "Nice to talk with you.", "Thanks for writing."),
            ("Hi.", "Good evening to you.", "Welcome here."),
        ),
        "chat": Rule(
            (
                "It's been raining here all day.", "The kettle is on over here.",
                "What a week, and it's only Tuesday.",
                "There's some music on in the next room.",
            ),
            ("The cat has just jumped onto the desk.", "It's quiet around here tonight.",
            "Autumn has begun."),
        ),
        "Providing Suggestions": Rule(
            ("<could> <step>.", "<could> <step>, one day at a time.", "<could> <step> this week."),
            ("<could> <step> as a first step.", "<could> <step>, and then see."),
        ),
        "could": Rule(
            ("You could", "Maybe you should", "I would suggest that you", "My advice is to"),
            ("One thing you might want to do is", "I'd recommend that you", "Perhaps you could"),
        ),
        "step": Rule(
            ("write down what to do first", "ask somebody you trust for help",
            "take one small step towards it"),
            ("set a time to deal with one part of it", "go for a walk and make a short list"),
        ),
        "Question": Rule(
            ("<could you> <more>?", "<more>? <could you> it?", "So, <more>?"),
            ("And <more>?", "<more>, if I may ask?", "<could you> how it began? <more>?"),
        ),
        "could you": Rule(
            ("Could you tell me more about", "Would you say something about", "May I ask you about"),
            ("Can you describe to me", "Would you explain", "Could you tell me"),
        ),
        "more": Rule(
            ("what happened", "how it all began", "what troubles you most", "how long it has been like this"),
            ("when did it start", "what is the worst of it", "who else knows about it"),
        ),
        "Reflection of feelings": Rule(
            ("<feel> {feeling}.", "<feel> so much {feeling}.", "<feel> {feeling}, and <heavy>."),
            ("<feel> a great deal of {feeling}.", "<heavy>: <feel> {feeling}."),
        ),
        "feel": Rule(
            ("You must feel", "It sounds like you feel", "I can hear your", "You seem to be full of"),
            ("I can see that you feel", "You sound filled with", "It seems like you carry"),
        ),
        "heavy": Rule(
            ("that must be hard to bear", "no wonder after all that"),
            ("it must be so heavy for you", "that must have been painful"),
        ),
        "Restatement or Paraphrasing": Rule(
            ("<so> {problem}.", "<so> {problem}, is that right?", "<so> {problem}, and it goes on."),
            ("<so> {problem}; did I get it?", "<so> {problem}, in one word.",
            "<so> {problem}, first of all."),
        ),
        "so": Rule(
            (
                "If I hear you right, this is about", "In other words, it comes down to",
                "What you are telling me is about", "Let me say it back: it is about",
            ),
            ("So what you're saying is about", "As I understand it, the matter is", "To sum it up, there is"),
        ),
        "Self-disclosure": Rule(
            ("<myself> {problem}.", "<myself> {problem}, and <then>.", "<myself> {problem}; <then>."),
            ("<myself> {problem}. Back then <then>.", "<myself> {problem} years ago: <then>."),
        ),
        "myself": Rule(
            ("I once went through", "I have been through", "I have struggled myself with", "I also had"),
            ("When I was younger I had", "In my own case it was", "I know it myself:"),
        ),
        "then": Rule(
            ("I hardly slept", "I felt much the same"), ("I kept it from everybody", "I cried a lot as well")
        ),
        # What a help-seeker says.
        "states the problem": Rule(
            ("{situation}", "<opening> {situation}", "Well. <opening> {situation}"),
            ("<opening> So: {situation}", "{situation} <closing>"),
        ),
        "opening": Rule(
            ("I need to talk to someone.", "I don't know where to begin.", "Is anybody there? It's bad."),
            ("This is hard to say.", "I hope this is the right place.", "Bear with me."),
        ),
        "closing": Rule(("That's how it is.",), ("There it is.", "So that's my life now.")),
        "tells more": Rule(
            ("It <since>; <detail>.", "<detail>, and it <since>.", "<detail>. That went on for weeks."),
            ("It <since>. I never told anyone: <detail>.", "<detail>, day after day. It <since>."),
        ),
        "since": Rule(
            ("began in spring, out of the blue", "has been like that for some time now"),
            ("started with little things last year", "came on slowly, over many weeks"),
        ),
        "detail": Rule(
            (
                "at first I told myself it would be over soon",
                "my family keeps asking and I keep lying about it",
                "every small thing sets it off by now", "I used to handle such things without a thought",
            ),
            ("I go over it in my head all night long", "I put on a smile for everybody at work",
             "nobody at home has any idea of it so far"),
        ),
        "answers shortly": Rule(
            ("<dull>", "<dull> <shrug>", "<shrug> <dull>"), ("<dull> I guess.", "<shrug> I guess. <dull>")
        ),
        "dull": Rule(("Not much.", "No idea.", "It's okay.", "Maybe."), ("Hard to say.", "I suppose.",
        "Who knows.")),
        "shrug": Rule(("Anyway.", "Fine."), ("Right.", "Mm.")),
        "vents": Rule(
            ("<can't> <every>", "<every> <can't>", "<can't> It hurts so much!"),
            ("<can't> I hate it! <every>", "<every> It breaks my heart! <can't>"),
        ),
        "can't": Rule(
            ("I can't take it any longer!", "I can't stand it!", "I am so tired of it all!"),
            ("I can't bear this any more!", "It's unbearable!", "I'm so angry at everything!"),
        ),
        "every": Rule(
            ("All this {feeling}, every day!", "Nothing but {feeling} from morning to night!"),
            ("So much {feeling}, without end!", "The {feeling} never stops!"),
        ),
        "feels understood": Rule(
            ("<yes> <lighter>", "<lighter> <yes>", "<yes>"), ("<yes> Honestly. <lighter>",
            "<lighter> Oh. <yes>")
        ),
        "yes": Rule(
            ("Exactly, that's how it is.", "You understand me.", "That means a lot to me."),
            ("It's good to hear that.", "That's what it is like.", "That's kind of you."),
        ),
        "lighter": Rule(
            ("It feels a bit lighter.", "It feels a little better to say it."),
            ("I'm not alone in it, then.", "It feels good to talk."),
        ),
        "brushes off": Rule(
            ("<no> <cold>", "<cold> <no>", "<no>"), ("<no> Honestly. <cold>", "<cold> So. <no>")
        ),
        "no": Rule(
            ("You don't know what it's like.", "That doesn't help.", "Why are you saying this?"),
            ("You have no idea.", "That's not it.", "You don't get it."),
        ),
        "cold": Rule(("Whatever.", "Leave it."), ("Let's stop here.", "Whatever you say.")),
        "yes, but": Rule(
            ("<yes but> <excuse>.", "<excuse>. <yes but> no.", "Hm. <yes but> <excuse>."),
            ("<yes but>, well, <excuse>.", "<yes but> no: <excuse>."),
        ),
        "yes but": Rule(
            ("Yes, but", "I hear you, but", "That may be so, but"), ("Perhaps, but", "In theory, but",
            "Nice, but")
        ),
        "excuse": Rule(
            ("I'm not ready for that", "it's not that easy", "it's too early for that"),
            ("that won't work for me", "I already tried that", "that's easier said than done"),
        ),
        "asks for advice": Rule(
            ("<what now>?", "<calm> <what now>?", "<what now>? <calm>"),
            ("<calm> Say, <what now>?", "<what now>, do you think?"),
        ),
        "what now": Rule(
            ("What should I do", "Where do I begin", "How do I get out of this"),
            ("What could I do next", "What can I do about it", "How should I go on"),
        ),
        "calm": Rule(
            ("I think I can breathe again.", "I am calmer now."), ("I can think clearly now.",
            "My head is clear.")
        ),
        "chats along": Rule(
            ("<same> <weather>", "<weather> <same>", "<weather>"), ("<same> Well. <weather>",
            "<weather> Hm. <same>")
        ),
        "same": Rule(("Here too, as it happens.", "It's much the same over here."),
                     ("Just like around here these days.", "Funny, that's so here as well.")),
        "weather": Rule(
            ("The weather has been strange all week long.", "Time goes by quickly these days, somehow.",
             "The street outside is quiet for once today."),
            ("The evenings are getting longer again, I notice.",
            "There's a fair in town this week, they say."),
        ),
        "is relieved": Rule(
            ("<thanks> <plan>", "<plan> <thanks>", "<thanks> <plan> <off>"),
            ("<plan> Finally. <thanks>", "<off> <plan>", "<thanks> <off>"),
        ),
        "thanks": Rule(
            ("Thank you so much.", "Thanks a lot for this.", "Thank you for listening."),
            ("Thank you so much for your time.", "Thanks so much, really."),
        ),
        "plan": Rule(
            ("I know what to do now.", "I'll do that.", "That's a plan."), ("I will try that tomorrow.",
            "I'll try it.")
        ),
        "off": Rule(("That's a weight off my mind.",), ("What a relief.", "I feel much better.")),
    },
    SLOTS,
)  # fmt: skip
