from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from postmortems.models_writing import Proof as Proof
from postmortems.models_writing import Template as Template
from postmortems.models_writing import TemplateSection as TemplateSection
from statuspage.incidents.models import Incident
from statuspage.publishing import store, times
from statuspage.publishing.codes import new_code, validate_code
from statuspage.publishing.markdown import plain, to_html
from statuspage.publishing.precision import Precision, in_words


class Postmortem(models.Model):
    """Why an incident happened and what is done about it. Readers see its published revision, never the draft."""

    class State(models.TextChoices):
        """How far the text is. What readers have of it meanwhile, the published revision tells."""

        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    incident = models.OneToOneField(Incident, models.PROTECT, related_name="postmortem")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    description = models.TextField("incident description", blank=True)
    root_cause = models.TextField("root cause analysis", blank=True)
    contributing_factors = models.TextField(blank=True)
    lessons = models.TextField("lessons learned", blank=True)
    further = models.TextField("further sections", blank=True, help_text="Anything else, with its own headings.")
    internal_notes = models.TextField(blank=True, help_text="Never published.")
    created_at = models.DateTimeField(default=timezone.now)
    posted_at = models.DateTimeField(null=True, blank=True, help_text="When readers first got it.")
    published_revision = models.OneToOneField(
        "Revision", models.PROTECT, null=True, blank=True, related_name="published_as"
    )
    approval = models.OneToOneField("Step", models.PROTECT, null=True, blank=True, related_name="approval_of")
    # Since the last publication: none of them is the second pair of eyes that the next one may want.
    editors = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, editable=False, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="When it was taken from readers.")
    withdrawal_reason = models.CharField(max_length=500, blank=True, help_text="What readers are told instead.")
    notified = models.BooleanField(
        default=False, help_text="Whether subscribers were told of any revision, or are to be."
    )
    version = models.PositiveIntegerField(default=1)
    # What the record said of each fact when the facts were last taken from it; empty where nobody knows.
    base = models.JSONField(default=dict, blank=True, editable=False)
    outline = models.JSONField(
        default=dict, blank=True, editable=False, help_text="The template it was begun with, as it was then."
    )
    # Which open form saved it last, and what that sent: whoever did not hear the answer must not clash with themselves.
    last_sent = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="postmortem_readers_have_what_its_state_says",
                condition=Q(state="published", published_revision__isnull=False)
                | Q(state="withdrawn", withdrawn_at__isnull=False)
                | Q(state__in=["draft", "in_review", "approved"]),
            ),
            # While a revision is edited, readers keep it; while what was withdrawn is, they keep its reason.
            models.CheckConstraint(
                name="postmortem_posted_once_published",
                condition=Q(published_revision__isnull=True) | Q(posted_at__isnull=False, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="postmortem_withdrawn_for_a_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False, posted_at__isnull=False) & ~Q(withdrawal_reason=""),
            ),
            models.CheckConstraint(
                name="postmortem_approved_by_a_step",
                condition=Q(state="approved", approval__isnull=False)
                | Q(state="in_review")
                | Q(state__in=["draft", "published", "withdrawn"], approval__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Postmortem: {self.incident}"

    @property
    def is_published(self) -> bool:
        """Whether readers have a revision of it, however far the next one is."""
        return self.published_revision_id is not None

    @property
    def is_withdrawn(self) -> bool:
        """Whether readers get the reason for which it was taken from them."""
        return self.withdrawn_at is not None

    @property
    def path(self) -> str:
        """Where the public reads it; the files stand beside it as .pdf, .md and .json."""
        return f"{self.incident.path}/postmortem"

    @property
    def pdf_state(self) -> Rendition.State | None:
        """How far readers' PDF is: ready once it is on the site, which is a moment after it was made."""
        if self.published_revision is None:
            return None
        state = Rendition.State(self.published_revision.pdf.state)
        is_late = state == Rendition.State.READY and not store.holds(f"{self.path}.pdf")
        return Rendition.State.OWED if is_late else state


class Fact(models.Model):
    """One line of the facts table, with where it comes from and, where somebody typed it, the words typed."""

    class Key(models.TextChoices):
        DATE = "date", _("Date of incident")
        STARTED = "started", _("Incident started")
        DETECTED = "detected", _("Incident detected")
        STABLE = "stable", _("Stability restored")
        RESOLVED = "resolved", _("Incident resolved")
        USERS_IMPACTED = "users_impacted", _("Users impacted")
        FREQUENCY = "frequency", _("Frequency")
        IMPACT = "impact", pgettext_lazy("fact", "Impact")
        OTHER = "other", pgettext_lazy("fact", "Other")

    class Source(models.TextChoices):
        COMPUTED = "computed", "computed from the incident"
        TYPED = "typed", "typed"
        IMPORTED = "imported", "imported"

    TIMES = (Key.STARTED, Key.DETECTED, Key.STABLE, Key.RESOLVED)
    # Where in the record it was found; said of what was just computed from it, and not kept.
    origin = ""

    postmortem = models.ForeignKey(Postmortem, models.CASCADE, related_name="facts")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=16, choices=Key)
    label = models.CharField(max_length=200, blank=True, help_text="For facts of another kind: what it is called.")
    at = models.DateTimeField(null=True, blank=True, help_text="For times: the moment meant.")
    until = models.DateTimeField(null=True, blank=True, help_text="For a range: its end.")
    precision = models.CharField(
        max_length=12, choices=Precision, default=Precision.MINUTE, help_text="For times: how precisely it is known."
    )
    day = models.DateField(null=True, blank=True, help_text="For dates: the day meant.")
    typed = models.CharField(max_length=1000, blank=True, help_text="The words as typed or imported.")
    source = models.CharField(max_length=10, choices=Source)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["postmortem", "key"], condition=~Q(key="other"), name="fact_once_per_postmortem"
            ),
            models.CheckConstraint(name="fact_other_has_label", condition=~Q(key="other") | ~Q(label="")),
            models.CheckConstraint(
                name="fact_says_something",
                condition=Q(at__isnull=False) | Q(day__isnull=False) | ~Q(typed=""),
            ),
            models.CheckConstraint(
                name="fact_until_iff_range",
                condition=Q(precision="range", at__isnull=False, until__isnull=False, until__gt=F("at"))
                | Q(precision__in=["exact", "minute", "approximate"], until__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.typed or self.at or self.day}"

    @property
    def name(self) -> str:
        """What the facts table calls it."""
        return self.label if self.key == self.Key.OTHER else str(self.Key(self.key).label)

    def in_words(self, zone: ZoneInfo) -> str:
        """“Feb 16, 2021 - 17:09 EST”, “All API users”: what it says, whatever its kind."""
        if self.at:
            return in_words(self.at, self.precision, self.until, zone)
        return times.short_day(self.day) if self.day else self.typed

    @property
    def means(self) -> tuple[object, ...]:
        """What it says, however it was written: two facts that mean the same differ at most in their words."""
        if self.at:
            is_sharp = self.precision in {Precision.EXACT, Precision.MINUTE}
            return (self.at, self.until, is_sharp)
        return (self.day or self.typed,)


class ActionTaken(models.Model):
    """Something the team did during the incident, in order."""

    postmortem = models.ForeignKey(Postmortem, models.CASCADE, related_name="actions_taken")
    position = models.PositiveIntegerField()
    description = models.TextField()
    taken_at = models.DateTimeField(null=True, blank=True)
    public = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "actions taken"

    def __str__(self) -> str:
        return self.description


class MitigationQuerySet(models.QuerySet["Mitigation"]):
    def unsettled(self) -> MitigationQuerySet:
        """What is still to be done."""
        return self.filter(status__in=Mitigation.UNSETTLED)


class Mitigation(models.Model):
    """A promise: what will keep this from happening again, who does it, by when.

    Its words belong to the draft, and readers have them as they were published. How far it is lives on beside them: it
    changes by itself, by the measure's code, which stays the same however often the draft is saved.
    """

    class Kind(models.TextChoices):
        PREVENT = "prevent", pgettext_lazy("measure", "Prevents it")
        DETECT = "detect", pgettext_lazy("measure", "Detects it sooner")
        MITIGATE = "mitigate", pgettext_lazy("measure", "Limits the harm")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("measure", "Open")
        IN_PROGRESS = "in_progress", pgettext_lazy("measure", "In progress")
        DONE = "done", pgettext_lazy("measure", "Done")
        WONT_DO = "wont_do", pgettext_lazy("measure", "Will not be done")

    UNSETTLED = (Status.OPEN, Status.IN_PROGRESS)
    # Set where the draft was saved by somebody who was only shown the status: it stays as it is by then.
    keeps_status = False

    postmortem = models.ForeignKey(Postmortem, models.CASCADE, related_name="mitigations")
    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    position = models.PositiveIntegerField()
    description = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    owner = models.CharField(max_length=120, blank=True, help_text="A role or a team, rather than a name.")
    owner_email = models.EmailField("owner’s e-mail", blank=True, help_text="For weekly reminders; never published.")
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    settled_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was done or given up; empty where nobody knows."
    )
    reason = models.CharField(max_length=500, blank=True, help_text="Why it will not be done; never published.")
    tracker_url = models.URLField(blank=True)
    public = models.BooleanField(default=True)
    objects = MitigationQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.description

    @property
    def in_short(self) -> str:
        """The beginning of what is promised as plain text, its Markdown read."""
        return Truncator(" ".join(plain(to_html(self.description)).split())).chars(300)

    @property
    def is_settled(self) -> bool:
        return self.status not in self.UNSETTLED

    def late_by(self, today: date) -> int:
        """By how many days it is overdue; 0 where it is not. Derived: days pass without anybody writing anything."""
        late = today - self.due_on if self.due_on and not self.is_settled else timedelta()
        return max(late.days, 0)


class RevisionQuerySet(models.QuerySet["Revision"]):
    def news(self) -> RevisionQuerySet:
        """Those after the first that readers' page speaks of, the newest first, without their texts.

        Minor corrections are no news, and of what was withdrawn since nothing is said any more.
        """
        withdrawn_since = Step.objects.filter(
            postmortem=OuterRef("postmortem"), kind=Step.Kind.WITHDRAWN, at__gte=OuterRef("created_at")
        )
        told = self.filter(~Exists(withdrawn_since), number__gt=1, minor=False).exclude(reason="")
        return told.defer("snapshot", "overrides").order_by("-number")


class Revision(models.Model):
    """What was published, word for word. Append-only; each carries the hash of the one before it."""

    postmortem = models.ForeignKey(Postmortem, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    previous_sha256 = models.CharField(max_length=64, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    minor = models.BooleanField(default=False, help_text="A correction that is no news: nobody is told of it.")
    # What was warned of and published all the same, with the reason given. For the team: no part of the snapshot.
    overrides = models.JSONField(default=list, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["postmortem", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.postmortem}, revision {self.number}"


class Step(models.Model):
    """Somebody took a postmortem a step further, or back: who, when, which text, and what was said. Append-only."""

    class Kind(models.TextChoices):
        ASKED = "asked", "Review asked for"
        APPROVED = "approved", "Approved"
        CHANGES = "changes", "Changes asked for"
        EDITED = "edited", "Edited"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    postmortem = models.ForeignKey(Postmortem, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    sha256 = models.CharField(max_length=64, help_text="Of the text that was meant.")
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.postmortem}: {self.get_kind_display()}"


class Comment(models.Model):
    """What a reviewer says of one section. Its words stay; it can be marked as dealt with, once."""

    class Section(models.TextChoices):
        FACTS = "facts", "Facts"
        DESCRIPTION = "description", "Incident description"
        ROOT_CAUSE = "root_cause", "Root cause analysis"
        CONTRIBUTING_FACTORS = "contributing_factors", "Contributing factors"
        ENTRIES = "entries", "Timeline"
        ACTIONS = "actions", "Actions taken"
        MITIGATIONS = "mitigations", "Mitigation measures"
        LESSONS = "lessons", "Lessons learned"
        FURTHER = "further", "Further sections"

    postmortem = models.ForeignKey(Postmortem, models.PROTECT, related_name="comments")
    section = models.CharField(max_length=24, choices=Section)
    words = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="comment_says_something", condition=~Q(words="")),
            models.CheckConstraint(
                name="comment_settled_at_a_time", condition=Q(settled_by__isnull=True) | Q(settled_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.words


class Rendition(models.Model):
    """The PDF of one revision: owed, made, or failed with a reason. The row is the work order.

    So it is for the notice to subscribers, which leaves after it.
    """

    class State(models.TextChoices):
        OWED = "owed", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="pdf")
    state = models.CharField(max_length=8, choices=State, default=State.OWED)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    owes_notice = models.BooleanField(
        default=False, help_text="Subscribers are told of the revision once this was made, or given up."
    )

    class Meta:
        indexes = [
            models.Index(fields=["lease_until"], condition=Q(state="owed"), name="rendition_owed"),
            models.Index(fields=["lease_until"], condition=Q(owes_notice=True), name="rendition_owes_notice"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rendition_says_how_it_went",
                condition=Q(state="owed") | Q(state="ready") & ~Q(sha256="") | Q(state="failed") & ~Q(error=""),
            ),
        ]

    def __str__(self) -> str:
        return f"PDF of {self.revision}: {self.get_state_display()}"


class ReminderRound(models.Model):
    """The reminders of one week, and which addresses still wait for theirs. The row is the work order."""

    monday = models.DateField(unique=True)
    # The addresses that get a letter, in the order of the next attempts.
    owed = models.JSONField(default=list)
    due_at = models.DateTimeField(default=timezone.now, help_text="When somebody looks after it, or looks again.")
    error = models.CharField(max_length=300, blank=True, help_text="What the last attempt ended with.")

    def __str__(self) -> str:
        return f"Reminders of {self.monday}"
