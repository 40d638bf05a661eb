from django.urls import path

from postmortems import (
    views,
    views_autosave,
    views_learning,
    views_outline,
    views_preview,
    views_refresh,
    views_review,
    views_revisions,
)

app_name = "postmortems"
urlpatterns = [
    path("", views.index, name="index"),
    path("learning/", views_learning.learning, name="learning"),
    path("<slug:code>/", views.edit, name="edit"),
    path("<slug:code>/start/", views.start, name="start"),
    path("<slug:code>/begin/", views_outline.begin, name="begin"),
    path("<slug:code>/autosave/", views_autosave.autosave, name="autosave"),
    path("<slug:code>/preview/", views_preview.preview, name="preview"),
    path("<slug:code>/preview/pane/", views_preview.pane, name="pane"),
    path("<slug:code>/preview/proof/", views_preview.proof, name="proof"),
    path("<slug:code>/preview/draft.pdf", views_preview.proof_pdf, name="proof_pdf"),
    path("<slug:code>/publish/", views.publish, name="publish"),
    path("<slug:code>/letter/", views.letter, name="letter"),
    path("<slug:code>/refresh/", views_refresh.refresh, name="refresh"),
    path("<slug:code>/review/", views_review.review, name="review"),
    path("<slug:code>/review/ask/", views_review.ask, name="ask"),
    path("<slug:code>/review/comments/", views_review.comment, name="comment"),
    path("<slug:code>/review/comments/<int:key>/settle/", views_review.settle, name="settle"),
    path("<slug:code>/withdraw/", views_review.withdraw, name="withdraw"),
    path("<slug:code>/revisions/", views_revisions.revisions, name="revisions"),
    path("<slug:code>/pdf/", views.pdf, name="pdf"),
    path("<slug:code>/pdf/retry/", views.retry_pdf, name="retry_pdf"),
]
