"""Every page and action that a person may ask for by name or by key: one table.

The palette (Ctrl+K) lists the commands, the page of shortcuts the keys, and the pages themselves
mark by it which link or field a key belongs to. A command is found by its name in both languages
and by the words beside it, whatever language the page speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from calendar_app.language import N_

GROUPS = ("make", "go", "calendar", "own")
GROUP_NAMES = {
    "make": N_("Make"),
    "go": N_("Go to"),
    "calendar": N_("In the calendar"),
    "own": N_("Kapstok itself"),
}


@dataclass(frozen=True)
class Command:
    """Something to ask for: a page at `address`, or the button of the page that `presses` names.

    `keys` do the same by themselves, each of them: "c", or "g h" for one after the other. A key
    first looks for its own link or field on the page. Without address and button a command is only
    there where the page has such a link.
    """

    id: str
    name: str
    group: str
    permission: str
    words: str = ""
    address: str = ""
    presses: str = ""
    keys: tuple[str, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Whether the palette can do it from any page."""
        return bool(self.address or self.presses)


COMMANDS: Sequence[Command] = (
    Command(
        "post.new",
        N_("New post"),
        "make",
        "posts.write",
        words="bericht maken schrijven plannen toevoegen write plan add create",
        address="/posts/new",
        keys=("c",),
    ),
    Command(
        "post.quick",
        N_("Quick add"),
        "make",
        "posts.write",
        words="snel regel toevoegen inplannen line fast",
        address="/quick-add",
        keys=("q",),
    ),
    Command(
        "idea.new",
        N_("Note an idea"),
        "make",
        "posts.write",
        words="idee vastleggen noteren bedenken capture think",
        address="/ideas#title",
        keys=("i",),
    ),
    Command(
        "posts.import",
        N_("Bring in posts from a file"),
        "make",
        "posts.write",
        words="importeren excel csv inlezen bestand tabel plakken import upload paste spreadsheet",
        address="/posts/import",
    ),
    Command(
        "webcare.new",
        N_("Note a question"),
        "make",
        "webcare.write",
        words="webcare vraag reactie klacht noteren toevoegen question comment complaint add",
        address="/webcare/new",
    ),
    Command(
        "plan.new",
        N_("New plan"),
        "make",
        "plans.write",
        words="plan maken beginnen make start create",
        address="/plans/new",
    ),
    Command(
        "meetup.new",
        N_("Plan the meet-up"),
        "make",
        "meetups.write",
        words="nieuwe meet-up reeks overleg tien minuten new series meeting create",
        address="/meetups/new",
    ),
    Command(
        "colleague.invite",
        N_("Invite a colleague"),
        "make",
        "people.administer",
        words="uitnodigen collega toevoegen persoon add person user account",
        address="/team/#invite",
    ),
    Command(
        "absence.note",
        N_("Note an absence"),
        "make",
        "absences.own",
        words="afwezig vakantie ziek vrij away holiday leave sick deputy vervanger",
        address="/team/#absences",
    ),
    Command(
        "home",
        N_("Today"),
        "go",
        "team.see",
        words="vandaag begin start home",
        address="/",
        keys=("g h",),
    ),
    Command(
        "calendar",
        N_("Calendar"),
        "go",
        "team.see",
        words="kalender planning rooster schedule",
        address="/calendar",
        keys=("g k",),
    ),
    Command(
        "webcare",
        N_("Webcare"),
        "go",
        "team.see",
        words="vragen reacties klachten beantwoorden monitoring questions comments answers",
        address="/webcare",
    ),
    Command(
        "webcare.replies",
        N_("Replies to use again"),
        "go",
        "team.see",
        words="webcare standaard antwoorden tekst hergebruiken canned answers templates",
        address="/webcare/replies",
    ),
    Command(
        "webcare.bin",
        N_("Bin of the questions"),
        "go",
        "webcare.write",
        words="webcare prullenbak verwijderd vraag terugzetten removed restore trash",
        address="/webcare/bin",
    ),
    Command(
        "series",
        N_("Series of posts"),
        "go",
        "team.see",
        words="reeks herhaling terugkerend herhalen repeat recurring every",
        address="/series",
    ),
    Command(
        "templates",
        N_("Templates"),
        "go",
        "posts.write",
        words="sjabloon voorbeeld bericht template copy",
        address="/posts/templates",
    ),
    Command(
        "plans",
        N_("Plans"),
        "go",
        "team.see",
        words="plan merkwaarden doelgroepen kanalen randvoorwaarden values audiences channels",
        address="/plans/",
        keys=("g p",),
    ),
    Command(
        "meetups",
        N_("Meet-ups"),
        "go",
        "team.see",
        words="overleg bijeenkomst meeting",
        address="/meetups/",
        keys=("g m",),
    ),
    Command(
        "meetup.today",
        N_("Today's meet-up"),
        "go",
        "team.see",
        words="vandaag overleg agenda today meeting",
        address="/meetups/today",
    ),
    Command(
        "meetups.history",
        N_("Meet-ups that were held"),
        "go",
        "team.see",
        words="geschiedenis gehouden verslag overleg history past minutes",
        address="/meetups/history",
    ),
    Command(
        "actions",
        N_("My actions"),
        "go",
        "actions.own",
        words="afspraak afspraken doen taken lijst todo tasks agreed",
        address="/actions",
    ),
    Command(
        "ideas", N_("Ideas"), "go", "team.see", words="idee ideeën lijst list", address="/ideas"
    ),
    Command(
        "feeds",
        N_("Feeds"),
        "go",
        "feeds.own",
        words="agenda-abonnement outlook google apple ical webcal subscribe abonneren",
        address="/feeds",
    ),
    Command(
        "team",
        N_("Team"),
        "go",
        "team.see",
        words="collega's mensen rollen people colleagues roles",
        address="/team/",
    ),
    Command(
        "bin",
        N_("Bin"),
        "go",
        "posts.write",
        words="prullenbak verwijderd terugzetten deleted restore trash",
        address="/posts/bin",
    ),
    Command(
        "search",
        N_("Search"),
        "go",
        "team.see",
        words="zoeken vinden find",
        address="/search",
        keys=("/",),
    ),
    Command(
        "settings",
        N_("Settings"),
        "go",
        "settings.own",
        words="instellingen naam wachtwoord ambassadeur name password ambassador",
        address="/settings/",
    ),
    Command(
        "reminders",
        N_("Reminders you get"),
        "go",
        "settings.own",
        words="herinneringen meldingen mail rust notifications quiet",
        address="/settings/reminders",
    ),
    Command(
        "reminders.routes",
        N_("How your reminders reach you"),
        "go",
        "settings.own",
        words="herinneringen route kanaal teams slack push telefoon e-mail webhook phone",
        address="/settings/reminders/routes",
    ),
    Command(
        "reminders.day",
        N_("What somebody was sent on a day"),
        "go",
        "settings.own",
        words="waarom herinnering niet gekregen gemist why missed nothing",
        address="/settings/reminders/day",
    ),
    Command(
        "team.settings",
        N_("Settings of the team"),
        "go",
        "team.administer",
        words="tijdzone land feestdagen taal time zone country holidays language",
        address="/settings/team",
    ),
    Command(
        "team.review",
        N_("How posts are approved"),
        "go",
        "team.administer",
        words="beoordelen akkoord rondes niveaus escaleren review levels approval escalation kinds",
        address="/settings/review",
    ),
    Command(
        "checklist",
        N_("Checklist for posts"),
        "go",
        "checklist.write",
        words="checklist controlelijst afvinken lijst punten tick check list points",
        address="/settings/checklist",
    ),
    Command(
        "radar",
        N_("The pitfall radar"),
        "go",
        "team.administer",
        words="valkuilen radar grenzen pitfalls limits",
        address="/settings/radar",
    ),
    Command(
        "deliveries",
        N_("Log of reminders"),
        "go",
        "deliveries.see",
        words="verzonden mail fouten sent errors deliveries",
        address="/settings/deliveries",
    ),
    Command(
        "calendars",
        N_("Other calendars"),
        "go",
        "team.see",
        words="agenda ical ics campagnes evenementen abonneren subscribe events",
        address="/settings/calendars",
    ),
    Command(
        "calendar.add",
        N_("Add another calendar"),
        "make",
        "calendars.write",
        words="andere agenda toevoegen ical ics abonneren subscribe upload",
        address="/settings/calendars/new",
    ),
    Command(
        "log",
        N_("Who did what"),
        "go",
        "audit.see",
        words="logboek audit geschiedenis history",
        address="/settings/log",
    ),
    Command(
        "calendar.today",
        N_("Today in the calendar"),
        "calendar",
        "team.see",
        words="vandaag nu now",
        address="/calendar",
        keys=("t",),
    ),
    Command(
        "calendar.month",
        N_("Calendar by month"),
        "calendar",
        "team.see",
        words="maand weergave view",
        address="/calendar?view=month",
        keys=("m",),
    ),
    Command(
        "calendar.week",
        N_("Calendar by week"),
        "calendar",
        "team.see",
        words="week weergave view",
        address="/calendar?view=week",
        keys=("w",),
    ),
    Command(
        "calendar.list",
        N_("Calendar as a list"),
        "calendar",
        "team.see",
        words="lijst weergave view",
        address="/calendar?view=list",
        keys=("l",),
    ),
    Command(
        "calendar.board",
        N_("Calendar as a board"),
        "calendar",
        "team.see",
        words="bord kolommen status kanaal kanban columns state channel",
        address="/calendar?view=board",
        keys=("b",),
    ),
    Command(
        "calendar.views",
        N_("Kept views"),
        "calendar",
        "team.see",
        words="weergaven bewaard filters saved views",
        address="/calendar/views",
    ),
    Command(
        "calendar.shift",
        N_("Move several posts"),
        "calendar",
        "posts.write",
        words="verschuiven verplaatsen alles vanaf shift everything from",
        address="/calendar/move",
    ),
    Command(
        "posts.xlsx",
        N_("Download the posts for Excel"),
        "calendar",
        "team.see",
        words="exporteren excel xlsx berichten bestand tabel spreadsheet export",
        address="/posts/export.xlsx",
    ),
    Command(
        "posts.csv",
        N_("Download the posts as CSV"),
        "calendar",
        "team.see",
        words="exporteren csv berichten bestand tabel spreadsheet export",
        address="/posts/export.csv",
    ),
    Command(
        "calendar.fitting",
        N_("Ideas that fit"),
        "calendar",
        "posts.write",
        words="ideeën passen gat slot waarde gap ideas",
        address="/calendar/fitting",
    ),
    Command(
        "calendar.next",
        N_("The next month or week"),
        "calendar",
        "team.see",
        keys=("j", "ArrowRight"),
    ),
    Command(
        "calendar.previous",
        N_("The month or week before"),
        "calendar",
        "team.see",
        keys=("k", "ArrowLeft"),
    ),
    Command(
        "shortcuts",
        N_("Shortcuts"),
        "own",
        "team.see",
        words="sneltoetsen toetsen toetsenbord hulp keys keyboard help",
        address="/shortcuts",
        keys=("?",),
    ),
    Command(
        "language",
        N_("Other language"),
        "own",
        "team.see",
        words="taal english nederlands language",
        presses="language",
    ),
    Command(
        "theme",
        N_("Light, dark or as your device"),
        "own",
        "team.see",
        words="thema licht donker dark light theme",
        presses="theme",
    ),
    Command(
        "sign.out",
        N_("Sign out"),
        "own",
        "signed_in",
        words="afmelden uitloggen log out",
        presses="sign-out",
    ),
)

_BY_ID = {command.id: command for command in COMMANDS}


def command(command_id: str) -> Command:
    """The command with this id. Raises KeyError."""
    return _BY_ID[command_id]


def for_whom(may: Callable[[str], bool]) -> list[Command]:
    """The commands of who `may` do their actions, in the order of the table."""
    return [command for command in COMMANDS if may(command.permission)]


def by_key(commands: Iterable[Command]) -> dict[str, str]:
    """For each key the address that it leads to when the page has no link of its own for it."""
    return {key: each.address for each in commands for key in each.keys if each.address}


def announced(keys: Iterable[str]) -> str:
    """`keys` as aria-keyshortcuts takes them, which knows no keys one after the other."""
    return " ".join(key for key in keys if " " not in key)
