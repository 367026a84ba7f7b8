"""One line, Dutch or English: what is understood of it, what is asked, and what is never a day.

The tables are read at Monday 9 November 2026, 09:18. A day or a time "?" is asked, and has no
value; an empty one was not named. `more` holds channel:, value:, audience:, person: and rule:, and
?about for what else is asked. A line "= words" tells what several lines below it have in common.
"""

from __future__ import annotations

import time as stopwatch
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendar_app.calendar.quick_add import (
    ChannelFact,
    Hook,
    Named,
    PlanFact,
    Understood,
    Vocabulary,
    understand,
)
from calendar_app.calendar.quick_add.tokens import tokens
from calendar_app.text import clean_line

MONDAY = datetime(2026, 11, 9, 9, 18)  # noqa: DTZ001 - on the wall
TEAM = Vocabulary(
    plans=(PlanFact(1, "Verpleegkundigen werven"),),
    channels=(
        ChannelFact(1, "LinkedIn", 1),
        ChannelFact(2, "Viva Engage", 1),
        ChannelFact(3, "Facebook", 1),
    ),
    values=(
        Hook(1, "Nabij", 1),
        Hook(2, "Vakmanschap", 1),
        Hook(3, "Eigen regie", 1),
        Hook(4, "Eén team", 1),
    ),
    audiences=(Hook(1, "Verpleegkundigen", 1), Hook(2, "Leerlingen", 1), Hook(3, "HBO-V", 1)),
    people=(
        Named(1, "Anouk Visser"),
        Named(2, "Joris de Vries"),
        Named(3, "Joris Bakker"),
        Named(4, "Mo Kaya"),
        Named(5, "Zoë Öztürk"),
    ),
)

