"""Questions for a detail that a text does not tell of somebody or something that it speaks of."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_PERSON = re.compile(
    r"\b([A-Z][a-z]+(?: [A-Z][\w.'’-]+){1,2})"
    r"(?=,? (?:said|says|was|had|who|became|wrote|won|led|served|argued|told|announced|began|made"
    r"|met|took|signed|warned|added|called|visited|joined|returned|claimed|stated)\b)"
)
_NAME = re.compile(
    r"(?<=[a-z,] )((?:the )?[A-Z][\w'’-]+(?: (?:of |de |and )?[A-Z][\w'’-]+){0,3})(?=[ ,.])"
)
_PLACE = re.compile(r"\b(?:in|from|to|at|near) ([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?=[ ,.])")

# What is asked, and what in a text may tell it.
_OF_PERSONS = """\
How old is {}? | how old was {} | What is the age of {}? # \\bage|years? old|born|birth|old
When was {} born? | in what year was {} born # born|birth|age
Where was {} born? | where does {} come from # birth|born|native
Who is {} married to? | what is the name of {}'s wife # marri|wife|husband|wed
How many children does {} have? | has {} any # child|son\\b|sons\\b|daughter
What is {}'s salary? | what does {} earn # salar|paid|pay|earn|wage|[$£€]
Which party does {} belong to? | what party is {} from # part(?:y|ies)|democrat|republican|tory
Where did {} study? | which university did {} attend # school|universit|college|stud|educat|degree
Which hotel did {} stay at? | in which hotel did {} meet them # hotel|stay
Why did {} resign? | when did {} step down # resign|step|left|quit|retire|remov|dismiss
When did {} die? | how did {} die # die[ds]?\\b|death|dead|kill|assassin|murder
Why was {} arrested? | when was {} sent to prison # arrest|jail|prison|charg|detain|custod
Where does {} live now? | where does {} live # live[sd]?\\b|resid|home|hous|mov
Who is {}'s lawyer? | which lawyer represents {} # lawyer|attorney|counsel|solicitor|barrister
How tall is {}? | what is {}'s height # tall|height|feet|metre|meter
What prize did {} get? | which award did {} receive # award|prize|medal|honou?r
Who replaced {}? | who took over from {} # succe|replac|took over|follow
Why did {} apologise? | did {} apologise # apolog|sorry|regret
What did {} say about the strike? | is {} for the strike # strike|walk
How did {} travel there? | how did {} arrive # travel|by (?:train|car|plane|ship|air)|fl[ey]w
Where does {} work now? | what does {} do now # work|job|employ|now
"""
_OF_THINGS = """\
What is the annual turnover of {}? | how much does {} make # turnover|revenue|sales|profit|[$£€]
How many people work for {}? | how many employees does {} have # employ|work|staff
Who founded {}? | when was {} founded # found|establish|creat|form|start|began
Where is {} based? | where are the headquarters of {} # based|headquart|locat|situat|\\bin [A-Z]
Why did {} go bankrupt? | did {} go bankrupt # bankrupt|insolv|debt
Who is the chief executive of {}? | who runs {} # chief|ceo\\b|director|head|president|lead|chair
What is the share price of {}? | how have shares of {} done # share|stock|price
Which architect designed {}? | who designed {} # architect|design|buil
How much did {} cost? | price of {} # cost|price|[$£€]|million|billion|expens|spen
How many members does {} have? | how many belong to {} # member|belong
Who owns {}? | who bought {} # own|bought|acqui|purchas|sold
What time does {} open? | when does {} close # open|clos|time|hour
Who insures {}? | which insurer covers {} # insur
How many people visited {}? | how many visitors did {} have # visit|tourist|attend
Who sued {}? | why was {} fined # sue[ds]?\\b|fine[ds]?\\b|court|law
What is the motto of {}? | what does {} mean # motto|mean|slogan
"""
_OF_PLACES = """\
How many people live in {}? | what is the population of {} # population|people|resident|live
What was the weather like in {}? | did it rain in {} # weather|rain|temperature|climate|snow|wind
Who is the mayor of {}? | who governs {} # mayor|govern|rule
What language is spoken in {}? | which languages has {} # language|speak|spoke
How far is {} from the capital? | how far away is {} # mile|kilomet|\\bkm\\b|far\\b|distance
How many hospitals are there in {}? | which hospital in {} treated them # hospital|clinic
What is the unemployment rate in {}? | how many are out of work in {} # unemploy|jobs?\\b
In which hotel in {} was it? | where in {} was it held # hotel|building|held|hall
How many police officers were in {}? | what did the police in {} do # police|officer
"""


def _forms(rows: str) -> list[tuple[list[str], re.Pattern[str]]]:
    parts = [row.split(" # ") for row in rows.splitlines()]
    return [(forms.split(" | "), re.compile(told, re.I)) for forms, told in parts]


_KINDS = tuple(
    (pattern, _forms(rows))
    for pattern, rows in ((_PERSON, _OF_PERSONS), (_NAME, _OF_THINGS), (_PLACE, _OF_PLACES))
)


def missing_details(text: str, rng: random.Random) -> Iterator[str]:
    """A question for each kind of thing that a text names, which nothing in it answers."""
    for pattern, forms in _KINDS:
        names = [m[1] for m in pattern.finditer(text)]
        usable = [wording for wording, told in forms if not told.search(text)]
        if names and usable:
            yield rng.choice(rng.choice(usable)).format(rng.choice(names))
