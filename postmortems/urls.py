from django.urls import path

from postmortems import views, views_learning

app_name = "postmortems"
urlpatterns = [
    path("", views.index, name="index"),
    path("learning/", views_learning.learning, name="learning"),
    path("<slug:code>/", views.edit, name="edit"),
    path("<slug:code>/start/", views.start, name="start"),
    path("<slug:code>/preview/", views.preview, name="preview"),
    path("<slug:code>/publish/", views.publish, name="publish"),
    path("<slug:code>/pdf/", views.pdf, name="pdf"),
    path("<slug:code>/pdf/retry/", views.retry_pdf, name="retry_pdf"),
]