DUTCH = """
= The example of product.md, and what it names
di 9:30 LinkedIn Vacature verpleegkundige #Nabij @Anouk | 2026-11-10 | 09:30 | Vacature verpleegkundige | channel:LinkedIn value:Nabij person:Anouk_Visser
14u Rooster van december          |            | 14:00 | Rooster van december |
half tien Rooster                 |            | 09:30 | Rooster |
kwart voor vier Rooster           |            | 15:45 | Rooster |
24-12 Kerstwens                   | 2026-12-24 |       | Kerstwens |
9u30 Rooster                      |            | 09:30 | Rooster |
week 50 vrijdag Kerstpakket       | 2026-12-11 |       | Kerstpakket |
overmorgen Rooster                | 2026-11-11 |       | Rooster |
elke werkdag t/m vrijdag Tip      | 2026-11-10 |       | Tip | rule:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261113T225959Z
elke vrijdag t/m week 50 Tip      | 2026-11-13 |       | Tip | rule:FREQ=WEEKLY;BYDAY=FR;UNTIL=20261213T225959Z
elke dinsdag vanaf 24-12 Tip      | 2026-12-29 |       | Tip | rule:FREQ=WEEKLY;BYDAY=TU
elke werkdag Tip                  | 2026-11-10 |       | Tip | rule:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
= Weekdays, short and long, at the start and at the end
woensdag Rooster                  | 2026-11-11 |       | Rooster |
wo 14u Rooster                    | 2026-11-11 | 14:00 | Rooster |
Do 8:45 Rooster                   | 2026-11-12 | 08:45 | Rooster |
do Rooster                        | 2026-11-12 |       | Rooster |
zo Open dag                       | 2026-11-15 |       | Open dag |
vr Vacature                       | 2026-11-13 |       | Vacature |
di. Vacature                      | 2026-11-10 |       | Vacature |
di: vacature                      | 2026-11-10 |       | vacature |
za 10:00 Open dag                 | 2026-11-14 | 10:00 | Open dag |
zo 14u Open dag                   | 2026-11-15 | 14:00 | Open dag |
Nieuwsbrief vrijdag               | 2026-11-13 |       | Nieuwsbrief |
Nieuwsbrief op vrijdag            | 2026-11-13 |       | Nieuwsbrief |
Nieuwsbrief vrijdag om 9:30       | 2026-11-13 | 09:30 | Nieuwsbrief |
LinkedIn di Vacature              | 2026-11-10 |       | Vacature | channel:LinkedIn
do LinkedIn Vacature              | 2026-11-12 |       | Vacature | channel:LinkedIn
komende dinsdag Vacature          | 2026-11-10 |       | Vacature |
aanstaande vrijdag Vacature       | 2026-11-13 |       | Vacature |
deze vrijdag Vacature             | 2026-11-13 |       | Vacature |
= Near days
morgen Vacature                   | 2026-11-10 |       | Vacature |
morgen 10u LinkedIn Vacature      | 2026-11-10 | 10:00 | Vacature | channel:LinkedIn
Vacature vandaag 14:00            | 2026-11-09 | 14:00 | Vacature |
over 3 dagen Vacature             | 2026-11-12 |       | Vacature |
over een week Vacature            | 2026-11-16 |       | Vacature |
Vacature over twee weken          | 2026-11-23 |       | Vacature |
over een maand Vacature           | 2026-12-09 |       | Vacature |
volgende week dinsdag Vacature    | 2026-11-17 |       | Vacature |
dinsdag volgende week 9:30 Vacature | 2026-11-17 | 09:30 | Vacature |
dinsdag over een week Vacature    | 2026-11-17 |       | Vacature |
over 2 weken dinsdag Rooster      | 2026-11-24 |       | Rooster |
deze week donderdag Vacature      | 2026-11-12 |       | Vacature |
vrijdag week 50 Kerstpakket       | 2026-12-11 |       | Kerstpakket |
vrijdag in week 50 Kerstpakket    | 2026-12-11 |       | Kerstpakket |
wk 2 ma Nieuwjaar                 | 2027-01-11 |       | Nieuwjaar |
= Dates
24/12 Kerstwens                   | 2026-12-24 |       | Kerstwens |
24-12-2026 Kerstwens              | 2026-12-24 |       | Kerstwens |
24-12-26 Kerstwens                | 2026-12-24 |       | Kerstwens |
24.12.2026 Kerstwens              | 2026-12-24 |       | Kerstwens |
2026-12-24 Kerstwens              | 2026-12-24 |       | Kerstwens |
24 dec Kerstwens                  | 2026-12-24 |       | Kerstwens |
24 december 10u Kerstwens         | 2026-12-24 | 10:00 | Kerstwens |
Kerstwens op 24 december          | 2026-12-24 |       | Kerstwens |
24 december 2027 Kerstwens        | 2027-12-24 |       | Kerstwens |
do 24 december Kerstwens          | 2026-12-24 |       | Kerstwens |
24-12 do Kerstwens                | 2026-12-24 |       | Kerstwens |
donderdag, 24 december: Kerstwens | 2026-12-24 |       | Kerstwens |
3/4 Lente                         | 2027-04-03 |       | Lente |
3-4 Lente                         | 2027-04-03 |       | Lente |
3-4 9:30 lente                    | 2027-04-03 | 09:30 | lente |
03-04 lente                       | 2027-04-03 |       | lente |
Pakjesavond op 5-12               | 2026-12-05 |       | Pakjesavond |
1 mei Dag van de arbeid           | 2027-05-01 |       | Dag van de arbeid |
de 24e 9:30 Rooster               | 2026-11-24 | 09:30 | Rooster |
Rooster op de 3e                  | 2026-12-03 |       | Rooster |
vrijdag de 13e LinkedIn Geluk     | 2026-11-13 |       | Geluk | channel:LinkedIn
29-2-2028 Schrikkeldag            | 2028-02-29 |       | Schrikkeldag |
= Times
9:30 Rooster                      |            | 09:30 | Rooster |
09:30 Rooster                     |            | 09:30 | Rooster |
om 9:30 Rooster                   |            | 09:30 | Rooster |
9.30 uur Rooster                  |            | 09:30 | Rooster |
di 9.30 Rooster                   | 2026-11-10 | 09:30 | Rooster |
di om 9 uur Rooster               | 2026-11-10 | 09:00 | Rooster |
di om 9 Rooster                   | 2026-11-10 | 09:00 | Rooster |
Rooster di om 14                  | 2026-11-10 | 14:00 | Rooster |
di 9 uur Rooster                  | 2026-11-10 | 09:00 | Rooster |
di 3 uur Rooster                  | 2026-11-10 | 15:00 | Rooster |
di 9 uur 's avonds Rooster        | 2026-11-10 | 21:00 | Rooster |
di half vier Rooster              | 2026-11-10 | 15:30 | Rooster |
di half een Rooster               | 2026-11-10 | 12:30 | Rooster |
di kwart over 9 Rooster           | 2026-11-10 | 09:15 | Rooster |
di tien over half vier Rooster    | 2026-11-10 | 15:40 | Rooster |
di 5 voor half tien Rooster       | 2026-11-10 | 09:25 | Rooster |
di tien over drie Rooster         | 2026-11-10 | 15:10 | Rooster |
di 14h Rooster                    | 2026-11-10 | 14:00 | Rooster |
di 14:00 uur Rooster              | 2026-11-10 | 14:00 | Rooster |
vrijdagmiddag 14u Rooster         | 2026-11-13 | 14:00 | Rooster |
dinsdagavond acht uur Rooster     | 2026-11-10 | 20:00 | Rooster |
= How often
elke werkdag 8u30 Tip             | 2026-11-10 | 08:30 | Tip | rule:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
elke dinsdag 9:30 Tip             | 2026-11-10 | 09:30 | Tip | rule:FREQ=WEEKLY;BYDAY=TU
iedere di en do Tip               | 2026-11-10 |       | Tip | rule:FREQ=WEEKLY;BYDAY=TU,TH
elke ma, wo en vr Tip             | 2026-11-11 |       | Tip | rule:FREQ=WEEKLY;BYDAY=MO,WE,FR
elke dag 9:30 Tip                 | 2026-11-09 | 09:30 | Tip | rule:FREQ=DAILY
om de week vrijdag Tip            | 2026-11-13 |       | Tip | rule:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR
om de week op vrijdag 10u Tip     | 2026-11-13 | 10:00 | Tip | rule:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR
elke 3 weken op maandag Tip       | 2026-11-16 |       | Tip | rule:FREQ=WEEKLY;INTERVAL=3;BYDAY=MO
maandelijks op de eerste maandag Tip | 2026-12-07 |    | Tip | rule:FREQ=MONTHLY;BYDAY=1MO
elke laatste vrijdag van de maand Tip | 2026-11-27 |   | Tip | rule:FREQ=MONTHLY;BYDAY=-1FR
elke 15e Tip                      | 2026-11-15 |       | Tip | rule:FREQ=MONTHLY;BYMONTHDAY=15
elk jaar 24-12 Kerstwens          | 2026-12-24 |       | Kerstwens | rule:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24
elke dinsdag t/m 24-12 Tip        | 2026-11-10 |       | Tip | rule:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261224T225959Z
vanaf 1 december elke dinsdag Tip | 2026-12-01 |       | Tip | rule:FREQ=WEEKLY;BYDAY=TU
om de week vanaf vr 4 dec Tip     | 2026-12-04 |       | Tip | rule:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR
's maandags Tip                   | 2026-11-16 |       | Tip | rule:FREQ=WEEKLY;BYDAY=MO
= Names
#nabij Vacature                   |            |       | Vacature | value:Nabij
Vacature #NABIJ #vakmanschap      |            |       | Vacature | value:Nabij value:Vakmanschap
#Eigen regie Rooster              |            |       | Rooster | value:Eigen_regie
#eigenregie Rooster               |            |       | Rooster | value:Eigen_regie
#eigen-regie Rooster              |            |       | Rooster | value:Eigen_regie
#een team Rooster                 |            |       | Rooster | value:Eén_team
@Mo Rooster                       |            |       | Rooster | person:Mo_Kaya
@mo kaya Rooster                  |            |       | Rooster | person:Mo_Kaya
@zoe Rooster                      |            |       | Rooster | person:Zoë_Öztürk
@Joris de Vries Rooster           |            |       | Rooster | person:Joris_de_Vries
@joris.bakker Rooster             |            |       | Rooster | person:Joris_Bakker
+verpleegkundigen Rooster         |            |       | Rooster | audience:Verpleegkundigen
Rooster voor verpleegkundigen     |            |       | Rooster | audience:Verpleegkundigen
Rooster voor de leerlingen en verpleegkundigen | | |     Rooster | audience:Leerlingen audience:Verpleegkundigen
Rooster voor hbo-v                |            |       | Rooster | audience:HBO-V
viva engage Rooster               |            |       | Rooster | channel:Viva_Engage
Rooster op LinkedIn en Facebook   |            |       | Rooster en | channel:LinkedIn channel:Facebook
di LINKEDIN, Vacature             | 2026-11-10 |       | Vacature | channel:LinkedIn
"""  # noqa: E501 - a table

