"""What the API tells about people, sessions and keys, and what it reads."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts import origins
from accounts.models import ApiKey, Scope, Session, User


class Strict(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelt one would be left out in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({str(name): "There is no such field." for name in unknown})
        return super().to_internal_value(data)


class Credentials(Strict):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=4_096, trim_whitespace=False, style={"input_type": "password"})
    code = serializers.CharField(
        max_length=32,
        required=False,
        default="",
        allow_blank=True,
        help_text="Of the authenticator app, or a recovery code; where the account has a second step.",
    )


class UserBody(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "name", "role", "tier", "locale", "time_zone", "created_at")
        read_only_fields = fields


class SessionBody(serializers.ModelSerializer[Session]):
    device = serializers.SerializerMethodField()
    current = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ("id", "kind", "device", "address", "country", "created_at", "last_seen_at", "expires_at", "current")
        read_only_fields = fields

    def get_device(self, session: Session) -> str:
        return origins.label(session.user_agent)

    def get_current(self, session: Session) -> bool:
        return bool(session.pk == self.context.get("current"))


class SignedIn(serializers.Serializer[Any]):
    user = UserBody()
    session = SessionBody()
    expires_in = serializers.IntegerField(help_text="Seconds until the token must be renewed by /api/auth/refresh.")
    csrf_token = serializers.CharField(help_text="Send it as X-CSRFToken with every unsafe method.")


class KeyBody(serializers.ModelSerializer[ApiKey]):
    class Meta:
        model = ApiKey
        fields = ("id", "name", "prefix", "scopes", "created_at", "last_used_at", "expires_at")
        read_only_fields = fields


class NewKeyBody(serializers.Serializer[Any]):
    key = KeyBody()
    secret = serializers.CharField(help_text="Shown this once.")


class KeyRequest(Strict):
    name = serializers.CharField(max_length=80)
    scopes = serializers.MultipleChoiceField(choices=Scope.choices, allow_empty=False)
    expires_in_days = serializers.IntegerField(
        min_value=1, max_value=3_650, required=False, allow_null=True, default=None, help_text="null: never."
    )


class Me(serializers.Serializer[Any]):
    user = UserBody()
    session = SessionBody(allow_null=True, help_text="null with an API key.")
    key = KeyBody(allow_null=True, help_text="null in a session.")
    csrf_token = serializers.CharField(allow_null=True, help_text="null with an API key, which needs none.")
