"""The workflows that the AI team knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.utils.translation import gettext_lazy as _

from ai_routing.routing import OutputLength
from ai_routing.team.shapes import DRAFT, FINDINGS, PLAN, REPORT, VERDICTS
from ai_routing.team.workflow import Each, Field, Proposes, Stage, ToolUse, Words, Workflow


class UnknownWorkflow(LookupError):
    """No workflow has this name."""


PLATFORMS: Final = Field("platforms", _("Platforms"), "platforms", default=["instagram"], required=True)
EVERYWHERE: Final = Field(
    "everywhere",
    _("Post each text on all of these platforms"),
    "yes",
    help=_("Otherwise each text is written for one of them. You can still choose for each before you approve it."),
)
FIRST_DAY: Final = Field("starts_on", _("First day"), "date", required=True)
POSTS: Final = Field("posts", _("Posts"), "number", default=5, required=True, least=1, most=7)

READ: Final = Stage(
    "read",
    "analyst",
    _("Read your posts and figures"),
    Words(
        "Say in three to five findings what the creator's own posts and figures show that matters for the brief: what is "
        "made often and what seldom, where, and how it develops. Take every number from the material and cite its "
        "reference in sources. Where the material says nothing, leave it out; nothing is guessed.",
        "Dites en trois à cinq constats ce que les publications et les chiffres du créateur montrent d'utile pour le "
        "brief : ce qui est fait souvent ou rarement, où, et comment cela évolue. Prenez chaque chiffre dans les données "
        "et citez sa référence dans sources. Là où les données ne disent rien, n'écrivez rien ; rien n'est deviné.",
    ),
    FINDINGS,
    tools=(ToolUse("own_posts", {"limit": 12}), ToolUse("own_kpis")),
)
CHECK: Final = Stage(
    "check",
    "compliance",
    _("Check every text"),
    Words(
        "Judge each numbered text against the rules of its platform and ordinary law: minors, consent, private data of "
        "others, undisclosed advertising, claims that cannot be kept, explicit words where they are not allowed. Give one "
        "verdict per number; problem is one sentence, and empty when the text is fine.",
        "Jugez chaque texte numéroté selon les règles de sa plateforme et le droit commun : mineurs, consentement, "
        "données privées d'autrui, publicité non signalée, promesses intenables, mots explicites là où ils sont interdits. "
        "Un verdict par numéro ; problem est une phrase, vide quand le texte convient.",
    ),
    VERDICTS,
    length=OutputLength.SHORT,
    reads=("edit",),
)
WRITE: Final = Stage(
    "write",
    "writer",
    _("Write"),
    Words(
        "Write the one text that the idea asks for, ready to publish on its platform. title is a short name for the "
        "creator's own list. Cite in sources the references of the material that you used, if any; no reference stands "
        "in the text itself.",
        "Écrivez le seul texte que demande l'idée, prêt à publier sur sa plateforme. title est un nom court pour la liste "
        "du créateur. Citez dans sources les références des données utilisées, s'il y en a ; aucune référence ne figure "
        "dans le texte lui-même.",
    ),
    DRAFT,
    each=Each("plan", "items", at_most="posts"),
)
EDIT: Final = Stage(
    "edit",
    "editor",
    _("Edit"),
    Words(
        "Improve the draft: true to the idea and to the brief, no empty phrase, no claim that the material does not bear, "
        "right for its platform. Keep its language, and its sources where they still hold.",
        "Améliorez le brouillon : fidèle à l'idée et au brief, sans phrase creuse, sans affirmation que les données ne "
        "portent pas, juste pour sa plateforme. Gardez sa langue, et ses sources là où elles valent encore.",
    ),
    DRAFT,
    each=Each("write"),
)

WEEKLY_PLAN: Final = Workflow(
    name="weekly-plan",
    title=_("Weekly content plan"),
    description=_("A week of posts, planned from what you made before, written, edited and checked."),
    icon="calendar-days",
    about="focus",
    fields=(
        Field(
            "focus",
            _("What is this week about?"),
            placeholder=_("A trip to the coast, and the new photo set on Friday"),
            required=True,
        ),
        POSTS,
        PLATFORMS,
        EVERYWHERE,
        FIRST_DAY,
    ),
    stages=(
        READ,
        Stage(
            "plan",
            "strategist",
            _("Plan the week"),
            Words(
                "Plan {posts} posts for the seven days of the brief. day counts from 1, the first day; hour is the local "
                "hour. Use only these platforms: {platforms}. Spread the posts, do not repeat what was posted lately, and "
                "leave hours alone that the calendar has taken. idea says in two sentences what to show and why. Cite in "
                "sources the references that an idea rests on.",
                "Planifiez {posts} publications sur les sept jours du brief. day compte à partir de 1, le premier jour ; "
                "hour est l'heure locale. N'utilisez que ces plateformes : {platforms}. Répartissez les publications, ne "
                "répétez pas ce qui a été publié récemment, et laissez les heures déjà prises par le calendrier. idea dit "
                "en deux phrases quoi montrer et pourquoi. Citez dans sources les références sur lesquelles repose une idée.",
            ),
            PLAN,
            length=OutputLength.LONG,
            reads=("read",),
            tools=(ToolUse("calendar", {"from": "$starts_on", "days": 7}),),
        ),
        WRITE,
        EDIT,
        CHECK,
    ),
    credits=80,
    proposes=Proposes("plan_post", "edit", "check"),
)

CAMPAIGN: Final = Workflow(
    name="campaign",
    title=_("Campaign"),
    description=_("One goal, several posts that build on each other, over days or weeks."),
    icon="megaphone",
    about="goal",
    fields=(
        Field(
            "goal",
            _("What should the campaign achieve?"),
            placeholder=_("Fifty new subscribers for the winter set"),
            required=True,
        ),
        Field(
            "offer",
            _("What do you offer?"),
            placeholder=_("20% off the first month until Sunday"),
            help=_("Only what you write here is promised to anybody."),
        ),
        Field("posts", _("Posts"), "number", default=4, required=True, least=2, most=10),
        Field("days", _("Days"), "number", default=10, required=True, least=2, most=28),
        PLATFORMS,
        EVERYWHERE,
        FIRST_DAY,
    ),
    stages=(
        READ,
        Stage(
            "plan",
            "strategist",
            _("Build the campaign"),
            Words(
                "Build a campaign of {posts} posts over {days} days: raise attention, give a reason, make the offer, remind. "
                "day counts from 1, the first day; hour is the local hour. Use only these platforms: {platforms}. Promise "
                "nothing that the brief does not offer. idea says in two sentences what to show and what it prepares. Cite "
                "in sources the references that an idea rests on.",
                "Construisez une campagne de {posts} publications sur {days} jours : éveiller l'attention, donner une "
                "raison, faire l'offre, rappeler. day compte à partir de 1, le premier jour ; hour est l'heure locale. "
                "N'utilisez que ces plateformes : {platforms}. Ne promettez rien que le brief n'offre pas. idea dit en deux "
                "phrases quoi montrer et ce que cela prépare. Citez dans sources les références sur lesquelles repose une "
                "idée.",
            ),
            PLAN,
            length=OutputLength.LONG,
            reads=("read",),
            tools=(ToolUse("calendar", {"from": "$starts_on", "days": "$days"}),),
        ),
        WRITE,
        EDIT,
        CHECK,
    ),
    credits=100,
    proposes=Proposes("plan_post", "edit", "check"),
)

FAN_WINBACK: Final = Workflow(
    name="fan-winback",
    title=_("Fan win-back"),
    description=_("Messages for fans who went quiet, kept as drafts for you to send."),
    icon="heart-handshake",
    about="fans",
    fields=(
        Field(
            "fans",
            _("Who are they, and why did they leave?"),
            placeholder=_("Subscribed in summer for the beach sets, quiet since October"),
            help=_("Describe a group, not a person: no names, no private details."),
            required=True,
        ),
        Field(
            "offer",
            _("What do you offer?"),
            help=_("Only what you write here is promised to anybody."),
        ),
        Field("posts", _("Messages"), "number", default=3, required=True, least=1, most=5),
        Field("platform", _("Platform"), "platform", default="onlyfans", required=True),
    ),
    stages=(
        replace(READ, tools=(ToolUse("own_posts", {"limit": 12}),)),
        Stage(
            "plan",
            "strategist",
            _("Plan the messages"),
            Words(
                "Plan {posts} messages on {platform} to the fans of the brief, each with another reason to come back. day is "
                "the day on which to send it, counted from 1; hour is the local hour. No pressure, no guilt, nothing "
                "promised that the brief does not offer, nothing claimed about a single fan. idea says in two sentences "
                "what the message says and why it works. Cite in sources the posts that a message points to.",
                "Planifiez {posts} messages sur {platform} aux fans du brief, chacun avec une autre raison de revenir. day "
                "est le jour d'envoi, compté à partir de 1 ; hour est l'heure locale. Ni pression, ni culpabilité, rien de "
                "promis que le brief n'offre pas, rien d'affirmé sur un fan en particulier. idea dit en deux phrases ce "
                "que dit le message et pourquoi il touche. Citez dans sources les publications auxquelles un message renvoie.",
            ),
            PLAN,
            reads=("read",),
        ),
        WRITE,
        EDIT,
        CHECK,
    ),
    credits=60,
    proposes=Proposes("save_draft", "edit", "check"),
)

PERFORMANCE_REVIEW: Final = Workflow(
    name="performance-review",
    title=_("Performance review"),
    description=_("What your own figures say, what to do about it, and where they say nothing."),
    icon="chart-no-axes-column",
    about="question",
    fields=(
        Field(
            "question",
            _("What do you want to know?"),
            default=_("What did I make in the last four weeks, and what should I change?"),
            required=True,
        ),
    ),
    stages=(
        replace(READ, tools=(ToolUse("own_posts", {"limit": 20}), ToolUse("own_kpis"))),
        Stage(
            "advise",
            "strategist",
            _("Decide what to change"),
            Words(
                "Give three recommendations that follow from the findings, the most useful first: what to do, from when, "
                "and by which figure the creator will see that it works. Cite in sources the references that each rests on.",
                "Donnez trois recommandations qui découlent des constats, la plus utile d'abord : quoi faire, à partir de "
                "quand, et à quel chiffre le créateur verra que cela marche. Citez dans sources les références sur "
                "lesquelles chacune repose.",
            ),
            FINDINGS,
            reads=("read",),
        ),
        Stage(
            "report",
            "editor",
            _("Write the report"),
            Words(
                "Write the report for the creator in plain words: a title, a summary of two sentences that answers the "
                "question, then one section per subject. Every figure comes from the findings with its source; say where "
                "the data says nothing.",
                "Écrivez le rapport pour le créateur en mots simples : un titre, un résumé de deux phrases qui répond à la "
                "question, puis une section par sujet. Chaque chiffre vient des constats avec sa source ; dites où les "
                "données ne disent rien.",
            ),
            REPORT,
            length=OutputLength.LONG,
            reads=("read", "advise"),
        ),
    ),
    credits=30,
)

WORKFLOWS: Final[dict[str, Workflow]] = {
    workflow.name: workflow for workflow in (WEEKLY_PLAN, CAMPAIGN, FAN_WINBACK, PERFORMANCE_REVIEW)
}


def named(name: str) -> Workflow:
    """Return a workflow. Raises UnknownWorkflow."""
    try:
        return WORKFLOWS[name]
    except KeyError:
        raise UnknownWorkflow(f"There is no workflow {name!r}: use one of {', '.join(WORKFLOWS)}") from None