DUTCH_TRAPS = """
= Numbers and words that only look like a day
3-daagse training                 |            |       | 3-daagse training |
mei-borrel                        |            |       | mei-borrel |
De mei borrel                     |            |       | De mei borrel |
24/7 bereikbaar                   |            |       | 24/7 bereikbaar |
We zijn 24/7 open                 |            |       | We zijn 24/7 open |
week van de zorg                  |            |       | week van de zorg |
1 op 1 gesprek                    |            |       | 1 op 1 gesprek |
plan B                            |            |       | plan B |
Poster op A4                      |            |       | Poster op A4 |
covid-19 update                   |            |       | covid-19 update |
top 10 tips                       |            |       | top 10 tips |
50 jaar De Linde                  |            |       | 50 jaar De Linde |
Mei Ling stelt zich voor          |            |       | Mei Ling stelt zich voor |
Maart van der Berg vertelt        |            |       | Maart van der Berg vertelt |
5 mei 1945 herdacht               |            |       | 5 mei 1945 herdacht |
Alles over december 2026          |            |       | Alles over december 2026 |
10-12 jaar                        |            |       | 10-12 jaar |
deel 3/4 van de serie             |            |       | deel 3/4 van de serie |
groep 5-6 op bezoek               |            |       | groep 5-6 op bezoek |
Ajax wint 3-1                     |            |       | Ajax wint 3-1 |
3-4 tips voor je rooster          |            |       | 3-4 tips voor je rooster |
Avond van de verpleging           |            |       | Avond van de verpleging |
di Avond van de verpleging        | 2026-11-10 |       | Avond van de verpleging |
di 9:30 Nacht van de zorg         | 2026-11-10 | 09:30 | Nacht van de zorg |
di avond van de zorg              | 2026-11-10 |       | avond van de zorg |
50/50 verdeeld                    |            |       | 50/50 verdeeld |
12-24 karakters                   |            |       | 12-24 karakters |
de 24e editie                     |            |       | de 24e editie |
Naar de 3e verdieping             |            |       | Naar de 3e verdieping |
eerste dag op de afdeling         |            |       | eerste dag op de afdeling |
vrijdagmiddagborrel               |            |       | vrijdagmiddagborrel |
vrijdag-borrel                    |            |       | vrijdag-borrel |
dinsdagse overleggen              |            |       | dinsdagse overleggen |
Terugblik afgelopen dinsdag       |            |       | Terugblik afgelopen dinsdag |
#1 in zorg                        |            |       | #1 in zorg |
Bel +31 6 12345678                |            |       | Bel +31 6 12345678 |
Mail naar info@delinde.example    |            |       | Mail naar info@delinde.example |
99-99-9999 Test                   |            |       | 99-99-9999 Test |
25:61 Test                        |            |       | 25:61 Test |
= Days with a name of their own
Blue Monday                       |            |       | Blue Monday |
Giving Tuesday bij ons            |            |       | Giving Tuesday bij ons |
Zwarte vrijdag                    |            |       | Zwarte vrijdag |
Goede Vrijdag vrij                |            |       | Goede Vrijdag vrij |
Witte Donderdag                   |            |       | Witte Donderdag |
LinkedIn Blue Monday              |            |       | Blue Monday | channel:LinkedIn
= Short words that are words
Zo werkt het                      |            |       | Zo werkt het |
We doen het zo                    |            |       | We doen het zo |
hbo en wo                         |            |       | hbo en wo |
pa en ma                          |            |       | pa en ma |
What we do                        |            |       | What we do |
Do you know our team              |            |       | Do you know our team |
Leonardo di Caprio komt langs     |            |       | Leonardo di Caprio komt langs |
Een VR bril op de afdeling        |            |       | Een VR bril op de afdeling |
VR-bril op de afdeling            |            |       | VR-bril op de afdeling |
Goede morgen allemaal             |            |       | Goede morgen allemaal |
Goedemorgen allemaal              |            |       | Goedemorgen allemaal |
= Lengths of time
2 uur durende workshop            |            |       | 2 uur durende workshop |
36 uur per week werken            |            |       | 36 uur per week werken |
24 uur van de verpleging          |            |       | 24 uur van de verpleging |
half jaar stage                   |            |       | half jaar stage |
een half uur yoga                 |            |       | een half uur yoga |
72u zorg                          |            |       | 72u zorg |
van 9 tot 5                       |            |       | van 9 tot 5 |
= Quotations are never read
"Blijf di thuis"                  |            |       | Blijf di thuis |
di "morgen 9:30 LinkedIn" Quiz    | 2026-11-10 |       | "morgen 9:30 LinkedIn" Quiz |
“24-12 #Nabij @Anouk” Quiz        |            |       | “24-12 #Nabij @Anouk” Quiz |
= What is asked: the day
volgende dinsdag Vacature         | ?          |       | Vacature |
volgende week Vacature            | ?          |       | volgende week Vacature |
week 50 Kerst                     | ?          |       | week 50 Kerst |
Week 1: kennismaken               | ?          |       | Week 1: kennismaken |
eind van de maand Rooster         | ?          |       | eind van de maand Rooster |
half december Rooster             | ?          |       | half december Rooster |
dit weekend Open dag              | ?          |       | dit weekend Open dag |
volgende maand Rooster            | ?          |       | volgende maand Rooster |
maandag Vacature                  | ?          |       | Vacature |
31-11 Rooster                     | ?          |       | 31-11 Rooster |
29-2 Schrikkeldag                 | ?          |       | 29-2 Schrikkeldag |
1-3-2020 Terugblik                | ?          |       | 1-3-2020 Terugblik |
5-11 Terugblik                    | ?          |       | Terugblik |
wo 10 november Rooster            | ?          |       | Rooster |
di en do Rooster                  | ?          |       | di en do Rooster |
1 t/m 3 maart Open dagen          | ?          |       | 1 t/m 3 maart Open dagen |
1-3 maart Open dagen              | ?          |       | 1-3 maart Open dagen |
di Kerstborrel 24 december        | ?          |       | Kerstborrel |
3-1 gewonnen                      | ?          |       | 3-1 gewonnen |
3-4 lente in de tuin              | ?          |       | 3-4 lente in de tuin |
24-7 bereikbaar                   | ?          |       | 24-7 bereikbaar |
3/4 van de collega's              | ?          |       | 3/4 van de collega's |
De zorg van morgen                | ?          |       | De zorg van morgen |
deadline 24-12                    | ?          |       | deadline 24-12 |
Solliciteer tot 24 december       | ?          |       | Solliciteer tot 24 december |
Kom op 24 december naar de borrel | ?          |       | Kom op 24 december naar de borrel |
Kom dinsdag naar de borrel        | ?          |       | Kom dinsdag naar de borrel |
Maandag is wasdag                 | ?          |       | Maandag is wasdag |
Vandaag begint het                | ?          |       | Vandaag begint het |
Pancake Tuesday                   | ?          |       | Pancake Tuesday |
do vacature verpleegkundige       | ?          |       | do vacature verpleegkundige |
Do Vacature verpleegkundige       | ?          |       | Do Vacature verpleegkundige |
ma vertelt                        | ?          |       | ma vertelt |
VR bril op de afdeling            | ?          |       | VR bril op de afdeling |
Vacature di                       | ?          |       | Vacature di |
vandaag 8:00 Vacature             | ?          | 08:00 | Vacature |
elke dinsdag 24-12 9:30 Tip       | ?          | 09:30 | Tip |
elke maandag 1-12 10u Tip         | ?          | 10:00 | Tip |
= What is asked: the time
di om 9:30 of 10:00 Vacature      | 2026-11-10 | ?     | om 9:30 of 10:00 Vacature |
di 9:30-10:00 Vacature            | 2026-11-10 | ?     | 9:30-10:00 Vacature |
vrijdagmiddag Vacature            | 2026-11-13 | ?     | Vacature |
vanavond Vacature                 | 2026-11-09 | ?     | Vacature |
di half acht Vacature             | 2026-11-10 | ?     | Vacature |
di 3:30 Vacature                  | 2026-11-10 | ?     | Vacature |
di 24:00 Vacature                 | 2026-11-10 | ?     | 24:00 Vacature |
vijf voor twaalf Klimaat          |            | ?     | vijf voor twaalf Klimaat |
om 2 redenen blij                 |            | ?     | om 2 redenen blij |
2 uur stilstaan                   |            | ?     | 2 uur stilstaan |
9.30 Euro                         |            | ?     | 9.30 Euro |
28-3-2027 02:30 Nacht             | 2027-03-28 | ?     | Nacht |
31-10-2027 02:30 Nacht            | 2027-10-31 | ?     | Nacht |
= What is asked: how often, and names
Elke dag een glimlach             |            |       | Elke dag een glimlach | ?recurrence
Dagelijks bestuur                 |            |       | Dagelijks bestuur | ?recurrence
om de week Tip                    |            |       | Tip | ?recurrence
elke 31e Tip                      |            |       | Tip | ?recurrence
@Joris Rooster                    |            |       | Rooster | ?person
@Piet Rooster                     |            |       | @Piet Rooster | ?person
@Anouk @Mo Rooster                |            |       | Rooster | ?person
#Nabbij Rooster                   |            |       | #Nabbij Rooster | ?value
#zorg Rooster                     |            |       | #zorg Rooster | ?value
+artsen Rooster                   |            |       | +artsen Rooster | ?audience
Tips over LinkedIn                |            |       | Tips over LinkedIn | ?channel
Rooster voor verpleegkundigen in opleiding | |         | Rooster voor verpleegkundigen in opleiding | ?audience
Werken met LinkedIn-tips          |            |       | Werken met LinkedIn-tips |
"""  # noqa: E501 - a table

