from django.urls import path

from accounts.api import account

app_name = "account-api"

urlpatterns = [
    path("sessions", account.Sessions.as_view(), name="sessions"),
    path("sessions/<uuid:session_id>", account.OneSession.as_view(), name="session"),
    path("keys", account.Keys.as_view(), name="keys"),
    path("keys/<int:key_id>", account.OneKey.as_view(), name="key"),
]
