from content.admin import reviews, texts

__all__ = ["reviews", "texts"]