ENGLISH = """
= Days
tue 9:30 LinkedIn Vacancy nurse #Nabij @Anouk | 2026-11-10 | 09:30 | Vacancy nurse | channel:LinkedIn value:Nabij person:Anouk_Visser
Thursday Newsletter               | 2026-11-12 |       | Newsletter |
Newsletter on Friday              | 2026-11-13 |       | Newsletter |
tomorrow 2pm Newsletter           | 2026-11-10 | 14:00 | Newsletter |
today at 3 pm Newsletter          | 2026-11-09 | 15:00 | Newsletter |
the day after tomorrow Newsletter | 2026-11-11 |       | Newsletter |
in 2 weeks Newsletter             | 2026-11-23 |       | Newsletter |
in three days Newsletter          | 2026-11-12 |       | Newsletter |
next week Tuesday Newsletter      | 2026-11-17 |       | Newsletter |
a week on Tuesday Newsletter      | 2026-11-17 |       | Newsletter |
coming Friday Newsletter          | 2026-11-13 |       | Newsletter |
December 24 Newsletter            | 2026-12-24 |       | Newsletter |
December 24th, 2027 Newsletter    | 2027-12-24 |       | Newsletter |
24 December Newsletter            | 2026-12-24 |       | Newsletter |
24th of December Newsletter       | 2026-12-24 |       | Newsletter |
24/12 Newsletter                  | 2026-12-24 |       | Newsletter |
12/24 Newsletter                  | 2026-12-24 |       | Newsletter |
Thu 24 Dec Newsletter             | 2026-12-24 |       | Newsletter |
week 50 Friday Newsletter         | 2026-12-11 |       | Newsletter |
Newsletter on the 24th            | 2026-11-24 |       | Newsletter |
May 1 Labour day                  | 2027-05-01 |       | Labour day |
Sat 10:00 Open day                | 2026-11-14 | 10:00 | Open day |
di 9u30 Newsletter                | 2026-11-10 | 09:30 | Newsletter |
= Times
tue 2:30pm Newsletter             | 2026-11-10 | 14:30 | Newsletter |
tue 12am Newsletter               | 2026-11-10 | 00:00 | Newsletter |
tue noon Newsletter               | 2026-11-10 | 12:00 | Newsletter |
tue half past nine Newsletter     | 2026-11-10 | 09:30 | Newsletter |
tue quarter to four Newsletter    | 2026-11-10 | 15:45 | Newsletter |
tue at quarter past 10 Newsletter | 2026-11-10 | 10:15 | Newsletter |
tue ten past three Newsletter     | 2026-11-10 | 15:10 | Newsletter |
tue 9 o'clock Newsletter          | 2026-11-10 | 09:00 | Newsletter |
tue 14:00 Newsletter              | 2026-11-10 | 14:00 | Newsletter |
half tien Newsletter              |            | 09:30 | Newsletter |
= How often
every weekday Tip                 | 2026-11-10 |       | Tip | rule:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
every Tuesday 9:30 Tip            | 2026-11-10 | 09:30 | Tip | rule:FREQ=WEEKLY;BYDAY=TU
every other Friday Tip            | 2026-11-13 |       | Tip | rule:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR
every two weeks on Friday Tip     | 2026-11-13 |       | Tip | rule:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR
every first Monday of the month Tip | 2026-12-07 |     | Tip | rule:FREQ=MONTHLY;BYDAY=1MO
monthly on the 15th Tip           | 2026-11-15 |       | Tip | rule:FREQ=MONTHLY;BYMONTHDAY=15
on Tuesdays Tip                   | 2026-11-10 |       | Tip | rule:FREQ=WEEKLY;BYDAY=TU
every mon, wed and fri Tip        | 2026-11-11 |       | Tip | rule:FREQ=WEEKLY;BYDAY=MO,WE,FR
every Tuesday until 24 December Tip | 2026-11-10 |     | Tip | rule:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261224T225959Z
= Names
News for verpleegkundigen         |            |       | News | audience:Verpleegkundigen
News on LinkedIn                  |            |       | News | channel:LinkedIn
"""  # noqa: E501 - a table

