"""What stands in front of Huntaze: caches that keep public pages, and forget one when it changes."""
