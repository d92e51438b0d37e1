"""The media library."""

from django.urls import path

from content.pages.media import acts, describing, detail, library, uploads

pages = [
    path("media", library.index, name="media"),
    path("media/tiles", library.some, name="media-tiles"),
    path("media/picker", library.picker, name="media-picker"),
    path("media/uploads", uploads.begin, name="media-upload"),
    path("media/uploads/<uuid:asset_id>", uploads.state, name="media-upload-state"),
    path("media/uploads/<uuid:asset_id>/finish", uploads.finish, name="media-upload-finish"),
    path("media/uploads/<uuid:asset_id>/discard", uploads.discard, name="media-upload-discard"),
    path("media/bulk", acts.bulk, name="media-bulk"),
    path("media/undo/<str:token>", acts.undo, name="media-undo"),
    path("media/bin/empty", acts.empty_bin, name="media-bin-empty"),
    path("media/blur", acts.blur_all, name="media-blur"),
    path("media/folders", acts.folder_make, name="media-folder-make"),
    path("media/folders/<uuid:folder_id>", acts.folder_change, name="media-folder-change"),
    path("media/folders/<uuid:folder_id>/delete", acts.folder_delete, name="media-folder-delete"),
    path("media/<uuid:asset_id>", detail.detail, name="media-detail"),
    path("media/<uuid:asset_id>/delete", acts.asset_delete, name="media-delete"),
    path("media/<uuid:asset_id>/describe", describing.describe, name="media-describe"),
    path("media/<uuid:asset_id>/download/<slug:shape>", detail.download, name="media-download"),
]