ENGLISH_TRAPS = """
= Never a day
We may hire 24 nurses             |            |       | We may hire 24 nurses |
Mark starts here                  |            |       | Mark starts here |
She sat down                      |            |       | She sat down |
What to do 9:30                   |            | 09:30 | What to do |
Do something good                 |            |       | Do something good |
Open 24/7                         |            |       | Open 24/7 |
nine to five                      |            |       | nine to five |
9 to 5 jobs                       |            |       | 9 to 5 jobs |
Giving Tuesday                    |            |       | Giving Tuesday |
Black Friday deals                |            |       | Black Friday deals |
Casual Friday                     |            |       | Casual Friday |
The 2nd floor moves               |            |       | The 2nd floor moves |
Look back on last Tuesday         |            |       | Look back on last Tuesday |
High noon                         |            |       | High noon |
"Tomorrow 9:30"                   |            |       | Tomorrow 9:30 |
May we help you                   |            |       | May we help you |
Good morning everybody            |            |       | Good morning everybody |
Summer course 2026                |            |       | Summer course 2026 |
= Asked
3/4 Newsletter                    | ?          |       | Newsletter |
3-4 Newsletter                    | ?          |       | Newsletter |
3/4/2027 Newsletter               | ?          |       | Newsletter |
half ten Newsletter               |            | ?     | Newsletter |
next Tuesday Newsletter           | ?          |       | Newsletter |
next week Newsletter              | ?          |       | next week Newsletter |
this weekend Open day             | ?          |       | this weekend Open day |
end of the month Newsletter       | ?          |       | end of the month Newsletter |
Leaders of tomorrow               | ?          |       | Leaders of tomorrow |
Apply before December 24          | ?          |       | Apply before December 24 |
Sun is shining                    | ?          |       | Sun is shining |
sat down with Mo                  | ?          |       | sat down with Mo |
Monday is washing day             | ?          |       | Monday is washing day |
Do LinkedIn ads work              | ?          |       | Do ads work | channel:LinkedIn
we may 24                         | ?          |       | we may 24 |
Tue 9:30 or 10:00 News            | 2026-11-10 | ?     | 9:30 or 10:00 News |
tonight News                      | 2026-11-09 | ?     | News |
ten to four News                  |            | ?     | ten to four News |
Daily standup                     |            |       | Daily standup | ?recurrence
every second Friday Tip           |            |       | Tip | ?recurrence
every week News                   |            |       | every week News | ?recurrence
"""


