"""Brand voices, and what was found in a post before publishing."""

from django.urls import path

from content.pages import review, voice_samples, voice_try, voices

pages = [
    path("voice", voices.voice_list, name="voice-list"),
    path("voice/new", voices.voice_new, name="voice-new"),
    path("voice/<uuid:voice_id>", voices.voice, name="voice-detail"),
    path("voice/<uuid:voice_id>/delete", voices.voice_delete, name="voice-delete"),
    path("voice/<uuid:voice_id>/restore", voices.voice_restore, name="voice-restore"),
    path("voice/<uuid:voice_id>/default", voices.voice_default, name="voice-default"),
    path("voice/<uuid:voice_id>/learning", voices.voice_learning, name="voice-learning"),
    path("voice/<uuid:voice_id>/revert", voices.voice_revert, name="voice-revert"),
    path("voice/<uuid:voice_id>/samples", voice_samples.samples_add, name="voice-samples-add"),
    path("voice/samples/<uuid:sample_id>/take-back", voice_samples.sample_take_back, name="voice-sample-take-back"),
    path("voice/samples/<uuid:sample_id>/put-back", voice_samples.sample_put_back, name="voice-sample-put-back"),
    path("voice/learn/<uuid:content_id>", voice_samples.good_example, name="voice-good-example"),
    path("voice/<uuid:voice_id>/reading", voice_samples.reading_ask, name="voice-reading"),
    path("voice/<uuid:voice_id>/reading/answer", voice_samples.reading_answer, name="voice-reading-answer"),
    path("voice/<uuid:voice_id>/try", voice_try.voice_try, name="voice-try"),
    path("voice/<uuid:voice_id>/try/<uuid:generation_id>", voice_try.voice_tried, name="voice-tried"),
    path("voice/<uuid:voice_id>/try/<uuid:generation_id>/stop", voice_try.voice_try_stop, name="voice-try-stop"),
    path("review/<uuid:content_id>", review.review, name="review"),
    path("review/<uuid:content_id>/acknowledge", review.review_acknowledge, name="review-acknowledge"),
    path("review/<uuid:content_id>/appeal", review.review_appeal, name="review-appeal"),
]
