"""The Dutch and English words for days, months, hours and what stands around them.

All are as `tokens.fold` makes them: small letters without accents. Both languages are always read,
since offices mix them.
"""

from __future__ import annotations


def _numbered(names: str, first: int = 0) -> dict[str, int]:
    """{"a": 0, "b": 0, "c": 1} of "a b, c": words that mean the same stand between commas."""
    groups = enumerate(names.split(","), start=first)
    return {word: number for number, words in groups for word in words.split()}


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


# From 0, Monday.
LONG_WEEKDAYS = _numbered(
    "maandag monday, dinsdag tuesday, woensdag wednesday, donderdag thursday, vrijdag friday,"
    "zaterdag saturday, zondag sunday"
)
SHORT_WEEKDAYS = _numbered("ma mon, di tue tues, wo wed, do thu thur thurs, vr fri, za sat, zo sun")
WEEKDAYS = LONG_WEEKDAYS | SHORT_WEEKDAYS
# "dinsdags", "tuesdays": each week anew.
REPEATED_WEEKDAYS = {
    f"{name}{end}": number for name, number in LONG_WEEKDAYS.items() for end in ("s", "en")
}
# Short days that are everyday words too: do you, zo werkt het, hbo en wo, pa en ma, she sat down.
EVERYDAY = frozenset({"ma", "wo", "do", "zo", "sat", "sun"})
# After these "do" is the verb, before these too.
BEFORE_DO = _set(
    "to we you i they can how not must should could would never what don't did does who"
)
AFTER_DO = _set(
    "you we not it this that your i they what the more less our something nothing good what"
)

MONTHS = _numbered(
    "januari jan january, februari feb february, maart mrt mar march, april apr, mei may,"
    "juni jun june, juli jul july, augustus aug august, september sep sept,"
    "oktober okt oct october,"
    "november nov, december dec",
    first=1,
)
# Only these stand before their number: "december 24".
ENGLISH_MONTHS = _set(
    "january jan february feb march mar april apr may june jun july jul august aug september sep"
    " sept october oct november nov december dec"
)

NUMBERS = _numbered(
    "een one a an, twee two, drie three, vier four, vijf five, zes six, zeven seven, acht eight,"
    "negen nine, tien ten, elf eleven, twaalf twelve",
    first=1,
)
ENGLISH_HOURS = _set("one two three four five six seven eight nine ten eleven twelve")
DUTCH_HOURS = _set("een twee drie vier vijf zes zeven acht negen tien elf twaalf")
MINUTES = {"vijf": 5, "five": 5, "tien": 10, "ten": 10, "twintig": 20, "twenty": 20}
QUARTERS = frozenset({"kwart", "quarter"})
AFTER_HOUR = frozenset({"over", "past", "after"})
BEFORE_HOUR = frozenset({"voor", "to", "before"})
HOUR_WORDS = frozenset({"uur", "u", "h", "o'clock", "oclock", "hrs"})

# Parts of a day: morning, afternoon, evening, night.
PARTS = _numbered(
    "ochtend ochtends morgens morning, middag middags namiddag afternoon, avond avonds evening,"
    "nacht nachts night"
)
# Said in one word: which day from today, and which part of it.
PARTS_OF_TODAY = {
    "vanochtend": (0, 0),
    "vanmorgen": (0, 0),
    "vanmiddag": (0, 1),
    "vanavond": (0, 2),
    "tonight": (0, 2),
    "morgenochtend": (1, 0),
    "morgenmiddag": (1, 1),
    "morgenavond": (1, 2),
}
NEAR_DAYS = {"vandaag": 0, "today": 0, "morgen": 1, "tomorrow": 1, "overmorgen": 2}

ORDINALS = _numbered(
    "eerste first 1e 1ste 1st, tweede second 2e 2de 2nd, derde third 3e 3de 3rd,"
    "vierde fourth 4e 4de 4th",
    first=1,
) | {"laatste": -1, "last": -1}

EACH = frozenset({"elke", "iedere", "elk", "ieder", "every", "each", "alle"})
WORKING_DAYS = _set("werkdag werkdagen doordeweeks weekday weekdays workday workdays")
UNITS = {
    "dag": "day",
    "dagen": "day",
    "day": "day",
    "days": "day",
    "week": "week",
    "weken": "week",
    "weeks": "week",
    "maand": "month",
    "maanden": "month",
    "month": "month",
    "months": "month",
}
NEXT = frozenset({"volgende", "next"})
COMING = frozenset({"komende", "aanstaande", "aankomende", "coming", "upcoming"})
THIS = frozenset({"deze", "this", "dit"})
# Before a weekday these say that it is over: afgelopen dinsdag.
PAST = frozenset({"afgelopen", "vorige", "last", "previous", "laatste", "elke", "iedere", "every"})
ARTICLES = frozenset({"de", "het", "the", "een", "a", "onze", "our"})
ON = frozenset({"op", "on"})
AT = frozenset({"om", "at", "rond", "around", "omstreeks"})
AND = frozenset({"en", "and", "&", "+", ","})
# Between two days or two times: it is asked which of them.
TO = _set("t/m tm tot to until till - \u2013 through en and of or & /")
UNTIL = frozenset({"t/m", "tm", "until", "till", "through", "tot"})
SINCE = frozenset({"vanaf", "from", "per", "starting", "ingaande"})
# After these a day is what the post is about, or its deadline: not, without asking, its own day.
ABOUT = _set(
    "van of voor for over about tot until till t/m tm sinds since before na after uiterlijk by"
    " vanaf from per naar tegen starting deadline versus than dan wanneer through between tussen"
)
# After these a number is a count: part 3/4, group 5-6, won 3-1.
COUNTED = _set(
    "deel part aflevering episode stap step stappen les tip versie version groep klas maat score"
    " stand uitslag wint won winst wins met nr nummer hoofdstuk chapter artikel fase kamer zaal"
    " leeftijd pagina page level niveau schaal ratio verhouding"
)
# What follows a day that is a sentence's subject: "Maandag is wasdag", "Morgen begint vandaag".
VERBS = _set(
    "is was wordt werd zijn begint begon komt kan mag moet = are were will becomes can may starts"
    " heeft had has telt counts maakt voelt"
)
# What follows a length of time: "2 uur durende", "36 uur per week".
LENGTHS = _set(
    "durend durende lang lange per training trainingen cursus werk werken contract extra gratis"
    " lopen slaap slapen les stilte yoga minder meer long course workshop workshops free later"
    " geleden ago zorg vrij"
)
# What a number before them counts: 10-12 jaar, 3-4 keer.
MEASURES = HOUR_WORDS | _set(
    "jaar jarigen jarige years km kg cm mm procent percent % punten points euro eur dagen days"
    " weken weeks maanden months minuten minutes min keer times personen people graden meter"
    " woorden words collega's collegas tips stappen steps"
)
# Days with a name of their own: Blue Monday, Giving Tuesday, Zwarte vrijdag, Goede Vrijdag.
NAMED_DAYS = _set(
    "giving blue black cyber good goede witte zwarte casual super ash fat bloody palm easter maundy"
    " dolle gekke groene green meatless vleesloze throwback freaky happy fijne prettige mooie"
    " motivation wellness shrove manic ruby stormy sunny grey gray grijze blauwe lazy heilige"
)
# Greetings and sayings in which "morgen" and "middag" are no moment.
GREETINGS = frozenset({"goede", "goeie", "good", "high", "de", "elke"})
