"""What operators see of the models: the ledger and its report, breakers, overrides, evaluations, caches and work."""

from django.contrib import admin

from ai_routing.admin import answers, evaluations, ledger, overrides, prompts, work

__all__ = ["answers", "evaluations", "ledger", "overrides", "prompts", "work"]

# Pages without a row of their own are found from here.
admin.site.index_template = "admin/ai_routing/index.html"
