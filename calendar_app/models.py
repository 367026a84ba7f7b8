"""Every mapped class in one place: importing this fills the registry."""

from __future__ import annotations

from calendar_app.db import Base
from calendar_app.feed.models import Feed
from calendar_app.meetups.models import Meetup, MeetupParticipant, Occurrence
from calendar_app.people.models import Absence, AuditEntry, Hit, Membership, Person, Team, Visit
from calendar_app.plans.models import Audience, AudienceFact, BrandValue, Channel, Plan
from calendar_app.posts.models import Post, PostAudience, PostChange, PostChannel, PostValue
from calendar_app.reminders.models import Attempt, Delivery, Muted, Relay, Worker

__all__ = [
    "Absence",
    "Attempt",
    "Audience",
    "AudienceFact",
    "AuditEntry",
    "Base",
    "BrandValue",
    "Channel",
    "Delivery",
    "Feed",
    "Hit",
    "Meetup",
    "MeetupParticipant",
    "Membership",
    "Muted",
    "Occurrence",
    "Person",
    "Plan",
    "Post",
    "PostAudience",
    "PostChange",
    "PostChannel",
    "PostValue",
    "Relay",
    "Team",
    "Visit",
    "Worker",
]
