"""The media library: uploads, what is made of them, where they lie and who may see them.

Other parts of content use the names below; the rest is for the pages of the library and its workers.
"""

from content.media.addresses import url
from content.media.attachments import attach, of
from content.media.room import storage_used

__all__ = ["attach", "of", "storage_used", "url"]