class Case(NamedTuple):
    """One row of a table."""

    text: str
    day: str
    time: str
    title: str
    more: str


def rows(table: str) -> list[Case]:
    lines = [line for line in table.splitlines() if line and not line.startswith("=")]
    return [Case(*(cell.strip() for cell in line.split("|"))) for line in lines]


def told(understood: Understood) -> Case:
    """What was understood, as a row says it."""
    asked = [question.about for question in understood.unsure]
    more = [
        *(f"channel:{one.name}" for one in understood.channels),
        *(f"value:{one.name}" for one in understood.values),
        *(f"audience:{one.name}" for one in understood.audiences),
        *([f"person:{understood.person.name}"] if understood.person else []),
        *([f"rule:{understood.recurrence}"] if understood.recurrence else []),
        *(f"?{about}" for about in asked if about not in {"date", "time"}),
    ]
    day = "?" if "date" in asked else str(understood.date or "")
    at = "?" if "time" in asked else f"{understood.time:%H:%M}" if understood.time else ""
    if "date" in asked:
        assert understood.date is None
    if "time" in asked:
        assert understood.time is None
    words = " ".join(one.replace(" ", "_") for one in more)
    return Case(understood.text, day, at, understood.title, words)


@pytest.mark.parametrize("case", rows(DUTCH + DUTCH_TRAPS), ids=lambda case: case.text)
def test_a_dutch_line_is_understood_or_asked(case: Case) -> None:
    assert told(understand(case.text, MONDAY, "nl", TEAM)) == case


