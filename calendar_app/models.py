"""Every mapped class in one place: importing this fills the registry."""

from __future__ import annotations

from calendar_app.calendar.models import SavedView
from calendar_app.db import Base
from calendar_app.feed.models import Feed, MeetupsByMail
from calendar_app.invitations.models import Invitation, InvitationVersion
from calendar_app.layers.models import ExternalCalendar, ExternalEvent
from calendar_app.meetups.actions import Action
from calendar_app.meetups.beforehand import Beforehand
from calendar_app.meetups.hosting import HostOfDay, MeetupTurn
from calendar_app.meetups.models import Meetup, MeetupParticipant, Occurrence
from calendar_app.meetups.sittings import Attendance, Sitting
from calendar_app.monitoring.models import PostResult, WebcareItem, WebcareReply
from calendar_app.people.models import (
    Absence,
    AuditEntry,
    Hit,
    Membership,
    Muted,
    Person,
    Team,
    Visit,
)
from calendar_app.plans.models import (
    Actor,
    ActorAudience,
    Audience,
    AudienceFact,
    BrandValue,
    Channel,
    ChannelAudience,
    Experiment,
    Plan,
    Precondition,
    TaskRole,
    ValueReading,
)
from calendar_app.posts.autosaves import PostAutosave
from calendar_app.posts.checklist import ChecklistPoint, EarlierPoint, PostCheck
from calendar_app.posts.comments import PostComment, PostMention
from calendar_app.posts.guests import GuestReview
from calendar_app.posts.media import PostMedia, SourceMedia
from calendar_app.posts.models import (
    Post,
    PostAudience,
    PostChange,
    PostChannel,
    PostSeries,
    PostTemplate,
    PostValue,
    PostVote,
    SeriesException,
)
from calendar_app.posts.presence import PostPresence
from calendar_app.posts.undo import Undoable, UndoablePost
from calendar_app.reminders.models import Attempt, Delivery, QuietHours, Relay, Worker
from calendar_app.reminders.routes import Route
from calendar_app.transfer.models import PostImport

__all__ = [
    "Absence",
    "Action",
    "Actor",
    "ActorAudience",
    "Attempt",
    "Attendance",
    "Audience",
    "AudienceFact",
    "AuditEntry",
    "Base",
    "Beforehand",
    "BrandValue",
    "Channel",
    "ChannelAudience",
    "ChecklistPoint",
    "Delivery",
    "EarlierPoint",
    "Experiment",
    "ExternalCalendar",
    "ExternalEvent",
    "Feed",
    "GuestReview",
    "Hit",
    "HostOfDay",
    "Invitation",
    "InvitationVersion",
    "Meetup",
    "MeetupParticipant",
    "MeetupTurn",
    "MeetupsByMail",
    "Membership",
    "Muted",
    "Occurrence",
    "Person",
    "Plan",
    "Post",
    "PostAudience",
    "PostAutosave",
    "PostChange",
    "PostChannel",
    "PostCheck",
    "PostComment",
    "PostImport",
    "PostMedia",
    "PostMention",
    "PostPresence",
    "PostResult",
    "PostSeries",
    "PostTemplate",
    "PostValue",
    "PostVote",
    "Precondition",
    "QuietHours",
    "Relay",
    "Route",
    "SavedView",
    "SeriesException",
    "Sitting",
    "SourceMedia",
    "TaskRole",
    "Team",
    "Undoable",
    "UndoablePost",
    "ValueReading",
    "Visit",
    "WebcareItem",
    "WebcareReply",
    "Worker",
]
