from django.urls import path

from accounts.api import auth

app_name = "auth-api"

urlpatterns = [
    path("login", auth.Login.as_view(), name="login"),
    path("refresh", auth.Refresh.as_view(), name="refresh"),
    path("logout", auth.Logout.as_view(), name="logout"),
    path("me", auth.WhoAmI.as_view(), name="me"),
]