@pytest.mark.parametrize("case", rows(ENGLISH + ENGLISH_TRAPS), ids=lambda case: case.text)
def test_an_english_line_is_understood_or_asked(case: Case) -> None:
    assert told(understand(case.text, MONDAY, "en", TEAM)) == case


def test_the_tables_are_large_and_half_of_them_traps() -> None:
    plain = len(rows(DUTCH)) + len(rows(ENGLISH))
    traps = len(rows(DUTCH_TRAPS)) + len(rows(ENGLISH_TRAPS))

    assert plain + traps >= 250
    assert traps >= plain


def test_on_a_tuesday_dinsdag_is_asked_unless_its_time_is_over() -> None:
    """Today or next week: the time decides where it can, and the preview says so."""
    tuesday = MONDAY + timedelta(days=1)

    later, over = (understand(text, tuesday, "nl", TEAM) for text in ("di 9:30 x", "di 9:00 x"))

    [question] = later.unsure
    assert later.date is None
    assert [one.value for one in question.alternatives] == ["2026-11-10", "2026-11-17"]
    assert over.date == date(2026, 11, 17)
    assert len(over.notes) == 1


def test_a_day_of_next_year_is_said() -> None:
    understood = understand("24-1 Nieuwjaar", MONDAY, "nl", TEAM)

    assert understood.date == date(2027, 1, 24)
    assert understood.notes[0].values == {"year": 2027}


@pytest.mark.parametrize(
    ("text", "answer", "day", "title"),
    [
        ("volgende dinsdag Vacature", "2026-11-17", date(2026, 11, 17), "Vacature"),
        ("Pancake Tuesday", "none", None, "Pancake Tuesday"),
        ("3-1 gewonnen", "none", None, "3-1 gewonnen"),
        ("3-1 gewonnen", "2027-01-03", date(2027, 1, 3), "gewonnen"),
        (
            "Kom dinsdag langs bij ons",
            "2026-11-10",
            date(2026, 11, 10),
            "Kom dinsdag langs bij ons",
        ),
        ("di Kerstborrel 24 december", "2026-11-10", date(2026, 11, 10), "Kerstborrel 24 december"),
        ("di en do Rooster", "2026-11-12", date(2026, 11, 12), "Rooster"),
        ("van 1 mei tot vr of za feest", "2026-11-13", date(2026, 11, 13), None),
    ],
)
def test_an_answer_settles_its_question(
    text: str, answer: str, day: date | None, title: str | None
) -> None:
    [question] = understand(text, MONDAY, "nl", TEAM).unsure

    settled = understand(text, MONDAY, "nl", TEAM, answers={question.key: answer})

    assert settled.unsure == ()
    assert settled.date == day
    assert title in {None, settled.title}


def test_an_answer_that_was_not_offered_settles_nothing() -> None:
    [question] = understand("volgende week x", MONDAY, "nl", TEAM).unsure

    settled = understand(
        "volgende week x", MONDAY, "nl", TEAM, answers={question.key: "1999-01-01"}
    )

    assert settled.unsure == (question,)


def test_of_two_with_the_same_first_name_one_is_chosen() -> None:
    [question] = understand("@Joris x", MONDAY, "nl", TEAM).unsure

    settled = understand("@Joris x", MONDAY, "nl", TEAM, answers={question.key: "3"})

    assert settled.person == Named(3, "Joris Bakker")
    assert settled.title == "x"


def test_a_time_that_a_part_of_the_day_leaves_open_is_chosen() -> None:
    [question] = understand("vrijdagmiddag x", MONDAY, "nl", TEAM).unsure

    settled = understand("vrijdagmiddag x", MONDAY, "nl", TEAM, answers={question.key: "15:00"})

    assert (settled.date, settled.time) == (date(2026, 11, 13), time(15))


class TestPlans:
    """Names that several plans have."""

    two = Vocabulary(
        plans=(PlanFact(1, "Werven"), PlanFact(2, "Boeien")),
        channels=(ChannelFact(1, "LinkedIn", 1), ChannelFact(2, "LinkedIn", 2)),
        values=(Hook(1, "Nabij", 1), Hook(2, "Trots", 2)),
        audiences=(Hook(1, "Artsen", 1), Hook(2, "Leerlingen", 2)),
    )

    def test_a_value_says_of_which_plan_the_channel_is(self) -> None:
        understood = understand("LinkedIn x #Trots", MONDAY, "nl", self.two)

        assert understood.plan == PlanFact(2, "Boeien")
        assert understood.channels == (ChannelFact(2, "LinkedIn", 2),)
        assert not understood.unsure

    def test_a_channel_of_two_plans_is_asked(self) -> None:
        [question] = understand("LinkedIn x", MONDAY, "nl", self.two).unsure

        settled = understand("LinkedIn x", MONDAY, "nl", self.two, answers={question.key: "1"})

        assert question.about == "plan"
        assert settled.channels == (ChannelFact(1, "LinkedIn", 1),)

    def test_names_of_different_plans_are_asked(self) -> None:
        understood = understand("x #Trots +Artsen", MONDAY, "nl", self.two)

        assert [question.about for question in understood.unsure] == ["plan"]

    def test_without_a_name_there_is_no_plan(self) -> None:
        assert understand("x", MONDAY, "nl", self.two).plan is None


PIECES = [
    *["di", "do", "zo", "ma", "vrijdag", "morgen", "vandaag", "week", "50", "24-12", "3/4", "3-4"],
    *[
        "9:30",
        "9.30",
        "14u",
        "half",
        "tien",
        "kwart",
        "voor",
        "vier",
        "om",
        "elke",
        "werkdag",
        "de",
    ],
    *["24e", "eind", "van", "maand", "over", "3", "dagen", "#Nabij", "#nee", "@Anouk", "@Joris"],
    *[
        "second",
        "Friday",
        "+Leerlingen",
        "LinkedIn",
        "verpleegkundigen",
        "en",
        "t/m",
        "tot",
        "vanaf",
    ],
    *[
        "vanavond",
        "'s",
        "middags",
        '"',
        "\u201c",
        "\u201d",
        "-",
        ",",
        "(",
        "every",
        "24",
        "december",
    ],
    *["may", "1", "next", "Tuesday", "on", "at", "2pm", "volgende", "op", "of", "00:00", "24:00"],
    *["02:30", "28-3-2027", "31e"],
]
LINES = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=14).map(" ".join),
)
AROUND = timedelta(days=2000)
MOMENTS = st.datetimes(min_value=MONDAY - AROUND, max_value=MONDAY + 6 * AROUND)


@given(LINES, MOMENTS, st.sampled_from(["nl", "en"]))
@example("\x00di\ud800 9:30\r", MONDAY, "nl")
def test_no_text_breaks_it(text: str, now: datetime, language: str) -> None:
    understood = understand(text, now, language, TEAM)

    ends = [0, *(place for span in understood.spans for place in (span.start, span.end))]
    assert ends == sorted(ends)
    assert all(span.start < span.end <= len(understood.text) for span in understood.spans)
    if understood.date is not None:
        assert {"date", "recurrence"} & {span.kind for span in understood.spans}
    if understood.time is not None:
        assert {"date", "time"} & {span.kind for span in understood.spans}
    keys = [question.key for question in understood.unsure]
    assert len(keys) == len(set(keys))


@given(LINES, st.sampled_from(["nl", "en"]))
def test_the_title_holds_every_word_that_was_not_understood(text: str, language: str) -> None:
    understood = understand(text, MONDAY, language, TEAM)

    left = [
        token.key
        for token in tokens(clean_line(text))
        if not token.is_sign
        and not any(span.start <= token.start < span.end for span in understood.spans)
    ]
    in_title = iter([token.key for token in tokens(understood.title) if not token.is_sign])
    assert all(any(word == found for found in in_title) for word in left)


@given(LINES, st.sampled_from(["nl", "en"]), st.data())
def test_answering_every_question_leaves_none(
    text: str, language: str, data: st.DataObject
) -> None:
    answers: dict[str, str] = {}
    for _round in range(20):
        understood = understand(text, MONDAY, language, TEAM, answers=answers)
        if not understood.unsure:
            break
        for question in understood.unsure:
            chosen = data.draw(st.sampled_from(question.alternatives))
            answers[question.key] = chosen.value

    assert not understand(text, MONDAY, language, TEAM, answers=answers).unsure


@pytest.mark.parametrize(
    "piece",
    [
        "di ",
        "9:30 ",
        "#x ",
        "@Joris ",
        "LinkedIn ",
        "“",
        '"',
        "- ",
        "24-12 ",
        "1",
        "a",
        "elke ",
        "voor ",
    ],
)
def test_four_times_the_characters_take_no_sixteen_times_as_long(piece: str) -> None:
    """A regular expression that goes back over the text, or a loop in a loop, would."""

    def seconds(characters: int) -> float:
        text = (piece * characters)[:characters]
        began = stopwatch.process_time()
        understand(text, MONDAY, "nl", TEAM)
        return stopwatch.process_time() - began

    seconds(2_500)  # what is made once is made
    few, many = (min(seconds(characters) for _ in range(5)) for characters in (2_500, 10_000))

    assert many < 12 * few
